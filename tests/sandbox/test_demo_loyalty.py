"""The demo's loyalty cards."""

import pytest

from patron.gateways import loyalty_provider
from patron.loyalty.models import LoyaltyCard
from patron.sandbox import demo, demo_loyalty
from patron.sandbox.models import SimulatedAccount

pytestmark = pytest.mark.django_db


def test_two_members_once():
    """Two of the demo's shoppers have a card and points; a deleted one does not come back with the next start."""
    loyalty_provider.forget()
    demo.load()
    points = dict(SimulatedAccount.objects.values_list("email", "points"))
    assert {email for email, *_ in demo_loyalty.MEMBERS} <= set(points)
    assert points["ayse@demo.example"] == 1250
    assert LoyaltyCard.objects.count() == len(demo_loyalty.MEMBERS)
    LoyaltyCard.objects.all().delete()
    demo.load()
    assert not LoyaltyCard.objects.exists()
