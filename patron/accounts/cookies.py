"""The two cookies of the storefront, and the proof that a request comes from a page of it."""

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from patron.accounts import sessions
from patron.accounts.sessions import Opened
from patron.kernel import secrets
from patron.kernel.errors import Forbidden

CSRF: Final = "csrftoken"
_YEAR: Final = 365 * 24 * 3600
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{20,100}")


def session_key(request: HttpRequest) -> str | None:
    """The key in the session cookie, if there is one that could be ours."""
    key = request.COOKIES.get(settings.SESSION_COOKIE)
    return key if key and len(key) <= 100 else None


def key_at_a_glance(header: str) -> str | None:
    """The session key in a `Cookie` header that names it once and plainly; None where only parsing could tell.

    A storefront's browser sends dozens of cookies, and parsing them all costs a third of a read.
    """
    name = settings.SESSION_COOKIE
    if header.count(name) != 1:
        return None
    before, _, after = header.partition(f"{name}=")
    key = after.partition(";")[0]
    is_plain = key.isascii() and key.isalnum() and len(key) <= 100 and (not before or before.endswith("; "))
    return key if is_plain else None


def carry(response: HttpResponseBase, opened: Opened | None) -> None:
    """Give the browser its new key; nothing for None."""
    if opened is not None:
        response.set_cookie(
            settings.SESSION_COOKIE,
            opened.key,
            max_age=sessions.seconds(),
            httponly=True,
            samesite="Lax",
            secure=not settings.SANDBOX,
        )


def drop(response: HttpResponseBase) -> None:
    """Take the session cookie away."""
    response.delete_cookie(settings.SESSION_COOKIE, samesite="Lax")


def csrf_token(request: HttpRequest) -> str:
    """The token the caller has, or a new one."""
    token = request.COOKIES.get(CSRF, "")
    return token if _TOKEN.fullmatch(token) else secrets.new_token()


def carry_csrf(response: HttpResponseBase, token: str) -> None:
    """Give the browser its token; readable by the page, which must send it back in a header."""
    response.set_cookie(CSRF, token, max_age=_YEAR, samesite="Lax", secure=not settings.SANDBOX)


def is_good(request: HttpRequest) -> bool:
    """Whether a session cookie, if there is one, still signs in and comes with its CSRF token."""
    key = session_key(request)
    if key is None:
        return True
    try:
        require_csrf(request)
    except Forbidden:
        return False
    return sessions.find(key) is not None


def require_csrf(request: HttpRequest, form_token: str | None = None) -> None:
    """Plain double submit: the header (or form field) must equal the cookie. Raises Forbidden.

    Source: 0-conventions, Sessions and CSRF: the storefront's server fetches a token without cookies and sets the
    cookie itself, so a token cannot belong to a session.
    """
    expected = request.COOKIES.get(CSRF, "")
    given = request.META.get("HTTP_X_CSRFTOKEN") or form_token or ""
    if not expected:
        raise Forbidden(_("CSRF Failed: CSRF cookie not set."))
    if not given:
        raise Forbidden(_("CSRF Failed: CSRF token missing."))
    if not secrets.same(expected, given):
        raise Forbidden(_("CSRF Failed: CSRF token incorrect."))
