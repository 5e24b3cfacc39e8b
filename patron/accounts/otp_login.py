"""A shopper signs in with a code sent to the phone.

Source: 1-shopper, `POST /users/otp-login/` and the phone-code dance.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.accounts import phone_claims, profile, sessions, sign_in, verification
from patron.accounts.models import Session, Shopper
from patron.accounts.sessions import Opened
from patron.accounts.verification import Ask, Proof, Purpose
from patron.kernel import clock, dynamic, rows, transactions
from patron.kernel.errors import Invalid

_SHOPPERS: Final = rows.Table(Shopper, "u")
_BY_PHONE: Final = _SHOPPERS.select(
    "WHERE u.phone_e164 = %s AND u.is_active ORDER BY u.phone_verified_at DESC NULLS LAST, u.id LIMIT 1"
)


def start(session: Session | None, phone: str) -> Opened | None:
    """Step 1: send a code; a guest without a session gets one, to which the code belongs.

    Raises Invalid on `phone` for a number no shopper has, unless PREVENT_ENUMERATION: then every motion is gone through
    and nothing is sent. Raises TooMany.
    """
    sign_in.count_address("login")
    number = _number(phone)
    shopper = find(number)
    if shopper is None and not dynamic.get("PREVENT_ENUMERATION"):
        raise Invalid({"phone": [_("No account has this phone number.")]})

    def work() -> Opened | None:
        opened = None if session else sessions.open_guest()
        verification.start(_ask(opened or session, number, shopper))
        return opened

    return transactions.run(work)


def resend(session: Session | None, phone: str) -> None:
    """Another code, the old one is dead. Raises Refusal when there was none for this phone, TooMany."""
    number = _number(phone)
    verification.resend(_ask(session, number, find(number)))


def confirm(session: Session | None, phone: str, code: str) -> Opened:
    """Step 2: sign in with the right code, which proves the phone. Raises Refusal. Not inside a transaction."""
    number = _number(phone)
    proof = verification.evaluate(_ask(session, number, None), code)
    opened = transactions.run(lambda: _enter(session, proof))
    verification.confirmed(Purpose.LOGIN)
    return opened


def find(number: str) -> Shopper | None:
    """The active shopper of an E.164 number.

    Where numbers need not be unique it is the one who proved it last; nobody gets in before them by merely stating it.
    """
    return _SHOPPERS.one(_BY_PHONE, (number,))


def _enter(session: Session | None, proof: Proof) -> Opened:
    verification.spend(proof)
    found = find(proof.phone)
    shopper = profile.lock(found.pk) if found else None
    if shopper is None or shopper.phone_e164 != proof.phone:  # the number left them while the code was on its way
        raise sign_in.BadCredentials
    if shopper.phone_verified_at is None:
        Shopper.objects.filter(pk=shopper.pk).update(phone_verified_at=clock.now())
    return sessions.sign_in(session, shopper)


def _ask(session: Session | Opened | None, number: str, shopper: Shopper | None) -> Ask:
    session_id = session.session_id if isinstance(session, Opened) else session.pk if session else 0
    return Ask(
        session_id=session_id,  # 0 is no session's: nothing was ever sent to it
        purpose=Purpose.LOGIN,
        phone=number,
        shopper_id=shopper.pk if shopper else None,
        language=shopper.language_code if shopper else None,
        is_decoy=shopper is None,
    )


def _number(phone: str) -> str:
    number = phone_claims.e164(phone)
    if number is None:
        raise Invalid({"phone": [_("Enter a valid phone number.")]})
    return number
