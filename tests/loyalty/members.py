"""A loyalty provider in memory, a shopper it may know, and what they send."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from patron.accounts.models import Shopper
from patron.gateways import loyalty_provider
from patron.gateways.loyalty_provider.contract import Account, Details
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel import clock, dynamic
from patron.kernel.errors import GatewayTrouble
from patron.loyalty import points

PHONE = "+966512345779"
AWAY = GatewayTrouble("out of order", permanent=False)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryProvider]:
    """The active provider, in memory."""
    memory = MemoryProvider()
    loyalty_provider.stand_in(memory)
    monkeypatch.setattr(points, "_rests_until", 0.0)
    yield memory
    loyalty_provider.stand_in(None)


@pytest.fixture
def member(make_shopper: Callable[..., Shopper]) -> Shopper:
    """A shopper with a verified phone."""
    return make_shopper(phone=PHONE, phone_verified_at=clock.now(), email="John.Doe@example.com")


@pytest.fixture
def in_sync(setting: Callable[[str, Any], None]) -> None:
    """The provider's `is_sync` is on."""
    setting("CUSTOMER_LOYALTY_CARD_SERVICE", dynamic.get("CUSTOMER_LOYALTY_CARD_SERVICE") | {"is_sync": True})


def wish(shopper: Shopper, **fields: Any) -> dict[str, Any]:
    """The form for a card."""
    return {
        "first_name": "John",
        "last_name": "Doe",
        "email": shopper.email,
        "gender": "male",
        "date_of_birth": "1990-12-10",
        "phone": shopper.phone or PHONE,
        "email_allowed": False,
        "sms_allowed": False,
    } | fields


def known(provider: MemoryProvider, **fields: Any) -> Account:
    """An account somebody opened elsewhere."""
    details = {"first_name": "J", "last_name": "D", "email": "john.doe@example.com", "phone": PHONE, "gender": "male"}
    return provider.create(Details(**details | fields), f"elsewhere-{len(provider.accounts)}")
