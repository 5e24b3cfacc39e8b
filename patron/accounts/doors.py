"""The reads every page of a storefront makes, for the door in front of Django's handler; see `kernel.doors`."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from patron.accounts import cookies, reads
from patron.accounts.views.profile import site_of
from patron.kernel.doors import Read

_NAMING: Final = (
    "wsgi.url_scheme",
    "HTTP_HOST",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "SERVER_NAME",
    "SERVER_PORT",
)


def own_profile(environ: Mapping[str, Any], language: str) -> bytes | None:
    """`GET /users/profile/` of somebody whose session was seen in the last hour."""
    key = cookies.key_at_a_glance(environ.get("HTTP_COOKIE", ""))
    base = site(environ)
    return _body(reads.own_profile(key, language, base)) if key and base else None


def site(environ: Mapping[str, Any]) -> str | None:
    """Scheme and host that a request was sent to, for absolute addresses; None for a host that is not ours."""
    return site_named(*map(environ.get, _NAMING))


def of_session(read: Callable[[str, str], reads.Answer | None]) -> Read:
    """The same for a read that takes the session's key and the language."""

    def answer(environ: Mapping[str, Any], language: str) -> bytes | None:
        key = cookies.key_at_a_glance(environ.get("HTTP_COOKIE", ""))
        return _body(read(key, language)) if key else None

    return answer


READS: Final[dict[str, Read]] = {
    "/users/profile/": own_profile,
    "/users/user/": of_session(lambda key, _: reads.name(key)),
    "/current_user/": of_session(lambda key, _: reads.current_user(key)),
}


def _body(answer: reads.Answer | None) -> bytes | None:
    # a stale session is touched and its cookie renewed, which the view does
    return answer.body if answer and answer.stale_session is None else None


@lru_cache(maxsize=256)
def site_named(*naming: str | None) -> str | None:
    """What `site_of` says of a request named like this; None for a host that is not ours."""
    named = {name: value for name, value in zip(_NAMING, naming, strict=True) if value is not None}
    try:
        return site_of(WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), **named}))
    except DisallowedHost:
        return None
