"""What every call of an outside system shares: measure, breaker, the sandbox's faults, and HTTP without surprises."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Any, Final

import httpx
import msgspec
from django.conf import settings
from pybreaker import CircuitBreaker, CircuitBreakerError

from patron.gateways import faults
from patron.kernel import metrics
from patron.kernel.errors import GatewayTrouble

FAILURES_TO_OPEN: Final = 5
OPEN_SECONDS: Final = 10
MAX_ANSWER_BYTES: Final = 65_536
WAIT_FOR_PLACE: Final = 0.1
# A provider's words may hold a number of a person: what is kept of an error is its code and field, if they look so.
_WORD: Final = re.compile(r"(?!.*\d{7})[A-Za-z0-9_.-]{1,40}")


class NotCalled(GatewayTrouble):
    """The breaker is open: the call was not made, and others would not be for a while."""

    def __init__(self) -> None:
        super().__init__(f"not called: {FAILURES_TO_OPEN} failures in a row", permanent=False)


@contextmanager
def call(
    gateway: str, *, seconds: float, breaker: CircuitBreaker | None = None, bulkhead: Semaphore | None = None
) -> Iterator[None]:
    """Around one call of `gateway` (sms, mail, captcha …), which must raise nothing but GatewayTrouble.

    `seconds`: the call's own timeout. `breaker`: after five troubles in a row the calls of the next seconds fail at
    once, so that a provider that hangs does not hold every thread. `bulkhead`: how many calls this process makes at
    once; a further one waits 0.1 s for a place and fails, which is no trouble of the provider's.
    """
    started = time.perf_counter()
    outcome = "bug"
    try:
        with _placed(bulkhead), _guarded(breaker):
            if settings.SANDBOX:
                faults.play(gateway, seconds)
            yield
        outcome = "ok"
    except GatewayTrouble as trouble:
        outcome = "refused" if trouble.permanent else "trouble"
        raise
    finally:
        metrics.gateway_calls.labels(gateway, outcome).inc()
        metrics.gateway_latency.labels(gateway).observe(time.perf_counter() - started)


def new_breaker(*, open_seconds: int = OPEN_SECONDS) -> CircuitBreaker:
    """A breaker for one provider. What the provider refuses for good is an answer, not a failure."""
    return CircuitBreaker(
        fail_max=FAILURES_TO_OPEN,
        reset_timeout=open_seconds,
        exclude=[lambda error: isinstance(error, GatewayTrouble) and error.permanent],
        throw_new_error_on_trip=False,
    )


def http_client(seconds: float, *, connections: int, wait: float | None = None, **options: Any) -> httpx.Client:
    """A client that keeps its connections and follows no redirect.

    `seconds`: the most it waits for each step. `connections`: how many at once; `wait`: the most seconds a call waits
    for one of them to be free, `seconds` if not given.
    """
    return httpx.Client(
        timeout=httpx.Timeout(seconds, connect=min(seconds, 5.0), pool=seconds if wait is None else wait),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        **options,
    )


def post(client: httpx.Client, url: str, *, seconds: float, **request: Any) -> tuple[int, bytes]:
    """As `ask`, by POST."""
    return ask(client, "POST", url, seconds=seconds, **request)


def ask(client: httpx.Client, method: str, url: str, *, seconds: float, **request: Any) -> tuple[int, bytes]:
    """Status and body of one request. Reads at most 64 KB and stops when `seconds` are over.

    Raises GatewayTrouble where there is no answer.
    """
    deadline = time.monotonic() + seconds
    body = bytearray()
    try:
        with client.stream(method, url, **request) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    break
            return response.status_code, bytes(body[:MAX_ANSWER_BYTES])
    except httpx.TimeoutException as error:
        raise GatewayTrouble(f"no answer within {seconds:g} s", permanent=False) from error
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise GatewayTrouble(f"the connection failed ({type(error).__name__})", permanent=False) from error


def reason(status: int, body: bytes) -> str:
    """What is kept of a refusal: its status, and code and field of the `errors` in its body, if they name no person."""
    try:
        errors = msgspec.json.decode(body, type=dict[str, Any]).get("errors")
    except (msgspec.DecodeError, UnicodeDecodeError):
        errors = None
    words = [_word(error) for error in errors[:3]] if isinstance(errors, list) else []
    return " ".join([f"HTTP {status}", *filter(None, words)])


def _word(error: object) -> str:
    if not isinstance(error, dict):
        return ""
    kept = [str(error.get(key, "")) for key in ("code", "field")]
    return "/".join(word for word in kept if _WORD.fullmatch(word))


@contextmanager
def _placed(bulkhead: Semaphore | None) -> Iterator[None]:
    if bulkhead is None:
        yield
        return
    if not bulkhead.acquire(timeout=WAIT_FOR_PLACE):
        raise GatewayTrouble("not called: too many calls at once", permanent=False)
    try:
        yield
    finally:
        bulkhead.release()


@contextmanager
def _guarded(breaker: CircuitBreaker | None) -> Iterator[None]:
    if breaker is None:
        yield
        return
    try:
        # `calling`, since `call` holds the breaker's lock for the whole call and so lets one thread out at a time
        with breaker.calling():
            yield
    except CircuitBreakerError as error:
        raise NotCalled from error
