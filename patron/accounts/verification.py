"""The phone-code dance: a code goes out, is sent again, is confirmed. One process for every purpose.

Three steps, each a function: `start`, `resend`, and `evaluate` with `spend`. A try is counted by one UPDATE that
commits before the code is looked at, so that parallel guesses cannot outrun the limit; `spend` uses the challenge up
inside the transaction that applies what the code was for, so that it works once.

Source: user-profile-and-segments, PATCH Update User Profile; 1-shopper, The phone-code dance.
"""

import secrets as random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patron.accounts.models import Challenge, Session
from patron.gateways import outbox
from patron.kernel import (
    clock,
    context,
    dynamic,
    languages,
    limits,
    metrics,
    middleware,
    phones,
    rows,
    secrets,
    transactions,
)
from patron.kernel.errors import Invalid, Refusal, TooMany, Unauthenticated


class Purpose(StrEnum):
    """What a code is for. A code of one purpose proves nothing for another."""

    PROFILE = "profile"
    REGISTRATION = "registration"
    LOGIN = "login"
    LOYALTY = "loyalty"


PHONE_MISMATCH: Final = "sms_verification_100_1"
CODE_MISMATCH: Final = "sms_verification_100_2"
TOO_MANY_TRIES: Final = "sms_verification_100_3"
EXPIRED: Final = "sms_verification_100_4"
CONSENT_MISMATCH: Final = "kvkk_service_100_2"
_TEXTS: Final = {
    PHONE_MISMATCH: gettext_lazy("Phone numbers do not match."),
    CODE_MISMATCH: gettext_lazy("Verification codes do not match."),
    TOO_MANY_TRIES: gettext_lazy("Too many attempts. Please resend code."),
    EXPIRED: gettext_lazy("Sms otp code expired. Please resend code."),
}
_MESSAGES: Final = {
    Purpose.PROFILE: gettext_lazy("%(shop)s: %(code)s is the code to change your phone number. Tell it to no one."),
    Purpose.REGISTRATION: gettext_lazy("%(shop)s: %(code)s is the code to open your account. Tell it to no one."),
    Purpose.LOGIN: gettext_lazy("%(shop)s: %(code)s is the code to sign in. Tell it to no one."),
    Purpose.LOYALTY: gettext_lazy("%(shop)s: %(code)s is the code to get your loyalty card. Tell it to no one."),
}
# Committed before the code is looked at, without waiting for the disk: a crash of the database server may take back the
# tries of its last second, a race takes back none.
_COUNT_TRY: Final = """
UPDATE accounts_challenge SET tries = LEAST(tries + 1, 1000) FROM set_config('synchronous_commit', 'off', true)
WHERE session_id = %s AND purpose = %s AND used_at IS NULL
RETURNING id, tries, phone_e164, consent, code_digest, expires_at, is_decoy
"""
# Its parameters are `spending`'s.
SPEND: Final = "UPDATE accounts_challenge SET used_at = %s, code_digest = '' WHERE id = %s AND used_at IS NULL"
# Before a statement that asks `EXISTS (SELECT FROM spent)`, to do both at once.
SPENDING: Final = f"WITH spent AS ({SPEND} RETURNING id)"
UNSPENT: Final = "SELECT FROM accounts_challenge WHERE id = %s AND used_at IS NULL FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who wants to prove which number, for what.

    `phone`: E.164. `consent`: email, email_allowed, sms_allowed, call_allowed as submitted (kept for KVKK mode).
    `is_decoy`: go through every motion but send nothing, so that a taken or unknown number cannot be told apart.
    """

    session_id: int
    purpose: Purpose
    phone: str
    consent: dict[str, Any] = field(default_factory=dict)
    shopper_id: int | None = None
    language: str | None = None
    is_decoy: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """A right code; `spend` it in the transaction that does what it was for."""

    challenge_id: int
    phone: str


def start(ask: Ask) -> None:
    """Step 1: store a challenge and queue the SMS.

    The same number asked again within SMS_OTP_RESEND_SECONDS keeps the code that is on its way. Raises TooMany over a
    quota and Invalid for a country no code is sent to.
    """
    transactions.run(lambda: _issue(ask, is_resend=False))


def resend(ask: Ask) -> None:
    """Step 2: a new code, the old one is dead. Raises Refusal (no challenge, another phone), TooMany."""
    transactions.run(lambda: _issue(ask, is_resend=True))


def phone_of(session_id: int, purpose: Purpose) -> str | None:
    """The number of the session's open challenge, for a resend that does not repeat it."""
    return (
        Challenge.objects.filter(session_id=session_id, purpose=purpose, used_at=None)
        .values_list("phone_e164", flat=True)
        .first()
    )


def evaluate(ask: Ask, code: str) -> Proof:
    """Step 3: count the try, then look at the code. Must not run inside a transaction.

    Raises Refusal: 406 sms_verification_100_1 to _4, in KVKK mode kvkk_service_100_2.
    """
    transactions.refuse_open()  # in which an uncommitted try could be raced; outside one, each statement commits
    row = rows.written(_COUNT_TRY, (ask.session_id, ask.purpose.value))
    if row is None:
        raise _refusal(ask, PHONE_MISMATCH)
    challenge_id, tries, phone, consent, digest, expires_at, is_decoy = row
    is_kvkk = dynamic.get("REGISTRATION_MODE") == "kvkk"
    if phone != ask.phone:
        raise _consent_refusal(ask) if is_kvkk else _refusal(ask, PHONE_MISMATCH)
    if tries > dynamic.get("SMS_OTP_MAX_ATTEMPTS"):
        raise _refusal(ask, TOO_MANY_TRIES)
    if expires_at <= clock.now():
        raise _refusal(ask, EXPIRED)
    if is_kvkk and msgspec.json.decode(consent) != ask.consent:
        raise _consent_refusal(ask)
    # compared even for a decoy, so that both take the same time
    if not secrets.same(digest, _digest(ask, code)) or is_decoy:
        raise _refusal(ask, CODE_MISMATCH)
    return Proof(challenge_id, phone)


def spend(proof: Proof) -> None:
    """Use the challenge up; of two parallel confirmations one comes through. Raises Refusal for the other."""
    if not rows.changed(SPEND, spending(proof)):
        raise spent()


def spending(proof: Proof) -> tuple[datetime, int]:
    """The parameters of SPEND."""
    return clock.now(), proof.challenge_id


def spent() -> Refusal:
    """What the second of two parallel confirmations is told."""
    return Refusal(PHONE_MISMATCH, _TEXTS[PHONE_MISMATCH])


def confirmed(purpose: Purpose) -> None:
    """Count a confirmation, once what it was for has committed."""
    metrics.codes.labels(purpose.value, "confirmed").inc()


def _issue(ask: Ask, *, is_resend: bool) -> None:
    now = clock.now()
    # the session's row is the lock: two first steps of one session come one after the other
    is_open = Session.objects.select_for_update().filter(pk=ask.session_id).exists()
    if not is_open and not is_resend:
        raise Unauthenticated("Authentication credentials were not provided.")  # signed out since it was found
    challenge = Challenge.objects.filter(session_id=ask.session_id, purpose=ask.purpose, used_at=None).first()
    if is_resend and (challenge is None or challenge.phone_e164 != ask.phone):
        raise _refusal(ask, PHONE_MISMATCH)
    if challenge is not None and challenge.phone_e164 == ask.phone:
        wait = dynamic.get("SMS_OTP_RESEND_SECONDS") - int((now - challenge.sent_at).total_seconds())
        if wait > 0 and is_resend:
            metrics.codes.labels(ask.purpose.value, "throttled").inc()
            raise TooMany(wait)
        if wait > 0 and challenge.expires_at > now:
            Challenge.objects.filter(pk=challenge.pk).update(consent=ask.consent)
            return
    _charge(ask)
    _store_and_send(ask, now, keep_decoy=is_resend and challenge is not None and challenge.is_decoy)


def _store_and_send(ask: Ask, now: datetime, *, keep_decoy: bool) -> None:
    length = dynamic.get("SMS_OTP_LENGTH")
    code = f"{random.randbelow(10**length):0{length}d}"
    is_decoy = ask.is_decoy or keep_decoy
    expires_at = now + timedelta(seconds=dynamic.get("SMS_OTP_EXPIRE_TIME"))
    Challenge.objects.update_or_create(
        session_id=ask.session_id,
        purpose=ask.purpose,
        defaults={
            "phone_e164": ask.phone,
            "consent": ask.consent,
            "code_digest": _digest(ask, code),
            "tries": 0,
            "is_decoy": is_decoy,
            "sent_at": now,
            "expires_at": expires_at,
            "used_at": None,
        },
    )
    metrics.codes.labels(ask.purpose.value, "sent").inc()
    if is_decoy:
        return
    language = languages.base(ask.language or "") or context.caller().language
    with translation.override(language):
        text = str(_MESSAGES[ask.purpose]) % {"shop": dynamic.get("SHOP_NAME"), "code": code}
    outbox.queue_sms(
        ask.phone,
        text,
        purpose=f"code-{ask.purpose.value}",
        is_otp=True,
        shopper_id=ask.shopper_id,
        expires_at=expires_at,
    )


def _charge(ask: Ask) -> None:
    """Count this sending against every quota, in one fixed order so that no two requests wait for each other."""
    allowed = dynamic.get("SMS_ALLOWED_COUNTRIES")
    if not any(region in allowed for region in phones.regions(ask.phone)):
        raise Invalid({"phone": [_("Codes are not sent to numbers of this country.")]})
    try:
        for number, limit in enumerate(_windows("SMS_SENDS_PER_NUMBER")):
            limits.hit(f"sms-number-{number}", ask.phone, limit)
        if ask.shopper_id is not None:
            for number, limit in enumerate(_windows("SMS_SENDS_PER_USER")):
                limits.hit(f"sms-user-{number}", str(ask.shopper_id), limit)
        ip = context.caller().ip
        if not middleware.is_exempt(ip):
            for number, limit in enumerate(_windows("SMS_SENDS_PER_IP")):
                limits.hit(f"sms-ip-{number}", ip, limit)
        if not ask.is_decoy:
            limits.hit("sms-budget", "shop", limits.Limit(dynamic.get("SMS_BUDGET_PER_HOUR"), 3600))
    except TooMany:
        metrics.codes.labels(ask.purpose.value, "throttled").inc()
        raise


def _windows(name: str) -> list[limits.Limit]:
    return [limits.Limit(window["count"], limits.parse_duration(window["duration"])) for window in dynamic.get(name)]


def _digest(ask: Ask, code: str) -> str:
    return secrets.keyed_digest("code", f"{ask.session_id}:{ask.purpose.value}:{ask.phone}:{code}")


def _refusal(ask: Ask, code: str) -> Refusal:
    metrics.codes.labels(ask.purpose.value, code).inc()
    return Refusal(code, _TEXTS[code])


def _consent_refusal(ask: Ask) -> Refusal:
    metrics.codes.labels(ask.purpose.value, CONSENT_MISMATCH).inc()
    given = ask.consent
    values = ", ".join(
        str(value)
        for value in (
            ask.phone,
            given.get("sms_allowed"),
            given.get("email_allowed"),
            given.get("call_allowed"),
            given.get("email"),
        )
    )
    return Refusal(CONSENT_MISMATCH, _("Mismatch confirmation data %(values)s.") % {"values": values})
