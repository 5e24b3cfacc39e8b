"""Demo store credit, and a member of the simulated loyalty program whose account waits to be linked."""

from datetime import date
from decimal import Decimal
from typing import Final

from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.contract import Details
from patron.kernel import clock, transactions
from patron.loyalty import credit
from patron.loyalty.credit import Reason, Type
from patron.loyalty.models import CreditEntry
from patron.sandbox.models import DemoMark, SimulatedAccount
from patron.sandbox.simulator import accounts

_MARK: Final = "store credit"
_CURRENCY: Final = "try"
MOVEMENTS: Final = (
    ("ayse@demo.example", Decimal("250.00"), Reason(Type.LOAD)),
    ("ayse@demo.example", Decimal("-75.50"), Reason(Type.SPEND, order="DEMO-1001")),
    ("ayse@demo.example", Decimal("20.00"), Reason(Type.REFUND, order="DEMO-1001")),
    ("jonas@demo.example", Decimal("40.00"), Reason(Type.LOAD)),
)
# She is found by `search_exists_create`, since her e-mail is a verified one of the demo.
MEMBER: Final = Details(
    first_name="Emily",
    last_name="Clark",
    email="emily@demo.example",
    phone="+905450000102",
    gender="female",
    date_of_birth=date(1992, 3, 14),
    email_allowed=True,
)


def load() -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back."""
    transactions.run(_load_once)


def _load_once() -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine or CreditEntry.objects.exists():
        return
    wanted = {email for email, _amount, _reason in MOVEMENTS}
    ids = dict(Shopper.objects.filter(is_active=True, email__in=wanted).values_list("email", "id"))
    for email, amount, reason in MOVEMENTS:
        if email in ids:
            credit.move(credit.purse(ids[email], _CURRENCY).pk, amount, reason)
    if not SimulatedAccount.objects.exists():
        accounts.create(MEMBER)
