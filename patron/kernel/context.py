"""What is known of the request being answered, for those who must not see the request: logs, ledgers, journeys."""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from.

    `ip`: the caller's address, behind trusted proxies the one they forwarded; empty for the worker and commands.
    `client_type`: default, android, ios, instore or b2b, from `x-client-type`.
    """

    request_id: str = ""
    ip: str = ""
    client_type: str = "default"
    user_agent: str = ""
    language: str = "tr"
    endpoint: str = ""


_NOBODY: Final = Caller()
_caller: ContextVar[Caller] = ContextVar("patron_caller")


def caller() -> Caller:
    """The caller of the request at hand; an empty one outside requests."""
    return _caller.get(_NOBODY)


def enter(value: Caller) -> None:
    """Set by the request middleware, once per request."""
    _caller.set(value)


def at_endpoint(endpoint: str) -> None:
    """Name the endpoint once it is known."""
    _caller.set(replace(caller(), endpoint=endpoint))
