"""Demo loyalty cards: two of the demo's shoppers are members of the simulated program."""

from datetime import date
from decimal import Decimal
from typing import Final

import structlog

from patron.accounts.models import Shopper
from patron.kernel import clock
from patron.kernel.errors import Refusal
from patron.loyalty import enrolment
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import Enrolment
from patron.sandbox.models import DemoMark
from patron.sandbox.simulator import accounts

_MARK: Final = "loyalty cards"
MEMBERS: Final = (
    ("ayse@demo.example", date(1988, 4, 23), Decimal(1250)),
    ("jonas@demo.example", date(1979, 10, 3), Decimal("320.50")),
)
_log = structlog.get_logger("patron.sandbox")


def load() -> None:
    """Enrol them unless they were before; what somebody deleted since does not come back. Not inside a transaction."""
    _, is_mine = DemoMark._default_manager.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine or Enrolment.objects.exists():
        return
    for email, born, points in MEMBERS:
        shopper = Shopper.objects.filter(email=email, is_active=True).first()
        if shopper is not None:
            _enrol(shopper, born, points)


def _enrol(shopper: Shopper, born: date, points: Decimal) -> None:
    details = {
        "first_name": shopper.first_name,
        "last_name": shopper.last_name,
        "email": shopper.email,
        "phone": shopper.phone,
        "gender": shopper.gender,
        "date_of_birth": born,
        "email_allowed": shopper.email_allowed,
        "sms_allowed": shopper.sms_allowed,
        "call_allowed": shopper.call_allowed,
    }
    try:
        card = enrolment.enrol(shopper, details, Evidence(shopper.phone_e164 or ""), source="demo")
    except Refusal as refused:  # somebody told the simulator to misbehave: the demo goes on without this card
        _log.warning("demo_card_not_made", shopper=shopper.pk, code=refused.code)
        return
    accounts.put_points(card.account_number, points)
