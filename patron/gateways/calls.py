"""What every call of an outside system shares: measure, breaker, the sandbox's faults, and HTTP without surprises."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
from django.conf import settings
from pybreaker import CircuitBreaker, CircuitBreakerError

from patron.gateways import faults
from patron.kernel import metrics
from patron.kernel.errors import GatewayTrouble

FAILURES_TO_OPEN: Final = 5
OPEN_SECONDS: Final = 10
MAX_ANSWER_BYTES: Final = 65_536


@contextmanager
def call(gateway: str, *, seconds: float, breaker: CircuitBreaker | None = None) -> Iterator[None]:
    """Around one call of `gateway` (sms, mail, captcha …), which must raise nothing but GatewayTrouble.

    `seconds`: the call's own timeout. `breaker`: after five troubles in a row the calls of the next ten seconds fail at
    once, so that a provider that hangs does not hold every thread of the worker.
    """
    started = time.perf_counter()
    outcome = "bug"
    try:
        with _guarded(breaker):
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


def new_breaker() -> CircuitBreaker:
    """A breaker for one provider. What the provider refuses for good is an answer, not a failure."""
    return CircuitBreaker(
        fail_max=FAILURES_TO_OPEN,
        reset_timeout=OPEN_SECONDS,
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
    """Status and body of one POST. Reads at most 64 KB and stops when `seconds` are over.

    Raises GatewayTrouble where there is no answer.
    """
    deadline = time.monotonic() + seconds
    body = bytearray()
    try:
        with client.stream("POST", url, **request) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    break
            return response.status_code, bytes(body[:MAX_ANSWER_BYTES])
    except httpx.TimeoutException as error:
        raise GatewayTrouble(f"no answer within {seconds:g} s", permanent=False) from error
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise GatewayTrouble(f"the connection failed ({type(error).__name__})", permanent=False) from error


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
        raise GatewayTrouble(f"not called: {FAILURES_TO_OPEN} failures in a row", permanent=False) from error
