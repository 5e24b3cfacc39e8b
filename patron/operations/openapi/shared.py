"""Parts of the document that every operation uses: parameters, headers, errors. Source: 0-conventions."""

from typing import Any, Final

from patron.kernel import languages, openapi

Json = dict[str, Any]

SCHEMAS: Final[dict[str, Json]] = {
    "Detail": openapi.DETAIL,
    "FieldErrors": openapi.FIELD_ERRORS,
    "Refusal": openapi.REFUSAL,
    "Message": openapi.MESSAGE,
}
PARAMETERS: Final[dict[str, Json]] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "Language of the texts in the answer. Regional tags (`en-us`) and q-values work; "
        "without it, and for any other language, Turkish.",
        "schema": {"type": "string", "enum": list(languages.LANGUAGES)},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A value of your own for this call. The first answer is kept for 24 hours and replayed, "
        "so a call that may have been lost can be sent again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
}
HEADERS: Final[dict[str, Json]] = {
    "RequestId": {
        "description": "Names this call in the logs; quote it when you ask about a failure.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "RetryAfter": {
        "description": "Seconds to wait before another try can succeed.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "IdempotentReplayed": {
        "description": "`true` when this is the kept answer to an earlier call with the same `Idempotency-Key`.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


def reference(kind: str, name: str) -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _error(description: str, schema: str, example: Any, *, headers: Json | None = None) -> Json:
    return {
        "description": description,
        "headers": {"X-Request-Id": reference("headers", "RequestId"), **(headers or {})},
        "content": {"application/json": {"schema": reference("schemas", schema), "example": example}},
    }


_RETRY: Final = {"Retry-After": reference("headers", "RetryAfter")}
RESPONSES: Final[dict[str, Json]] = {
    "BadRequest": _error(
        "The request has the wrong shape; texts by field.",
        "FieldErrors",
        {"non_field_errors": ["The request body is not valid JSON."]},
    ),
    "Unauthenticated": _error(
        "Nobody is signed in.", "Detail", {"detail": "Authentication credentials were not provided."}
    ),
    "CsrfFailed": _error(
        "The CSRF token is missing or wrong.", "Detail", {"detail": "CSRF Failed: CSRF token missing."}
    ),
    "NotFound": _error("There is no such thing, or the caller may not see it.", "Detail", {"detail": "Not found."}),
    "Throttled": _error(
        "Too often; `Retry-After` says how long to wait.",
        "Detail",
        {"detail": "Request was throttled."},
        headers=_RETRY,
    ),
    "StillRunning": _error(
        "The first call with this `Idempotency-Key` is still running.",
        "Detail",
        {"detail": "The first request with this Idempotency-Key is still running."},
        headers=_RETRY,
    ),
    "UnsupportedMediaType": _error(
        "The body is of a type this operation does not read.",
        "Detail",
        {"detail": 'Unsupported media type "text/plain" in request.'},
    ),
    "KeyReused": _error(
        "This `Idempotency-Key` came with another body before.",
        "Detail",
        {"detail": "This Idempotency-Key was already used with another request body."},
    ),
    "ServerError": _error(
        "A fault of Patron's; `X-Request-Id` names it in the logs.",
        "Detail",
        {"detail": "An unexpected error occurred."},
    ),
    "Restarting": _error(
        "The database is away for a moment.",
        "Detail",
        {"detail": "The service is restarting. Please try again."},
        headers=_RETRY,
    ),
}
