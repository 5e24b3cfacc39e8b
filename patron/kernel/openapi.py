"""Words for describing operations: schemas of structs, the errors every operation shares, examples."""

from typing import Any, Final

import msgspec
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

CSRF: Final = OpenApiParameter(
    "X-CSRFToken", str, OpenApiParameter.HEADER, description="Equal to the cookie `csrftoken`."
)
IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="At most 255 characters; the first answer is replayed for 24 hours.",
)
DETAIL: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "string"}},
}
FIELD_ERRORS: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
REFUSAL: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["non_field_errors", "error_code"],
    "properties": {"non_field_errors": {"type": "string"}, "error_code": {"type": "string"}},
}
MESSAGE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
MOMENT: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Final[dict[str, Any]] = {"type": ["string", "null"], "format": "date-time"}
NO_BODY: Final = OpenApiResponse(description="No body.")


def struct(kind: type[msgspec.Struct], **replaced: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a flat struct; `replaced` says what a ready-made field holds: JSON, a moment."""
    schema: dict[str, Any] = msgspec.json.schema(kind)["$defs"][kind.__name__]
    schema["properties"] |= replaced
    return schema


def answer(schema: Any, description: str, *examples: tuple[str, Any]) -> OpenApiResponse:
    """A response with its schema and named examples; without a schema, one that has no body."""
    if schema is None:
        return OpenApiResponse(description=description)
    return OpenApiResponse(
        schema,
        description=description,
        examples=[OpenApiExample(name, value=value) for name, value in examples],
    )


def refused(*examples: tuple[str, str]) -> OpenApiResponse:
    """406 with its codes: pairs of code and English text."""
    return answer(
        REFUSAL,
        "Refused; nothing was changed.",
        *((code, {"non_field_errors": text, "error_code": code}) for code, text in examples),
    )


UNAUTHENTICATED: Final = answer(
    DETAIL, "Nobody is signed in.", ("anonymous", {"detail": "Authentication credentials were not provided."})
)
CSRF_FAILED: Final = answer(
    DETAIL, "The CSRF token is missing or wrong.", ("csrf", {"detail": "CSRF Failed: CSRF token missing."})
)
THROTTLED: Final = answer(
    DETAIL, "Too often; `Retry-After` says how long to wait.", ("throttled", {"detail": "Request was throttled."})
)


def invalid(*examples: tuple[str, Any]) -> OpenApiResponse:
    """400 by field."""
    return answer(
        FIELD_ERRORS,
        "The request has the wrong shape; texts by field.",
        *(examples or (("invalid", {"non_field_errors": ["The request body is not valid JSON."]}),)),
    )
