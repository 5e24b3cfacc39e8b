"""The demo's customers: some of the marketplace, and the demo's shoppers in the own storefront's channel."""

import pytest

from patron.accounts.models import Shopper
from patron.customers.models import Customer, CustomerMapping
from patron.sandbox import demo, demo_channels, demo_customers


@pytest.mark.django_db
def test_both_channels_have_their_customers():
    """Every shopper is one of the storefront; the marketplace's have a mapping each."""
    demo.load()
    web = Customer.objects.filter(channel_id=demo_channels.WEB)
    assert set(web.values_list("shopper_id", flat=True)) == set(Shopper.objects.values_list("pk", flat=True))
    bazaar = Customer.objects.filter(channel_id=demo_channels.BAZAAR)
    assert bazaar.count() == CustomerMapping.objects.count() == len(demo_customers.CUSTOMERS)


@pytest.mark.django_db
def test_what_was_deleted_stays_deleted():
    """A second start brings nothing back."""
    demo.load()
    Customer.objects.all().delete()
    demo.load()
    assert not Customer.objects.exists()
