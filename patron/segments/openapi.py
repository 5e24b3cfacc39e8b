"""What the API page says of segments. Examples: user-profile-and-segments."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import listing, openapi, paging
from patron.segments.filters import SegmentFilters
from patron.segments.membership import Member
from patron.segments.reads import Chosen, PriceListOf
from patron.segments.roster import Listed
from patron.segments.serializers import RuleWish, SegmentWish
from patron.segments.staff_reads import Progress, SegmentRow

SORTABLE: Final = {
    "priority": "priority",
    "id": "pk",
    "pk": "pk",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "created_date": "created_at",
    "modified_date": "modified_at",
}
_TAGS: Final = ["Segments"]
_STAFF: Final = ["Segments (staff)"]
_ID: Final = OpenApiParameter("segment_id", int, OpenApiParameter.PATH)
_NOT_FOUND: Final = openapi.answer(openapi.DETAIL, "There is none.", ("unknown", {"detail": "Not found."}))
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)
_CHOSEN: Final = openapi.struct(Chosen, price_list={"oneOf": [openapi.struct(PriceListOf), {"type": "null"}]})
_LIST: Final = {"type": "array", "items": openapi.struct(Listed)}
_CHOSEN_EXAMPLE: Final[dict[str, Any]] = {
    "priority": 0,
    "pk": 109,
    "price_list": {"pk": 73, "name": "Default Price List", "code": "T123", "currency": "usd"},
    "name": "Employee Segment",
}
_RULE: Final[dict[str, Any]] = {
    "all": [
        {"field": "email_domain", "op": "eq", "value": "shop.example"},
        {
            "any": [
                {"field": "age", "op": "gte", "value": 18},
                {"not": {"field": "gender", "op": "isnull", "value": True}},
            ]
        },
    ]
}
_WISH: Final[dict[str, Any]] = {
    "name": {"en": "Employee Segment", "tr": "Çalışanlar"},
    "priority": 0,
    "is_active": True,
    "starts_at": None,
    "ends_at": "2030-01-01T00:00:00Z",
    "price_list": 73,
    "stock_list_code": "",
    "rule": _RULE,
}
_ROW: Final[dict[str, Any]] = {
    "pk": 109,
    "id": 109,
    **_WISH,
    "ends_at": "2030-01-01T00:00:00.000000Z",
    "created_date": "2024-01-01T00:00:00.000000Z",
    "modified_date": "2024-01-01T00:00:00.000000Z",
}
_PROGRESS: Final[dict[str, Any]] = {
    "pk": 12,
    "state": "running",
    "reason": "edit",
    "total": 1000000,
    "done": 250000,
    "requested_date": "2024-01-01T00:00:00.000000Z",
    "started_date": "2024-01-01T00:00:01.000000Z",
    "finished_date": None,
    "members": {},
}
_MEMBER: Final[dict[str, Any]] = {
    "pk": 6471,
    "email": "example@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "date_joined": "2024-01-01T00:00:00.000000Z",
}
_INVALID: Final = openapi.invalid(
    ("rule", {"rule": ["rule.all[2].value: expected a date as 2024-05-31"]}),
    ("period", {"ends_at": ["The end must be after the start."]}),
)
_TOO_SLOW: Final = openapi.refused(("segment_100_2", "The rule takes too long to count. Make it simpler."))
_ROW_SCHEMA: Final = openapi.struct(SegmentRow)
_PREVIEW_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["count", "sample"],
    "properties": {
        "count": {"type": "integer"},
        "sample": {"type": ["array", "null"], "items": openapi.struct(Member)},
    },
}


def _choose(operation_id: str, summary: str) -> Any:
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id,
            summary=summary,
            tags=_TAGS,
            parameters=[_ID, openapi.CSRF, openapi.IDEMPOTENCY],
            request=None,
            responses={
                200: openapi.answer(_CHOSEN, "The segment that is in force now.", ("chosen", _CHOSEN_EXAMPLE)),
                401: openapi.UNAUTHENTICATED,
                403: openapi.CSRF_FAILED,
                406: openapi.refused(("segment_100_1", "Segment with ID 12 is not available for user 10.")),
            },
        )
    )


OWN_SEGMENTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="own_segments",
        summary="The segments the shopper fits",
        tags=_TAGS,
        responses={
            200: openapi.answer(
                _LIST,
                "By priority; the name in the language asked for.",
                (
                    "segments",
                    [
                        {"priority": 0, "pk": 107, "name": "Employee Segment"},
                        {"priority": 1, "pk": 108, "name": "Manager Segment"},
                    ],
                ),
            ),
            401: openapi.UNAUTHENTICATED,
        },
    )
)
CHOOSE: Final = _choose("own_segments_set", "Choose a segment")
CHOOSE_TOO: Final = _choose("segments_set", "The same under the path of the published example")
RECALCULATE: Final = extend_schema_view(
    post=extend_schema(
        operation_id="own_segments_recalculate",
        summary="Take the first segment that fits",
        description="For a guest nothing is done.",
        tags=_TAGS,
        parameters=[openapi.CSRF, openapi.IDEMPOTENCY],
        request=None,
        responses={
            200: openapi.answer(openapi.MESSAGE, "Done.", ("done", {"message": "success"})),
            403: openapi.CSRF_FAILED,
        },
    )
)


def _change(operation_id: str, summary: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=_STAFF,
        parameters=[_ID],
        request=SegmentWish,
        examples=[OpenApiExample("a segment", value=_WISH, request_only=True)],
        responses={
            200: openapi.answer(_ROW_SCHEMA, "The segment after the change.", ("changed", _ROW)),
            400: _INVALID,
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )


SEGMENTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="segments_list",
        summary="Segments",
        tags=_STAFF,
        parameters=listing.parameters(SegmentFilters, SORTABLE),
        responses={
            200: openapi.answer(
                paging.schema_of(_ROW_SCHEMA),
                "A page of them, by priority unless sorted otherwise.",
                ("segments", {"count": 1, "next": None, "previous": None, "results": [_ROW]}),
            ),
            400: openapi.invalid(("sort", {"sort": ["Expected any of priority, id."]})),
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})),
        },
    ),
    post=extend_schema(
        operation_id="segments_create",
        summary="Make a segment",
        description="Everybody is looked at again in the background.",
        tags=_STAFF,
        request=SegmentWish,
        examples=[OpenApiExample("a segment", value=_WISH, request_only=True)],
        responses={201: openapi.answer(_ROW_SCHEMA, "The new one.", ("made", _ROW)), 400: _INVALID, 403: _FORBIDDEN},
    ),
)
SEGMENT: Final = extend_schema_view(
    get=extend_schema(
        operation_id="segments_retrieve",
        summary="One segment",
        tags=_STAFF,
        parameters=[_ID],
        responses={
            200: openapi.answer(_ROW_SCHEMA, "The segment.", ("segment", _ROW)),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    ),
    put=_change("segments_replace", "Set all its fields"),
    patch=_change("segments_change", "Set some of its fields"),
    delete=extend_schema(
        operation_id="segments_delete",
        summary="Delete a segment",
        description="Who had chosen it falls back to the first that fits.",
        tags=_STAFF,
        parameters=[_ID],
        responses={204: openapi.NO_BODY, 403: _FORBIDDEN, 404: _NOT_FOUND},
    ),
)
PREVIEW: Final = extend_schema_view(
    post=extend_schema(
        operation_id="segments_preview",
        summary="How many a rule fits, before it is saved",
        description="`sample` is null for staff who may not see shoppers.",
        tags=_STAFF,
        request=RuleWish,
        examples=[OpenApiExample("a rule", value={"rule": _RULE}, request_only=True)],
        responses={
            200: openapi.answer(
                _PREVIEW_SCHEMA, "The exact count and some of them.", ("preview", {"count": 1, "sample": [_MEMBER]})
            ),
            400: _INVALID,
            403: _FORBIDDEN,
            406: _TOO_SLOW,
        },
    )
)
MEMBERS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="segments_members",
        summary="Who a segment's rule fits now",
        description="By id. Follow `next`; the count is of the moment of the first page.",
        tags=_STAFF,
        parameters=[
            _ID,
            OpenApiParameter("cursor", str, description="From `next`; left out, the first page."),
            OpenApiParameter("limit", int, description="Rows of a page, 10 unless said, at most 100."),
        ],
        responses={
            200: openapi.answer(
                paging.schema_of(openapi.struct(Member)),
                "A part of them; `previous` is always null.",
                ("members", {"count": 1, "next": None, "previous": None, "results": [_MEMBER]}),
            ),
            400: openapi.invalid(("cursor", {"cursor": ["Invalid cursor"]})),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: _TOO_SLOW,
        },
    )
)
RECOMPUTE: Final = extend_schema_view(
    get=extend_schema(
        operation_id="segments_progress",
        summary="How far the recomputation is",
        tags=_STAFF,
        responses={
            200: openapi.answer(openapi.struct(Progress), "The newest run.", ("running", _PROGRESS)),
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "There was none yet.", ("none", {"detail": "Not found."})),
        },
    ),
    post=extend_schema(
        operation_id="segments_recompute",
        summary="Look at everybody again",
        description="A run that waits or runs already is answered as it is.",
        tags=_STAFF,
        request=None,
        responses={
            202: openapi.answer(openapi.struct(Progress), "The run.", ("queued", _PROGRESS | {"state": "queued"})),
            403: _FORBIDDEN,
        },
    ),
)
