"""A loyalty provider that speaks the published protocol over HTTP."""

import weakref
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx
from msgspec import UNSET

from patron.gateways import calls
from patron.gateways.loyalty_provider import protocol
from patron.gateways.loyalty_provider.contract import Account, Changes, Details, UnknownAccount
from patron.kernel import context

GATEWAY: Final = "loyalty_provider"
MOST_AT_ONCE: Final = 16
OPEN_SECONDS: Final = 30
# Of a whole process and whichever provider: what a slow one may hold are the threads that serve shoppers.
_bulkhead: Final = BoundedSemaphore(MOST_AT_ONCE)
T = TypeVar("T")


class HttpProvider:
    """`{base_url}/accounts…` with Basic auth. `timeout`: seconds for each step of a call.

    `transport`: what stands in the place of the network, for the simulator.
    """

    def __init__(
        self, base_url: str, username: str, password: str, timeout: int, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = timeout
        self._breaker = calls.new_breaker(open_seconds=OPEN_SECONDS)
        self._client = calls.http_client(
            timeout,
            connections=MOST_AT_ONCE,
            auth=(username, password),
            headers={protocol.VERSION: protocol.API_VERSION, "accept": "application/json"},
            transport=transport,
        )
        weakref.finalize(self, self._client.close)  # when the setting changes, the connections of the old one end

    def search(self, email: str, phone: str | None = None, date_of_birth: date | None = None) -> Account | None:
        """See the contract."""
        wish = protocol.Search(email, phone or UNSET, date_of_birth or UNSET)
        try:
            return self._ask("POST", "/accounts/search", 200, protocol.read_account, body=protocol.body_of(wish))
        except UnknownAccount:
            return None

    def create(self, details: Details, key: str) -> Account:
        """See the contract."""
        read, body = protocol.read_created(details), protocol.body_of(details)
        return self._ask("POST", "/accounts", 201, read, key=key, body=body)

    def get(self, account_number: str) -> Account:
        """See the contract."""
        return self._ask("GET", f"/accounts/{account_number}", 200, protocol.read_account)

    def change(self, account_number: str, changes: Changes, key: str) -> Account:
        """See the contract."""
        body = protocol.body_of(changes)
        return self._ask("PATCH", f"/accounts/{account_number}", 200, protocol.read_account, key=key, body=body)

    def points(self, account_number: str) -> Decimal:
        """See the contract."""
        return self._ask("GET", f"/accounts/{account_number}/points", 200, protocol.read_points)

    def delete(self, account_number: str, key: str) -> None:
        """See the contract."""
        try:
            self._ask("DELETE", f"/accounts/{account_number}", 204, lambda body: None, key=key)
        except UnknownAccount:
            return  # gone, as was wished

    def _ask(
        self,
        method: str,
        path: str,
        expected: int,
        read: Callable[[bytes], T],
        *,
        key: str | None = None,
        body: bytes | None = None,
    ) -> T:
        headers = {protocol.REQUEST_ID: context.caller().request_id or uuid4().hex}
        if key is not None:
            headers[protocol.KEY] = key
        request: dict[str, Any] = {"headers": headers}
        if body is not None:
            headers["content-type"] = "application/json"
            request["content"] = body
        with calls.call(GATEWAY, seconds=self._timeout, breaker=self._breaker, bulkhead=_bulkhead):
            status, answer = calls.ask(self._client, method, self._base + path, seconds=self._timeout, **request)
            if status != expected:
                raise protocol.refusal(status, answer, calls.reason(status, answer))
            return read(answer)
