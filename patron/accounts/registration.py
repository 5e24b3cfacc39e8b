"""A visitor becomes a shopper, at once or after a code has proven the phone.

The database decides who gets an e-mail or a phone; the checks ahead of it spare a visitor the dance for one that is
taken. With PREVENT_ENUMERATION the dance for a taken one looks like any other and no code can be right. Without a dance
there is nothing to hide behind: a direct registration answers 400 for a taken e-mail whatever the setting says, since
the other answer would be an account.
Source: 1-shopper, `POST /users/registration/`, The phone-code dance, Consent ledger.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from patron.accounts import consent, email_change, phone_claims, profile, sessions, sign_in, verification
from patron.accounts.models import EMAIL_TAKEN, PHONE_TAKEN, Challenge, Session, Shopper
from patron.accounts.sessions import Opened
from patron.accounts.settings import throttle
from patron.accounts.verification import Ask, Proof, Purpose
from patron.gateways import holdings
from patron.kernel import clock, context, dynamic, events, limits, middleware, transactions
from patron.kernel.errors import Invalid

DIRECT: Final = "direct"
_REFUSED: Final = {EMAIL_TAKEN: email_change.taken_email, PHONE_TAKEN: phone_claims.taken}
_GIVEN: Final = (
    "first_name",
    "last_name",
    "email",
    "email_allowed",
    "sms_allowed",
    "call_allowed",
    "gender",
    "date_of_birth",
)


@dataclass(frozen=True, slots=True)
class Registered:
    """There is a shopper, who is signed in."""

    opened: Opened


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way. `opened`: the guest's session that waits for it, None where the caller had one."""

    opened: Opened | None


@dataclass(frozen=True, slots=True)
class CodeResent:
    """Another code is on its way; the old one is dead."""


Then = Callable[[Shopper], None]


def register(
    session: Session | None,
    data: Mapping[str, Any],
    *,
    mode: str,
    site: str,
    scope: str = "register",
    then: Then = lambda shopper: None,
) -> Registered | CodeSent | CodeResent:
    """Do the step of the registration that a validated request asks for.

    `session`: the caller's, a guest's or somebody's who registers anew. `data`: see `serializers.registration`.
    `mode`: direct, sms_otp or kvkk. `site`: scheme and host for the link in the mail. `scope`: of the limit per
    address. `then`: what another room does with the new shopper in the same transaction.
    Raises Invalid (a taken e-mail or phone, a weak password, no phone in a code mode), Refusal (the dance), TooMany.
    """
    if data.get("resend"):
        verification.resend(_ask_again(session, data))
        return CodeResent()
    shopper = _checked(data)
    if mode == DIRECT:
        _count(scope)
        _refuse(_taken(shopper))
        return Registered(_create(session, shopper, data, None, lambda: _follow_up(shopper, site, then)))
    if shopper.phone_e164 is None:
        raise Invalid({"phone": [_("This field is required.")]})
    ask = _ask(session, data, shopper.phone_e164)
    if data.get("code"):
        proof = verification.evaluate(ask, data["code"])
        return Registered(_create(session, shopper, data, proof, lambda: _follow_up(shopper, site, then)))
    _count(scope)
    return CodeSent(_send(session, ask, _taken(shopper)))


def _checked(data: Mapping[str, Any]) -> Shopper:
    """The shopper to be, not stored yet. Raises Invalid when the password is weak or resembles the rest."""
    shopper = _shopper(data)
    try:
        password_validation.validate_password(data["password"], shopper)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Invalid({"password": error.messages}) from error
    return shopper


def _shopper(data: Mapping[str, Any]) -> Shopper:
    caller = context.caller()
    now = clock.now()
    phone = data.get("phone") or None
    number = phone_claims.e164(phone) if phone else None
    given = {key: value for key, value in data.get("attributes", {}).items() if key not in profile.SERVER_ATTRIBUTES}
    return Shopper(
        **{field: data[field] for field in _GIVEN if field in data},
        username=secrets.token_hex(32),
        phone=phone,
        phone_e164=number,
        phone_claim=phone_claims.claim_of(number),
        language_code=data.get("language_code") or caller.language,
        client_type=caller.client_type,
        attributes=given
        | {
            "register_client_type": caller.client_type,
            "logged_ip": caller.ip,
            "kvkk_flat_page_version": dynamic.get("KVKK_FLAT_PAGE_VERSION"),
            "confirm": data["confirm"],
        },
        date_joined=now,
        modified_date=now,
    )


def _count(scope: str) -> None:
    """Count a new registration of this address; a code and a resend have limits of their own."""
    ip = context.caller().ip
    if not middleware.is_exempt(ip):
        limits.hit(scope, ip, throttle(scope))


def _taken(shopper: Shopper) -> list[Invalid]:
    taken = []
    if sign_in.find(shopper.email):
        taken.append(email_change.taken_email())
    if shopper.phone_e164 and phone_claims.is_taken(shopper.phone_e164):
        taken.append(phone_claims.taken())
    return taken


def _refuse(taken: list[Invalid]) -> None:
    if taken:
        raise Invalid({field: texts for each in taken for field, texts in each.fields.items()})


def _ask(session: Session | None, data: Mapping[str, Any], number: str) -> Ask:
    return Ask(
        session_id=session.pk if session else 0,  # no session has 0: what is asked for there is not found
        purpose=Purpose.REGISTRATION,
        phone=number,
        consent={field: data.get(field) for field in ("email", *consent.FIELDS)},
        language=data.get("language_code"),
    )


def _ask_again(session: Session | None, data: Mapping[str, Any]) -> Ask:
    """What a resend asks for: it may repeat the whole form, or state no more than `resend`."""
    ask = _ask(session, data, (phone_claims.e164(data["phone"]) or "") if data.get("phone") else "")
    waiting = Challenge.objects.filter(session_id=ask.session_id, purpose=ask.purpose, used_at=None).first()
    if waiting is None:
        return ask
    stated = {field: value for field, value in ask.consent.items() if field in data}
    return replace(ask, phone=ask.phone or waiting.phone_e164, consent=waiting.consent | stated)


def _send(session: Session | None, ask: Ask, taken: list[Invalid]) -> Opened | None:
    if not dynamic.get("PREVENT_ENUMERATION"):
        _refuse(taken)

    def work() -> Opened | None:
        opened = None if session else sessions.open_guest()
        session_id = opened.session_id if opened else ask.session_id
        verification.start(replace(ask, session_id=session_id, is_decoy=bool(taken)))
        return opened

    # one transaction: a refused first step leaves no session behind
    return transactions.run(work)


def _create(
    session: Session | None,
    shopper: Shopper,
    data: Mapping[str, Any],
    proof: Proof | None,
    follow_up: Callable[[], None],
) -> Opened:
    shopper.password = make_password(data["password"])  # slow on purpose, so before the transaction
    if proof is not None:
        shopper.phone_verified_at = clock.now()
    try:
        opened = transactions.run(lambda: _store(session, shopper, data, proof, follow_up))
    except IntegrityError as error:
        taken = _REFUSED.get(transactions.constraint_of(error) or "")
        if taken is None:
            raise
        if proof is not None and dynamic.get("PREVENT_ENUMERATION"):
            verification.spend(proof)  # a right code asks once, not SMS_OTP_MAX_ATTEMPTS times, who is registered
        raise taken() from error
    if proof is not None:
        verification.confirmed(Purpose.REGISTRATION)
    return opened


def _store(
    session: Session | None,
    shopper: Shopper,
    data: Mapping[str, Any],
    proof: Proof | None,
    follow_up: Callable[[], None],
) -> Opened:
    if proof is not None:
        verification.spend(proof)
    shopper.save(force_insert=True)
    if proof is not None:
        holdings.adopt(proof.phone, shopper.pk)
    before = consent.snapshot(shopper) | {field: None for field in consent.FIELDS if field in data}
    consent.record(shopper, before, proven=frozenset(consent.PHONE_FIELDS) if proof else frozenset())
    follow_up()
    return sessions.sign_in(session, shopper)


def _follow_up(shopper: Shopper, site: str, then: Then) -> None:
    email_change.confirmation_mail(shopper, site)
    then(shopper)
    events.put("shopper.registered", shopper_id=shopper.pk)
