"""What the API page says of the simulator's own addresses; its protocol is docs/loyalty-provider.openapi.yaml."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import openapi, paging
from patron.sandbox.models_simulator import SimulatorSwitches
from patron.sandbox.simulator.serializers import PointsWish, SwitchesWish

_TAGS: Final = ["Sandbox"]
_FOREIGN: Final = openapi.answer(
    openapi.DETAIL,
    "Another site's page made the browser send this.",
    ("foreign page", {"detail": "You do not have permission to perform this action."}),
)
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_COUNT: Final[dict[str, Any]] = {"type": "integer"}
_ACCOUNT: Final[dict[str, Any]] = {
    "title": "SimulatedAccount",
    "type": "object",
    "properties": {
        **dict.fromkeys(("account_number", "number", "first_name", "last_name", "email", "phone"), _TEXT),
        "points": {"type": "number"},
        "is_duplicate": {"type": "boolean"},
        "calls": _COUNT,
        "points_calls": _COUNT,
        "created_date": openapi.MOMENT,
        "closed_date": {"type": ["string", "null"], "format": "date-time"},
    },
}
_ACCOUNT["required"] = list(_ACCOUNT["properties"])
_JOHN: Final = {
    "account_number": "3839201",
    "number": "+966123457799",
    "first_name": "John",
    "last_name": "Doe",
    "email": "john@shop.example",
    "phone": "+966123457799",
    "points": 150.0,
    "is_duplicate": False,
    "calls": 3,
    "points_calls": 1,
    "created_date": "2024-01-01T00:00:00.000000Z",
    "closed_date": None,
}
_GIFT: Final = {"account_number": "3839201", "points": "1200.00"}
ACCOUNTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="sandbox_loyalty_accounts",
        summary="Accounts of the simulated loyalty provider",
        description="Newest first, with how often each was asked for. The provider itself is `/sandbox/loyalty` and "
        "speaks the published protocol, with simulator as user name and password.",
        tags=_TAGS,
        auth=[],
        parameters=[
            OpenApiParameter("q", str, description="An e-mail, a phone, a card's or an account's number."),
            *paging.PARAMETERS,
        ],
        responses={
            200: openapi.answer(
                paging.schema_of(_ACCOUNT),
                "The newest first.",
                ("one member", {"count": 1, "next": None, "previous": None, "results": [_JOHN]}),
            ),
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})),
        },
    )
)
POINTS: Final = extend_schema_view(
    post=extend_schema(
        operation_id="sandbox_loyalty_points",
        summary="Give a simulated account points",
        description="The provider's side alone: Patron goes on with what it knows until its two minutes are over.",
        tags=_TAGS,
        auth=[],
        request=PointsWish,
        examples=[OpenApiExample("so many", value=_GIFT, request_only=True)],
        responses={
            200: openapi.answer(openapi.MESSAGE, "Done.", ("done", {"message": "success"})),
            400: openapi.invalid(("negative", {"points": ["Ensure this value is greater than or equal to 0."]})),
            403: _FOREIGN,
            404: openapi.answer(openapi.DETAIL, "No open account has it.", ("unknown", {"detail": "Not found."})),
        },
    )
)
_SWITCHES: Final = openapi.answer(
    {
        "title": "SimulatorSwitches",
        "type": "object",
        "required": ["answers", "duplicates"],
        "properties": {
            "answers": {"type": "string", "enum": SimulatorSwitches.Answers.values},
            "duplicates": {"type": "boolean"},
        },
    },
    "As they stand.",
    ("answers are lost", {"answers": "lost", "duplicates": False}),
)
SWITCHES: Final = extend_schema_view(
    get=extend_schema(
        operation_id="sandbox_loyalty_switches",
        summary="How the simulated loyalty provider answers",
        tags=_TAGS,
        auth=[],
        responses={200: _SWITCHES},
    ),
    post=extend_schema(
        operation_id="sandbox_loyalty_switches_put",
        summary="Make the simulated loyalty provider misbehave",
        description="Latency, error rate and outage are faults of the gateway `loyalty_provider`. What is left out is "
        "as published.",
        tags=_TAGS,
        auth=[],
        request=SwitchesWish,
        examples=[OpenApiExample("answers are lost", value={"answers": "lost"}, request_only=True)],
        responses={
            200: _SWITCHES,
            400: openapi.invalid(("no such answer", {"answers": ['"rude" is not a valid choice.']})),
            403: _FOREIGN,
        },
    ),
)
