"""Who is calling the storefront's API: the shopper of the session cookie."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from patron.accounts import cookies, sessions
from patron.accounts.models import Session, Shopper
from patron.kernel.errors import Unauthenticated

_SAFE = ("GET", "HEAD", "OPTIONS")


class ShopperAuthentication(BaseAuthentication):
    """`request.user` is the Shopper, `request.auth` the Session. A signed-in unsafe request needs its CSRF token.

    Raises Forbidden.
    """

    def authenticate(self, request: Request) -> tuple[Shopper, Session] | None:
        session = sessions.find(cookies.session_key(request._request))
        if session is None or session.shopper is None:
            return None
        if request.method not in _SAFE:
            cookies.require_csrf(request._request)
        return session.shopper, session

    def authenticate_header(self, request: Request) -> str:
        return "Session"


def signed_in(request: Request) -> tuple[Shopper, Session]:
    """The shopper and the session that `ShopperAuthentication` found. Raises Unauthenticated where it found none."""
    shopper, session = request.user, request.auth
    if not isinstance(shopper, Shopper) or not isinstance(session, Session):
        raise Unauthenticated("Authentication credentials were not provided.")
    return shopper, session


class IsShopper(BasePermission):
    """A signed-in shopper; anyone else gets 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Shopper)
