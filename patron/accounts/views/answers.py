"""Answers that several views give."""

from typing import Final

from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from patron.accounts import cookies
from patron.accounts.sessions import Opened
from patron.kernel import secrets
from patron.kernel.parsing import BoundedFormParser, BoundedMultiPartParser, JsonParser

FORMS: Final[list[type[BaseParser]]] = [JsonParser, BoundedFormParser, BoundedMultiPartParser]
_KEY_LENGTH: Final = 40


def signed_in(opened: Opened, status: int = 200, redirect_url: str | None = None) -> Response:
    """`{"key"}`, `redirect_url` where one is given, and the session's cookie.

    It is the only cookie of the answer: a storefront's server that joins several `Set-Cookie` lines into one would lose
    the others. The key is for clients that insist on one: it belongs to the session and authenticates nothing.
    """
    body = {"key": secrets.keyed_digest("login-key", opened.key)[:_KEY_LENGTH]}
    response = Response(body | ({"redirect_url": redirect_url} if redirect_url else {}), status=status)
    cookies.carry(response, opened)
    return response
