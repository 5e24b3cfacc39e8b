"""What the API page says of many customers at once, of their history and of merges."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.customers import merging
from patron.customers.bulk_upsert import MOST, Outcome
from patron.customers.history import Entry
from patron.customers.openapi import _FORBIDDEN, _NOT_FOUND, _ROW, _SCHEMA, _TAGS
from patron.customers.serializers_bulk import MergeWish
from patron.kernel import openapi

_OBJECT: Final[dict[str, Any]] = {"type": "object", "additionalProperties": {}}
_COUNTS: Final = ("created", "updated", "unchanged", "repeated", "refused")
_BULK_TEXT: Final = f"""
Up to {MOST:,} customers, as a JSON list or one object a line (`application/x-ndjson`), at most 12 MB. Each is found by
`channel` and `channel_code` and made, or changed in the fields it names. A row that is refused is refused alone and has
its `errors`; the others are one transaction. Of rows of one key the last counts; what it does not name is taken from
the ones before, which are `repeated`. A customer that was merged into another is refused.
"""
_OUTCOMES: Final[dict[str, Any]] = {
    "type": "object",
    "required": [*_COUNTS, "results"],
    "properties": {
        **{name: {"type": "integer"} for name in _COUNTS},
        "results": {"type": "array", "items": openapi.struct(Outcome)},
    },
}
_OUTCOMES_EXAMPLE: Final[dict[str, Any]] = {
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "repeated": 0,
    "refused": 1,
    "results": [
        {"row": 1, "status": "created", "pk": 1117},
        {"row": 2, "status": "refused", "errors": {"email": ["Enter a valid email address."]}},
    ],
}
_ENTRY: Final[dict[str, Any]] = {
    "pk": 9,
    "changed_date": "2021-05-26T14:24:11.776744Z",
    "source": "api",
    "staff": "erp",
    "import_id": None,
    "request_id": "0d6f2c9a",
    "changes": {"is_active": [False, True], "gender": ["male", "female"]},
}
_HISTORY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["next", "results"],
    "properties": {
        "next": {"type": ["integer", "null"]},
        "results": {
            "type": "array",
            "items": openapi.struct(Entry, changes={"type": ["object", "null"]}, changed_date=openapi.MOMENT),
        },
    },
}
_PLAN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["kept", "merged", "values", "choices"],
    "properties": {"kept": _SCHEMA, "merged": _SCHEMA, "values": _OBJECT, "choices": _OBJECT},
}
_OTHER: Final[dict[str, Any]] = _ROW | {"pk": 1134, "channel_code": "77", "phone_number": None}
_VALUES: Final = {name: value for name, value in _ROW.items() if name not in ("pk", "channel", "channel_code")}
_DONE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["pk", "merged", "merged_date", "undone_date", "customer"],
    "properties": {
        "pk": {"type": "integer"},
        "merged": {"type": "integer"},
        "merged_date": openapi.MOMENT,
        "undone_date": openapi.MOMENT_OR_NULL,
        "customer": _SCHEMA,
    },
}
_DONE_EXAMPLE: Final[dict[str, Any]] = {
    "pk": 3,
    "merged": 1134,
    "merged_date": "2021-05-26T14:24:11.776744Z",
    "undone_date": None,
    "customer": _ROW,
}
_MERGE_TEXT: Final = """
`kept` stays and `merged` goes into it, with its integration mappings; both must be of one channel. A field keeps the
kept one's value unless that is empty; a permission follows the address it was given for; objects are put together.
`choices` says otherwise by field: `kept` or `merged`.
"""
_WISH: Final = OpenApiExample(
    "merge", value={"kept": 1117, "merged": 1134, "choices": {"email": "merged"}}, request_only=True
)
_MERGE_INVALID: Final = openapi.invalid(
    ("channels", {"merged": ["Only customers of one channel can be merged."]}),
    ("field", {"choices": ["There is no such field: pk."]}),
)

BULK_UPSERT: Final = extend_schema_view(
    post=extend_schema(
        operation_id="customers_bulk_upsert",
        summary="Make or change many customers",
        description=_BULK_TEXT,
        tags=_TAGS,
        parameters=[openapi.IDEMPOTENCY],
        request={
            "application/json": {"type": "array", "items": _OBJECT},
            "application/x-ndjson": {"type": "string"},
        },
        examples=[
            OpenApiExample(
                "two",
                value=[
                    {"channel": 1, "channel_code": "1231", "email": "test@test.com", "is_active": True},
                    {"channel": 1, "channel_code": "1232", "email": "test"},
                ],
                request_only=True,
                media_type="application/json",
            )
        ],
        responses={
            200: openapi.answer(_OUTCOMES, "What became of each row.", ("outcomes", _OUTCOMES_EXAMPLE)),
            400: openapi.invalid(
                ("many", {"non_field_errors": [f"Expected 1 to {MOST} customers."]}),
                ("malformed", {"non_field_errors": ["The request body is not valid JSON."]}),
            ),
            403: _FORBIDDEN,
        },
    )
)
HISTORY: Final = extend_schema_view(
    get=extend_schema(
        operation_id="customers_history",
        summary="Who changed what of a customer",
        description="The newest first, 50 at a time; `next` is what `before` takes for those before, null at the end.",
        tags=_TAGS,
        parameters=[
            OpenApiParameter("customer_id", int, OpenApiParameter.PATH),
            OpenApiParameter("before", int, description="Changes of a lower number only."),
        ],
        responses={
            200: openapi.answer(_HISTORY, "Changes.", ("history", {"next": None, "results": [_ENTRY]})),
            400: openapi.invalid(("before", {"before": ["A valid integer is required."]})),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )
)
MERGE_PREVIEW: Final = extend_schema_view(
    post=extend_schema(
        operation_id="customers_merge_preview",
        summary="See what a merge would do",
        description=_MERGE_TEXT,
        tags=_TAGS,
        parameters=[openapi.IDEMPOTENCY],
        request=MergeWish,
        examples=[_WISH],
        responses={
            200: openapi.answer(
                _PLAN,
                "Both, the values that would stay, and whose they are where the two differ.",
                ("plan", {"kept": _ROW, "merged": _OTHER, "values": _VALUES, "choices": {"phone_number": "kept"}}),
            ),
            400: _MERGE_INVALID,
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )
)
MERGE: Final = extend_schema_view(
    post=extend_schema(
        operation_id="customers_merge",
        summary="Merge one customer into another",
        description=_MERGE_TEXT,
        tags=_TAGS,
        parameters=[openapi.IDEMPOTENCY],
        request=MergeWish,
        examples=[_WISH],
        responses={
            201: openapi.answer(_DONE, "The merge, and the customer that stays.", ("merged", _DONE_EXAMPLE)),
            400: _MERGE_INVALID,
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )
)
UNDO: Final = extend_schema_view(
    post=extend_schema(
        operation_id="customers_merge_undo",
        summary="Undo a merge",
        description="Both are as they were before, unless the one that stayed was changed since.",
        tags=_TAGS,
        parameters=[OpenApiParameter("merge_id", int, OpenApiParameter.PATH), openapi.IDEMPOTENCY],
        request=None,
        responses={
            200: openapi.answer(
                _DONE,
                "The merge, and the customer that had stayed.",
                ("undone", _DONE_EXAMPLE | {"undone_date": "2021-05-27T08:00:00.000000Z"}),
            ),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: openapi.refused(
                (merging.CHANGED_SINCE, "The customer was changed since the merge, so it cannot be undone."),
                (merging.ALREADY_UNDONE, "This merge was undone already."),
                (merging.KEY_TAKEN, "The channel has another customer of the merged one's code by now."),
            ),
        },
    )
)
