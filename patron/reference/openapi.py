"""What the API page says of reference data."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import listing, openapi, paging
from patron.reference.filters import PriceListFilters
from patron.reference.models import CURRENCY_TEXT, TAKEN_TEXT
from patron.reference.reads import PriceListRow
from patron.reference.serializers import PriceListWish

SORTABLE: Final = {
    "id": "pk",
    "pk": "pk",
    "name": "name",
    "code": "code",
    "currency": "currency",
    "created_date": "created_at",
    "modified_date": "modified_at",
}
_TAGS: Final = ["Reference"]
_ROW: Final[dict[str, Any]] = {
    "pk": 73,
    "id": 73,
    "name": "Default Price List",
    "code": "T123",
    "currency": "usd",
    "created_date": "2024-01-01T00:00:00.000000Z",
    "modified_date": "2024-01-01T00:00:00.000000Z",
}
_SCHEMA: Final = openapi.struct(PriceListRow)
_WISH: Final = OpenApiExample(
    "a price list", value={"name": "Default Price List", "code": "T123", "currency": "usd"}, request_only=True
)
_ID: Final = OpenApiParameter("price_list_id", int, OpenApiParameter.PATH)
_NOT_FOUND: Final = openapi.answer(openapi.DETAIL, "There is none.", ("unknown", {"detail": "Not found."}))
_INVALID: Final = openapi.invalid(("taken", {"code": [TAKEN_TEXT]}), ("currency", {"currency": [CURRENCY_TEXT]}))
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)


def _change(operation_id: str, summary: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=_TAGS,
        parameters=[_ID],
        request=PriceListWish,
        examples=[_WISH],
        responses={
            200: openapi.answer(_SCHEMA, "The price list after the change.", ("changed", _ROW)),
            400: _INVALID,
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )


PRICE_LISTS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="price_lists_list",
        summary="Price lists",
        tags=_TAGS,
        parameters=listing.parameters(PriceListFilters, SORTABLE),
        responses={
            200: openapi.answer(
                paging.schema_of(_SCHEMA),
                "A page of them.",
                ("price lists", {"count": 1, "next": None, "previous": None, "results": [_ROW]}),
            ),
            400: openapi.invalid(("sort", {"sort": ["Expected any of id, name."]})),
            403: _FORBIDDEN,
            404: openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})),
        },
    ),
    post=extend_schema(
        operation_id="price_lists_create",
        summary="Make a price list",
        tags=_TAGS,
        request=PriceListWish,
        examples=[_WISH],
        responses={201: openapi.answer(_SCHEMA, "The new one.", ("made", _ROW)), 400: _INVALID, 403: _FORBIDDEN},
    ),
)
PRICE_LIST: Final = extend_schema_view(
    get=extend_schema(
        operation_id="price_lists_retrieve",
        summary="One price list",
        tags=_TAGS,
        parameters=[_ID],
        responses={
            200: openapi.answer(_SCHEMA, "The price list.", ("price list", _ROW)),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    ),
    put=_change("price_lists_replace", "Set all its fields"),
    patch=_change("price_lists_change", "Set some of its fields"),
    delete=extend_schema(
        operation_id="price_lists_delete",
        summary="Delete a price list",
        description="A segment that gave it to its shoppers gives them none from then on.",
        tags=_TAGS,
        parameters=[_ID],
        responses={204: openapi.NO_BODY, 403: _FORBIDDEN, 404: _NOT_FOUND},
    ),
)
