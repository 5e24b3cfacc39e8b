"""The one middleware every request passes: its id, its caller, its language, its measure.

One layer in the place of six, since a layer of Django's handler costs about two per cent of a read.
"""

import ipaddress
import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from patron.kernel import context, dynamic, languages, logs, metrics, rendering

CLIENT_TYPES: Final = frozenset({"default", "android", "ios", "instore", "b2b"})


class RequestMiddleware:
    """Outermost. Every answer leaves with `X-Request-Id` and safe headers, is counted and logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        meta = request.META
        language = languages.from_header(meta.get("HTTP_ACCEPT_LANGUAGE", ""))
        request_id = uuid.uuid4().hex
        context.enter(
            context.Caller(
                request_id=request_id,
                ip=client_ip(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")),
                client_type=_client_type(meta.get("HTTP_X_CLIENT_TYPE", "")),
                user_agent=meta.get("HTTP_USER_AGENT", "")[:300].replace("\x00", ""),
                language=language,
                endpoint=f"{request.method} {request.path_info}"[:200].replace("\x00", ""),
            )
        )
        translation.activate(language)
        if "HTTP_X_COOKIE" in meta and dynamic.get("ENABLE_X_COOKIE_HEADER"):
            meta["HTTP_COOKIE"] = meta["HTTP_X_COOKIE"]
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        response["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        response["Content-Language"] = language
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.route if match else "unmatched"
        metrics.requests.labels(request.method, route, response.status_code).inc()
        metrics.latency.labels(route).observe(seconds)
        logs.access_line(
            {
                "event": "request",
                "request_id": request_id,
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round(seconds * 1000, 2),
                "client_type": context.caller().client_type,
            }
        )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A bug in a view: JSON, never a page of Django's."""
        from patron.kernel.errors import Refusal

        if isinstance(exception, Refusal):
            return rendering.refusal_response(exception)
        return rendering.server_error(request, exception)


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
