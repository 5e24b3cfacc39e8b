"""The front door, the page of the API and the document itself."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from patron import __version__
from patron.kernel import dynamic
from patron.kernel.doors import FastGet
from patron.kernel.encoding import JSON, encode
from patron.kernel.rendering import json_response
from patron.operations.openapi import document
from patron.operations.openapi.shared import Json

# Swagger UI writes style attributes; nothing of the page is loaded from elsewhere or run from its text.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Index(FastGet):
    """Where to go from here: a page for a person, links for a program."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
            response = _page(request, "operations/index.html", {"places": _places()})
        else:
            site = _site(request)
            links = {name: site + path for name, path, _title, _text in _places()}
            response = json_response({"name": "Patron", "version": __version__, "links": links})
        response["Vary"] = "Accept"
        return response


class Page(FastGet):
    """The document as a page on which every call can be tried."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _page(request, "operations/api.html", {"places": _places()})


class AsJson(FastGet):
    """The document for programs."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(_written(encode, *_asked(request)), content_type=JSON)


class AsYaml(FastGet):
    """The document for people."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(_written(document.as_yaml, *_asked(request)), content_type="application/yaml")


def _asked(request: HttpRequest) -> tuple[str, bool]:
    return _site(request), bool(dynamic.get("ENABLE_X_COOKIE_HEADER"))


@lru_cache(maxsize=16)  # writing the YAML takes a tenth of a second
def _written(writer: Callable[[Json], bytes], site: str, takes_x_cookie: bool) -> bytes:
    return writer(document.served(site, settings.SESSION_COOKIE, takes_x_cookie=takes_x_cookie))


def _places() -> list[tuple[str, str, str, str]]:
    """Name for programs, path, title and one sentence for people."""
    places = [
        ("docs", "/docs/", _("API"), _("Every operation, with examples; each can be tried on the page.")),
        ("openapi", "/openapi.json", _("OpenAPI document"), _("The same for programs.")),
        ("console", "/console/", _("Console"), _("The web back office for staff.")),
    ]
    if settings.SANDBOX:
        places.append(("sandbox", "/sandbox/", _("Sandbox"), _("Captured SMS and mail, the clock, faults.")))
    places.append(("health", "/readyz", _("Health"), _("Whether database, migrations and worker are well.")))
    return places


def _page(request: HttpRequest, template: str, values: dict[str, Any]) -> HttpResponse:
    response = render(request, template, {"version": __version__, **values})
    response["Content-Security-Policy"] = _POLICY
    return response


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
