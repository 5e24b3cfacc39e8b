"""A visitor becomes a shopper and, if they wish, a member of the loyalty program.

The account never waits for the provider: the wish is written down with it, and a provider in trouble only makes the
card come later (`attributes.loyalty_pending`).
Source: user-profile-and-segments, POST User Register with Loyalty Card Account; 3-loyalty, `register-with-loyalty`.
"""

from collections.abc import Mapping
from typing import Any, Final

from patron.accounts import registration
from patron.accounts.models import Session, Shopper
from patron.accounts.registration import CodeResent, CodeSent, Registered
from patron.kernel import dynamic
from patron.kernel.errors import Refusal
from patron.loyalty import enrolment
from patron.loyalty.models import Enrolment

SCOPE: Final = "register-with-loyalty"
_WITH_CODE: Final = "sms_otp"


def register(session: Session | None, data: Mapping[str, Any], *, site: str) -> Registered | CodeSent | CodeResent:
    """Do the step of the registration that a validated request asks for; a code is always asked.

    `data`: of a registration, and `add_loyalty`. Raises Invalid, Refusal (the dance), TooMany.
    """
    begun: list[Enrolment] = []

    def then(shopper: Shopper) -> None:
        if data.get("add_loyalty"):
            begun.append(enrolment.begin(shopper, data, shopper.phone_e164 or "", source="register"))

    mode = dynamic.get("REGISTRATION_MODE")
    step = registration.register(
        session, data, mode=_WITH_CODE if mode == registration.DIRECT else mode, site=site, scope=SCOPE, then=then
    )
    if begun:
        _make_card(begun[-1])  # the last: a transaction that was tried again began it again
    return step


def _make_card(begun: Enrolment) -> None:
    try:
        enrolment.go_on(begun)
    except Refusal:
        return  # later, or never: the journal says which, and the account stands either way
