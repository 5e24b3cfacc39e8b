"""Sellers, products, orders and conversations; shoppers who are signed in, staff with a token."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from patron.accounts.models import Shopper
from patron.channels import staff, tokens
from patron.channels.models import Channel
from patron.kernel import clock
from patron.orders.models import Order, OrderItem
from patron.reference.models import Datasource, Product, ProductImage
from patron.support import conversing
from patron.support.conversing import Beginning
from patron.support.models import Conversation
from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.channels.conftest import call, clerk

__all__ = ["advance", "anonymous", "call", "clerk", "english", "make_shopper", "sign_in"]

_numbers = itertools.count(1)


@pytest.fixture
def make_seller(db: None) -> Callable[..., Datasource]:
    """`make_seller(email="seller@shop.example")`: an active seller."""

    def make(**fields: Any) -> Datasource:
        number, now = next(_numbers), clock.now()
        named = {"name": f"seller-{number}", "title": "Test Seller", "supplier_code": f"Code{number}"}
        return Datasource.objects.create(**named | {"created_at": now, "modified_at": now} | fields)

    return make


@pytest.fixture
def make_product(db: None) -> Callable[..., Product]:
    """`make_product(name="Sweatshirt")`: with one image."""

    def make(**fields: Any) -> Product:
        number, now = next(_numbers), clock.now()
        product = Product.objects.create(
            **{"sku": f"sku-{number}", "name": "Oversized Sweatshirt", "created_at": now, "modified_at": now} | fields
        )
        ProductImage.objects.create(product=product, image="products/1.jpg", order=0, height=80, width=101)
        return product

    return make


@pytest.fixture
def make_order_item(make_product: Any) -> Callable[..., OrderItem]:
    """`make_order_item(shopper, product=…, is_delivered=True)`: an item of a new order of the shopper."""

    def make(shopper: Shopper | None, product: Product | None = None, *, is_delivered: bool = True) -> OrderItem:
        number, now = next(_numbers), clock.now()
        order = Order.objects.create(
            number=f"SC-{number}", shopper=shopper, date_placed=now, created_at=now, modified_at=now
        )
        delivered = now if is_delivered else None
        return OrderItem.objects.create(order=order, product=product or make_product(), delivered_date=delivered)

    return make


@pytest.fixture
def make_conversation(make_seller: Any) -> Callable[..., Conversation]:
    """`make_conversation(shopper, type="question", item=product, is_public=True)`: begun with the words "Hello"."""

    def make(shopper: Shopper, item: Product | OrderItem | None = None, **wish: Any) -> Conversation:
        kind = {Product: "product", OrderItem: "orderitem"}.get(type(item))  # type: ignore[arg-type]
        about = {"item_content": kind, "item_id": item.pk} if item else {"subject": f"subject-{next(_numbers)}"}
        defaults = {"type": "message", "content": "Hello"} | about
        if "datasource_id" not in wish:
            defaults["datasource_id"] = make_seller().pk
        posted = conversing.start(shopper.pk, Beginning(**defaults | wish))
        return Conversation.objects.get(pk=posted.conversation_id)

    return make


@pytest.fixture
def storefront(db: None) -> Channel:
    """The shop's own channel."""
    now = clock.now()
    return Channel.objects.create(name="Web", channel_type="web", created_at=now, modified_at=now)


@pytest.fixture
def agent(db: None) -> str:
    """The token of a superuser."""
    return tokens.issue(staff.create("agent", "correct horse battery", is_superuser=True), "test")
