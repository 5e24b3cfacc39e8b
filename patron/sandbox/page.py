"""The page of the sandbox: one document, one style, one script, all from here."""

from functools import cache
from importlib import resources
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from patron.gateways.faults import GATEWAYS
from patron.kernel.rendering import json_response
from patron.sandbox import demo
from patron.sandbox.models_simulator import SimulatorSwitches

_CONTENT_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
# Captured mails hold whatever somebody put in them: nothing but our own script runs, nothing is loaded from elsewhere.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PARTS: Final = ("sms", "mail", "clock", "faults", "loyalty", "reset")


def prefers_json(request: HttpRequest) -> bool:
    """Whether the caller asks for JSON and not, as a browser does, for a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def index(request: HttpRequest) -> HttpResponse:
    """The sandbox's addresses by name."""
    return json_response({part: request.build_absolute_uri(f"/sandbox/{part}/") for part in _PARTS})


def html(request: HttpRequest) -> HttpResponse:
    """The page in the caller's language."""
    language = translation.get_language()
    response = HttpResponse(
        render_to_string(
            "sandbox/page.html",
            {
                "language": language,
                "direction": "rtl" if translation.get_language_bidi() else "ltr",
                "gateways": GATEWAYS,
                "answers": SimulatorSwitches.Answers.choices,
                "shopper_email": demo.SHOPPER_EMAIL,
                "shopper_password": demo.SHOPPER_PASSWORD,
            },
        )
    )
    response["Content-Security-Policy"] = _POLICY
    response["X-Frame-Options"] = "DENY"
    return response


def asset(name: str) -> HttpResponse:
    """The page's style or script."""
    return HttpResponse(_asset(name), content_type=_CONTENT_TYPES[name.rpartition(".")[2]])


@cache
def _asset(name: str) -> bytes:
    return (resources.files("patron.sandbox") / "assets" / name).read_bytes()
