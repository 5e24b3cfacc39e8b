"""Who is calling the back office's API: the staff member of the token."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from patron.channels import tokens
from patron.channels.models import Staff, StaffToken

SCHEME = "Token"


class StaffTokenAuthentication(BaseAuthentication):
    """`request.user` is the Staff, `request.auth` the StaffToken of `Authorization: Token <40 hex>`.

    A header of another scheme counts as none. Raises AuthenticationFailed for a token that is malformed, unknown,
    expired, revoked, or whose owner is switched off: one text, so that none of these can be told apart.
    """

    def authenticate(self, request: Request) -> tuple[Staff, StaffToken] | None:
        scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = tokens.find(key.strip())
        if token is None:
            raise AuthenticationFailed(_("Invalid token."))
        return token.staff, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def caller(request: Request) -> StaffToken:
    """The token that a request to a view of staff came with. Raises NotAuthenticated for a view that lets others in."""
    if not isinstance(request.auth, StaffToken):
        raise NotAuthenticated
    return request.auth


def is_good(request: HttpRequest) -> bool:
    """Whether a staff token, if the request carries one, is still worth anything."""
    scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower() != SCHEME.lower() or tokens.find(key.strip()) is not None


class IsStaff(BasePermission):
    """A staff member; anyone else gets 401."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Staff)


class StaffTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the published schema speaks of the token."""

    target_class = StaffTokenAuthentication
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, with a key of `POST /api/v1/auth/login/`.",
        }
