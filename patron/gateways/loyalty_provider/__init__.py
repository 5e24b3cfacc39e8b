"""The loyalty provider in use (dynamic setting CUSTOMER_LOYALTY_CARD_SERVICE)."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import httpx

from patron.gateways.loyalty_provider.contract import LoyaltyProvider
from patron.kernel import dynamic
from patron.kernel.errors import GatewayTrouble

DEFAULT_TIMEOUT: Final = 2
_simulator: Callable[[], httpx.BaseTransport] | None = None
_stand_in: LoyaltyProvider | None = None


def active() -> LoyaltyProvider:
    """The adapter of the provider in use. Raises GatewayTrouble when there is none; an operator can change that."""
    if _stand_in is not None:
        return _stand_in
    found = dynamic.get("CUSTOMER_LOYALTY_CARD_SERVICE")
    timeout = found.get("timeout", DEFAULT_TIMEOUT)
    if found["provider"] == "simulator":
        if _simulator is None:
            raise GatewayTrouble(
                "simulator works in the sandbox only: name a provider in CUSTOMER_LOYALTY_CARD_SERVICE",
                permanent=False,
            )
        return _simulated(timeout)
    return _http(found["base_url"], found["username"], found["password"], timeout)


def is_sync() -> bool:
    """Whether what a shopper tells the provider is written to their profile as well."""
    return bool(dynamic.get("CUSTOMER_LOYALTY_CARD_SERVICE").get("is_sync", False))


def install_simulator(transport: Callable[[], httpx.BaseTransport]) -> None:
    """Let `simulator` be reached over this. Called once by the sandbox when it is ready."""
    global _simulator
    _simulator = transport


def stand_in(provider: LoyaltyProvider | None) -> None:
    """Let `provider` be the active one, whatever the setting says; None ends that. For tests."""
    global _stand_in
    _stand_in = provider


def forget() -> None:
    """Drop the adapters with their breakers and connections; the next call makes new ones."""
    _simulated.cache_clear()
    _http.cache_clear()


@lru_cache(maxsize=4)
def _simulated(timeout: int) -> LoyaltyProvider:
    if _simulator is None:
        raise AssertionError("asked for only where it is installed")
    from patron.gateways.loyalty_provider.http import HttpProvider  # the models behind it: not for `provider check`

    return HttpProvider("http://simulator", "simulator", "simulator", timeout, transport=_simulator())


@lru_cache(maxsize=4)
def _http(base_url: str, username: str, password: str, timeout: int) -> LoyaltyProvider:
    from patron.gateways.loyalty_provider.http import HttpProvider

    return HttpProvider(base_url, username, password, timeout)
