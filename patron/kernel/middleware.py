"""The one middleware every request passes: its id, its caller, its language, its measure.

One layer in the place of six, since a layer of Django's handler costs about two per cent of a read.
"""

import ipaddress
import os
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from prometheus_client import Counter, Histogram

from patron.kernel import context, dynamic, languages, logs, metrics, rendering

CLIENT_TYPES: Final = frozenset({"default", "android", "ios", "instore", "b2b"})
IS_CUT: Final = "patron.is_cut"  # in the WSGI environment: the body did not arrive whole
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HANDLED: Final = (SuspiciousOperation, BadRequest, MultiPartParserError, PermissionDenied, Http404)
DEFAULT_HEADERS: Final = (("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"))


class RequestMiddleware:
    """Outermost. Every answer leaves with `X-Request-Id` and safe headers, is counted and logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        meta = request.META
        caller = arrive(request.method or "", request.path_info, meta)
        translation.activate(caller.language)
        if "HTTP_X_COOKIE" in meta and dynamic.get("ENABLE_X_COOKIE_HEADER"):
            meta["HTTP_COOKIE"] = meta["HTTP_X_COOKIE"]
        # nobody may be there to hear it, but what was meant is not known, so nothing is done
        response = rendering.bad_request(request) if meta.get(IS_CUT) else self.get_response(request)
        for name, value in headers(caller):
            response.headers[name] = value
        for name, value in DEFAULT_HEADERS:
            response.headers.setdefault(name, value)
        match = request.resolver_match
        leave(caller, request.method or "", match.route if match else "unmatched", response.status_code, started)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A bug in a view: JSON, never a page of Django's. What Django has a handler for (a foreign host) is none."""
        from patron.kernel.errors import Refusal

        if isinstance(exception, Refusal):
            return rendering.refusal_response(exception)
        if isinstance(exception, _HANDLED):
            return None
        return rendering.server_error(request, exception)


def arrive(method: str, path: str, meta: Mapping[str, Any]) -> context.Caller:
    """Know who calls, for whoever answers: Django's handler, or a door in front of it.

    `meta`: the WSGI environment, or Django's META, which is one.
    """
    caller = context.Caller(
        request_id=os.urandom(16).hex(),
        ip=client_ip(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")),
        client_type=_client_type(meta.get("HTTP_X_CLIENT_TYPE", "")),
        user_agent=meta.get("HTTP_USER_AGENT", "")[:300].replace("\x00", ""),
        language=languages.from_header(meta.get("HTTP_ACCEPT_LANGUAGE", "")),
        endpoint=f"{method} {path}"[:200].replace("\x00", ""),
    )
    context.enter(caller)
    return caller


def headers(caller: context.Caller) -> tuple[tuple[str, str], ...]:
    """What every answer to the caller carries whatever a view says; DEFAULT_HEADERS are those a view may change."""
    return (
        ("X-Request-Id", caller.request_id),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Language", caller.language),
    )


def leave(caller: context.Caller, method: str, route: str, status: int, started: float) -> None:
    """Count and log an answer. `started`: what `time.perf_counter` said when the request came."""
    seconds = time.perf_counter() - started
    method = method if method in METHODS else "other"  # a caller may invent any word
    _answers(method, route, status).inc()
    _times(route).observe(seconds)
    logs.access_line(
        {
            "event": "request",
            "request_id": caller.request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "client_type": caller.client_type,
        }
    )


# A labelled counter is looked up under a lock, which costs more than counting.
@lru_cache(maxsize=4096)
def _answers(method: str, route: str, status: int) -> Counter:
    return metrics.requests.labels(method, route, status)


@lru_cache(maxsize=1024)
def _times(route: str) -> Histogram:
    return metrics.latency.labels(route)


def client_ip(remote: str, forwarded: str) -> str:
    """The caller's address: the peer, or the nearest untrusted address a trusted proxy forwarded.

    `remote`: the peer's address. `forwarded`: `X-Forwarded-For`, appended to by each proxy, so read from the right.
    """
    address = remote
    if forwarded and _is_trusted(remote):
        for hop in reversed(forwarded.split(",")):
            address = hop.strip()
            if not _is_trusted(address):
                break
    return _canonical(address)


def is_exempt(ip: str) -> bool:
    """Whether `ip` is a storefront server's (THROTTLE_EXEMPT_NETWORKS), which stands for every shopper."""
    return _in_networks(ip, tuple(dynamic.get("THROTTLE_EXEMPT_NETWORKS")))


def _is_trusted(ip: str) -> bool:
    return _in_networks(ip, settings.TRUSTED_PROXIES)


@lru_cache(maxsize=4096)
def _in_networks(ip: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


@lru_cache(maxsize=4096)
def _canonical(ip: str) -> str:
    try:
        return str(ipaddress.ip_address(ip))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 -- the contract's word for an unknown address, not a bind


def _client_type(header: str) -> str:
    value = header.strip().lower()
    return value if value in CLIENT_TYPES else "default"
