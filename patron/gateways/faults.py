"""Trouble on demand: what the sandbox plays for each gateway (`POST /sandbox/faults/`)."""

import random
import time
from collections.abc import Mapping
from typing import Any, Final

from patron.gateways.models import Fault
from patron.kernel.errors import GatewayTrouble

GATEWAYS: Final = ("sms", "mail", "captcha", "loyalty_provider")
SNAPSHOT_SECONDS: Final = 1.0
_FIELDS: Final = ("gateway", "latency_ms", "error_rate", "outage")
_faults: Mapping[str, Mapping[str, Any]] = {}
_read_at = float("-inf")


def play(gateway: str, seconds: float) -> None:
    """Wait and fail as the gateway's fault says; called by every adapter call of the sandbox.

    `seconds`: the call's timeout; a longer latency ends as a call that was not answered in time. Raises GatewayTrouble.
    """
    fault = _snapshot().get(gateway)
    if fault is None:
        return
    latency = fault["latency_ms"] / 1000
    time.sleep(min(latency, seconds))
    if latency > seconds:
        raise GatewayTrouble(f"no answer within {seconds:g} s (sandbox)", permanent=False)
    if fault["outage"]:
        raise GatewayTrouble("out of order (sandbox)", permanent=False)
    if random.random() < fault["error_rate"]:  # noqa: S311 -- a die, not a secret
        raise GatewayTrouble("failed by chance (sandbox)", permanent=False)


def put(gateway: str, *, latency_ms: int, error_rate: float, outage: bool) -> None:
    """Play this from now on, in every process within a second. All zero and false is no trouble."""
    fault = {"latency_ms": latency_ms, "error_rate": error_rate, "outage": outage}
    Fault.objects.update_or_create(gateway=gateway, defaults=fault)
    forget()


def every() -> list[dict[str, Any]]:
    """The fault of each gateway as it is stored."""
    found = {row["gateway"]: row for row in Fault.objects.values(*_FIELDS)}
    none = {"latency_ms": 0, "error_rate": 0.0, "outage": False}
    return [{"gateway": gateway} | none | found.get(gateway, {}) for gateway in GATEWAYS]


def forget() -> None:
    """Drop this process's snapshot, so that the next call reads."""
    global _read_at
    _read_at = float("-inf")


def _snapshot() -> Mapping[str, Mapping[str, Any]]:
    global _faults, _read_at
    if time.monotonic() - _read_at > SNAPSHOT_SECONDS:
        _read_at = time.monotonic()  # set first: the other threads go on with what is known
        _faults = {row["gateway"]: row for row in Fault.objects.values(*_FIELDS)}
    return _faults
