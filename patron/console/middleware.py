"""Django's session, login, message and CSRF layers, for the console's addresses only."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string

from patron.kernel.encoding import JSON

PREFIX: Final = "/console/"
_Door = Callable[[HttpRequest], HttpResponse]
_LAYERS: Final[tuple[Callable[..., Any], ...]] = (
    SessionMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    MessageMiddleware,
    XFrameOptionsMiddleware,
)


class ConsoleMiddleware:
    """One prefix test for every other request, since each layer would cost it about two per cent."""

    def __init__(self, get_response: _Door) -> None:
        self.get_response = get_response
        chain: _Door = get_response
        self._views: list[object] = []
        for layer in reversed(_LAYERS):
            chain = layer(chain)
            self._views.insert(0, chain)
        self._console = chain

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PREFIX):
            response = self._console(request)
            # a page's own script says that it wants JSON, errors too
            return response if request.headers.get("Accept") == JSON else _readable(response)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Pass the view hook on to the layers that have one (CSRF)."""
        if not request.path_info.startswith(PREFIX):
            return None
        for layer in self._views:
            hook = getattr(layer, "process_view", None)
            if hook and (answer := hook(request, view, args, kwargs)) is not None:
                return answer  # type: ignore[no-any-return]
        return None


def is_still_signed_in(request: HttpRequest) -> bool:
    """Whether a kept answer of the console may be given once more: to who could still ask for it."""
    if not request.path_info.startswith(PREFIX):
        return True
    SessionMiddleware(lambda _request: HttpResponse()).process_request(request)
    return bool(get_user(request).is_active)


def _readable(response: HttpResponse) -> HttpResponse:
    """The API's JSON errors as a page. It asks neither session nor database, which may be what failed."""
    if response.status_code < HTTPStatus.BAD_REQUEST or response.get("Content-Type") != JSON:
        return response
    body = json.loads(response.content)
    texts = [text for given in body.values() for text in (given if isinstance(given, list) else [given])]
    page = render_to_string("console/error.html", {"status": response.status_code, "texts": texts})
    response.content = page.encode()
    response["Content-Type"] = "text/html; charset=utf-8"
    return response
