"""Channels, customers in them, staff with a token and their rights."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from patron.channels import staff, tokens
from patron.channels.models import Channel, Staff
from patron.customers.models import Customer
from patron.kernel import clock
from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.channels.conftest import call
from tests.segments.conftest import token_of

__all__ = ["advance", "anonymous", "call", "english", "make_shopper", "sign_in", "token_of"]
RIGHTS = ("customers.view_customer", "customers.add_customer", "customers.change_customer")
_numbers = itertools.count(1)


@pytest.fixture
def make_channel(db: None) -> Callable[..., Channel]:
    """`make_channel("Marketplace", channel_type="sales_channel")`."""

    def make(name: str = "Marketplace", **fields: Any) -> Channel:
        now = clock.now()
        return Channel.objects.create(**{"name": name, "created_at": now, "modified_at": now} | fields)

    return make


@pytest.fixture
def channel(make_channel: Callable[..., Channel]) -> Channel:
    """A sales channel."""
    return make_channel()


@pytest.fixture
def make_customer(channel: Channel) -> Callable[..., Customer]:
    """`make_customer(email="a@b.example")`: a customer of `channel` with a code of their own."""

    def make(**fields: Any) -> Customer:
        number, now = next(_numbers), clock.now()
        return Customer.objects.create(
            **{
                "channel": channel,
                "channel_code": f"C{number}",
                "email": f"customer.{number}@example.com",
                "created_date": now,
                "modified_date": now,
            }
            | fields
        )

    return make


@pytest.fixture
def token(token_of: Callable[..., str]) -> str:
    """Of a staff member who may see, add and change customers of all channels."""
    return token_of(*RIGHTS)


@pytest.fixture
def app_of(token_of: Callable[..., str]) -> Callable[..., str]:
    """`app_of(channel, …)`: the token of a program that may do the same in these channels only."""

    def make(*channels: Channel) -> str:
        key = token_of(*RIGHTS)
        found = tokens.find(key)
        assert found
        Staff.objects.filter(pk=found.staff_id).update(is_restricted=True)
        found.staff.channels.set(channels)
        return key

    return make


@pytest.fixture
def superuser(db: None) -> str:
    """The token of somebody who may do everything."""
    return tokens.issue(staff.create("root", "correct horse battery", is_superuser=True), "test")
