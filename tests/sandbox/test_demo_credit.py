"""Demo store credit, and the member who waits to be linked."""

from decimal import Decimal

import pytest

from patron.gateways import loyalty_provider
from patron.loyalty.models import CreditAccount, CreditEntry
from patron.sandbox import demo, demo_credit

pytestmark = pytest.mark.django_db


def test_the_demo_shopper_has_store_credit():
    """As the movements say, once however often it is loaded."""
    demo.load()
    demo_credit.load()

    told = sum(amount for email, amount, _reason in demo_credit.MOVEMENTS if email == demo.SHOPPER_EMAIL)
    account = CreditAccount.objects.get(shopper__email=demo.SHOPPER_EMAIL)
    assert account.balance == told == Decimal("194.50")
    assert CreditEntry.objects.count() == 2 * len(demo_credit.MOVEMENTS)


def test_a_member_is_found_at_the_provider():
    """By the e-mail of a demo shopper."""
    demo.load()
    loyalty_provider.forget()

    found = loyalty_provider.active().search("Emily@demo.example")

    assert found is not None
    assert found.details == demo_credit.MEMBER
