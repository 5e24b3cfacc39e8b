"""Orders that staff enter, with their items or not at all."""

import pytest
from django.test import Client

from patron.channels import staff
from patron.channels.models import Channel
from patron.kernel import clock
from patron.kernel.errors import Invalid
from patron.orders.entry import ORDERS
from patron.orders.models import Order, OrderItem
from patron.reference.products import PRODUCTS
from tests.accounts.conftest import english

__all__ = ["english"]
pytestmark = pytest.mark.django_db


def test_an_order_comes_with_its_items() -> None:
    """A change without items leaves them, one with items replaces them."""
    product = PRODUCTS.create({"sku": "1", "name": "x"})
    order = ORDERS.create({"number": "SC-1", "date_placed": clock.now(), "items": [{"product_id": product.pk}] * 2})
    ORDERS.change(order.pk, {"status": "400"})
    assert order.items.count() == 2
    ORDERS.change(order.pk, {"items": [{"product_id": product.pk, "delivered_date": clock.now()}]})
    assert order.items.get().delivered_date is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "SC-1"}, "number"),
        ({"number": "SC-2", "shopper_id": 99}, "shopper"),
        ({"number": "SC-2", "channel_id": 99}, "channel"),
        ({"number": "SC-2", "items": [{"product_id": 99}]}, "items"),
    ],
)
def test_what_leads_nowhere_is_refused_whole(wrong: dict[str, object], field: str) -> None:
    """The database decides; no order without its items is left."""
    ORDERS.create({"number": "SC-1", "date_placed": clock.now()})
    with pytest.raises(Invalid) as refused:
        ORDERS.create({"date_placed": clock.now()} | wrong)
    assert list(refused.value.fields) == [field]
    assert (Order.objects.count(), OrderItem.objects.count()) == (1, 0)


def test_a_number_may_come_again_in_another_channel() -> None:
    """And not without one."""
    now = clock.now()
    channel = Channel.objects.create(name="Bazaar", created_at=now, modified_at=now)
    ORDERS.create({"number": "SC-1", "date_placed": now})
    ORDERS.create({"number": "SC-1", "date_placed": now, "channel_id": channel.pk})
    with pytest.raises(Invalid):
        ORDERS.create({"number": "SC-1", "date_placed": now, "channel_id": channel.pk})


def test_staff_enter_one_in_the_console() -> None:
    """With an item, by one form."""
    product = PRODUCTS.create({"sku": "1", "name": "x"})
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(staff.create("boss", "correct horse battery", is_superuser=True))
    form = {
        "number": "SC-9",
        "date_placed_0": "2024-10-03",
        "date_placed_1": "10:30:00",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
        "items-0-product": str(product.pk),
    }
    answer = browser.post("/console/orders/order/add/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert Order.objects.get(number="SC-9").items.get().product == product
    assert browser.get("/console/orders/order/?q=SC-9").status_code == 200
