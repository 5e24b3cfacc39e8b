"""What the API page says of the sandbox."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.gateways.faults import GATEWAYS
from patron.kernel import openapi, paging
from patron.sandbox.serializers import ClockMove, FaultWish

_TAGS: Final = ["Sandbox"]
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_SENT: Final = "2024-01-01T00:00:00.000000Z"
_FOREIGN: Final = openapi.answer(
    openapi.DETAIL,
    "Another site's page made the browser send this.",
    ("foreign page", {"detail": "You do not have permission to perform this action."}),
)
_PAST_THE_END: Final = openapi.answer(
    openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})
)


def _object(title: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "required": list(properties), "properties": properties}


def _captured(operation_id: str, summary: str, to: str, row: dict[str, Any], example: dict[str, Any]) -> Any:
    page = {"count": 1, "next": None, "previous": None, "results": [example]}
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            summary=summary,
            tags=_TAGS,
            auth=[],
            parameters=[OpenApiParameter("to", str, description=to), *paging.PARAMETERS],
            responses={
                200: openapi.answer(paging.schema_of(row), "The newest first.", ("captured", page)),
                404: _PAST_THE_END,
            },
        )
    )


SMS: Final = _captured(
    "sandbox_sms",
    "Captured SMS",
    "Only those to this number, in whatever form it is written.",
    _object(
        "CapturedSms",
        id={"type": "integer"},
        **{"from": _TEXT},
        to=_TEXT,
        text=_TEXT,
        is_otp={"type": "boolean"},
        created_date=openapi.MOMENT,
    ),
    {
        "id": 12,
        "from": "Patron",
        "to": "+905551111020",
        "text": "482913 is your code to sign in to Patron.",
        "is_otp": True,
        "created_date": _SENT,
    },
)
MAIL: Final = _captured(
    "sandbox_mail",
    "Captured mails",
    "Only those to this address, in any letter case.",
    _object(
        "CapturedMail",
        id={"type": "integer"},
        **{"from": _TEXT},
        to=_TEXT,
        subject=_TEXT,
        text=_TEXT,
        html=_TEXT,
        attachments={"type": "array", "items": {}},
        created_date=openapi.MOMENT,
    ),
    {
        "id": 3,
        "from": "no-reply@shop.example",
        "to": "ada@shop.example",
        "subject": "Your password",
        "text": "Open this link to set a new password: …",
        "html": "",
        "attachments": [],
        "created_date": _SENT,
    },
)
_CLOCK: Final = openapi.answer(
    _object("Clock", offset={"type": "integer", "description": "Seconds ahead of the real time."}, now=openapi.MOMENT),
    "How far the clock is moved, and what it says.",
    ("a day ahead", {"offset": 86400, "now": "2024-01-02T00:00:00.000000Z"}),
)
CLOCK: Final = extend_schema_view(
    get=extend_schema(
        operation_id="sandbox_clock", summary="What the clock says", tags=_TAGS, auth=[], responses={200: _CLOCK}
    ),
    post=extend_schema(
        operation_id="sandbox_clock_move",
        summary="Move the clock",
        description="Felt by every process within a second: codes expire, links grow old, limits end.",
        tags=_TAGS,
        auth=[],
        request=ClockMove,
        examples=[
            OpenApiExample("three minutes on", value={"advance": 180}, request_only=True),
            OpenApiExample("back to the real time", value={"reset": True}, request_only=True),
        ],
        responses={
            200: _CLOCK,
            400: openapi.invalid(
                ("neither", {"non_field_errors": ["Send either advance, in seconds, or reset: true."]})
            ),
            403: _FOREIGN,
        },
    ),
)
_FAULT: Final = _object(
    "Fault",
    gateway={"type": "string", "enum": list(GATEWAYS)},
    latency_ms={"type": "integer"},
    error_rate={"type": "number"},
    outage={"type": "boolean"},
)
_SLOW: Final[dict[str, Any]] = {"gateway": "sms", "latency_ms": 800, "error_rate": 0.5, "outage": False}
FAULTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="sandbox_faults",
        summary="The trouble each gateway is played",
        tags=_TAGS,
        auth=[],
        responses={
            200: openapi.answer(
                _object("Faults", results={"type": "array", "items": _FAULT}),
                "One row a gateway.",
                ("slow SMS", {"results": [_SLOW]}),
            )
        },
    ),
    post=extend_schema(
        operation_id="sandbox_fault_put",
        summary="Play a gateway trouble",
        description="The whole fault of one gateway; what is left out is no trouble.",
        tags=_TAGS,
        auth=[],
        request=FaultWish,
        examples=[
            OpenApiExample("slow and unsure", value=_SLOW, request_only=True),
            OpenApiExample("out of order", value={"gateway": "mail", "outage": True}, request_only=True),
            OpenApiExample("well again", value={"gateway": "mail"}, request_only=True),
        ],
        responses={
            200: openapi.answer(_FAULT, "Played from now on.", ("slow SMS", _SLOW)),
            400: openapi.invalid(("no such gateway", {"gateway": ['"fax" is not a valid choice.']})),
            403: _FOREIGN,
        },
    ),
)
RESET: Final = extend_schema_view(
    post=extend_schema(
        operation_id="sandbox_reset",
        summary="Start anew",
        description="Everything is as after the first start: demo data only, the real time, no faults.",
        tags=_TAGS,
        auth=[],
        request=None,
        responses={200: openapi.answer(openapi.MESSAGE, "Done.", ("done", {"message": "success"})), 403: _FOREIGN},
    )
)
