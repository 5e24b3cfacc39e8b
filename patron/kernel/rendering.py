"""The one place where exceptions become answers."""

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from patron.kernel import transactions
from patron.kernel.encoding import JSON, encode
from patron.kernel.errors import Invalid, Refusal, TooMany

_log = structlog.get_logger("patron.errors")


def json_response(value: Any, status: int = 200) -> HttpResponse:
    """A plain Django response of JSON, for doors that do not pass through DRF."""
    return HttpResponse(encode(value), status=status, content_type=JSON)


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """The published body of a refusal, in the language at hand."""
    if isinstance(refusal, Invalid):
        return {field: [str(text) for text in texts] for field, texts in refusal.fields.items()}
    if refusal.status == 406:
        return {"non_field_errors": str(refusal.text), "error_code": refusal.code}
    if isinstance(refusal, TooMany):
        body = {"detail": _("Request was throttled.")}
        return body | {"redirect_url": refusal.redirect_url} if refusal.redirect_url else body
    return {"detail": _(str(refusal.text))}


def refusal_response(refusal: Refusal) -> HttpResponse:
    """The same as a plain Django response."""
    response = json_response(refusal_body(refusal), refusal.status)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.wait_seconds)
    return response


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook. Returns None for a bug, which then reaches `server_error`."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, RequestDataTooBig | SuspiciousOperation):
        error = exceptions.ValidationError({"non_field_errors": [_("The request is too large or malformed.")]})
    if isinstance(error, Refusal):
        headers = {"Retry-After": str(error.wait_seconds)} if isinstance(error, TooMany) else None
        return Response(refusal_body(error), status=error.status, headers=headers)
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ParseError):
        return Response({"non_field_errors": [str(error.detail)]}, status=400)
    if isinstance(error.detail, dict):
        body = {field: _flat(texts) for field, texts in error.detail.items()}
        return Response(body, status=error.status_code, headers=headers)
    if isinstance(error.detail, list):
        return Response(error.detail, status=error.status_code, headers=headers)
    return Response({"detail": str(error.detail)}, status=error.status_code, headers=headers)


def _flat(texts: Any) -> Any:
    """The texts of a field as one list, those of its parts with their names before them."""
    if not isinstance(texts, dict):
        return texts
    return [f"{name}: {text}" for name, part in texts.items() for text in _listed(_flat(part))]


def _listed(texts: Any) -> list[Any]:
    return texts if isinstance(texts, list) else [texts]


def server_error(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """500 without a trace of the cause, 503 when the database is away or busy for long; the cause goes to the log."""
    if isinstance(error, DatabaseError):
        if transactions.is_connection_loss(error):
            _log.error("database_unreachable", error=type(error).__name__)
            return _later(_("The service is restarting. Please try again."), seconds=1)
        if transactions.is_held_by_others(error):
            _log.error("database_held", error=type(error).__name__)
            return _later(_("The service is busy. Please try again."), seconds=10)
    _log.error("bug", exc_info=error or True)
    return json_response({"detail": _("An unexpected error occurred.")}, 500)


def _later(text: str, *, seconds: int) -> HttpResponse:
    response = json_response({"detail": text}, 503)
    response["Retry-After"] = str(seconds)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for an address nobody answers."""
    return json_response({"detail": _("Not found.")}, 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 for what Django itself refuses (a bad host, a malformed multipart body)."""
    return json_response({"non_field_errors": [_("The request is too large or malformed.")]}, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 raised outside DRF."""
    return json_response({"detail": _("You do not have permission to perform this action.")}, 403)
