"""What the API page says of what other systems call a customer."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.customers.errors import MAPPING_TAKEN_TEXT, TOO_MANY_MAPPINGS_TEXT
from patron.customers.filters_mappings import MappingFilters
from patron.customers.mappings import MOST
from patron.customers.openapi import _FORBIDDEN, _NOT_FOUND, _REQUIRED, _TAGS
from patron.customers.reads import MappingRow
from patron.customers.serializers import MappingWish
from patron.kernel import listing, openapi, paging

# Published name → column; the first is the order unless said.
SORTABLE: Final = {
    "id": "pk",
    "pk": "pk",
    "integration_type": "integration_type",
    "code": "code",
    "created_date": "created_date",
    "modified_date": "modified_date",
}
_SCHEMA: Final = openapi.struct(MappingRow, created_date=openapi.MOMENT, modified_date=openapi.MOMENT)
_WISH: Final[dict[str, Any]] = {"integration_type": "erp", "code": "CARI-1231"}
_ROW: Final[dict[str, Any]] = (
    {"pk": 41, "id": 41}
    | _WISH
    | {"created_date": "2021-05-26T13:53:58.585910Z", "modified_date": "2021-05-26T13:53:58.585910Z"}
)
_CHANGED: Final = _ROW | {"code": "CARI-1232", "modified_date": "2021-05-26T14:24:11.776744Z"}
_CUSTOMER: Final = OpenApiParameter("customer_id", int, OpenApiParameter.PATH)
_MAPPING: Final = OpenApiParameter("mapping_id", int, OpenApiParameter.PATH)
_TAKEN: Final = ("taken", {"non_field_errors": [str(MAPPING_TAKEN_TEXT)]})
_LONG: Final = ("too long", {"integration_type": ["Ensure this field has no more than 64 characters."]})
_LIST_TEXT: Final = """
A mapping is the customer's `code` in another system, and which system: `integration_type`. The list of customers finds
by it, with `mapping__code` and `mapping__integration_type`.
"""
_CREATE_TEXT: Final = f"""
Needs the right to change customers, as every change here. A customer has at most {MOST} mappings. The same code and
type of one customer is refused; several customers may have it. The customer's history tells of it.
"""


def _change(operation_id: str, summary: str, example: dict[str, Any], *invalid: Any) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=_TAGS,
        parameters=[_CUSTOMER, _MAPPING],
        request=MappingWish,
        examples=[OpenApiExample("change", value=example, request_only=True)],
        responses={
            200: openapi.answer(_SCHEMA, "The mapping after the change.", ("changed", _CHANGED)),
            400: openapi.invalid(_TAKEN, *invalid, _LONG),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )


MAPPINGS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="customers_mappings_list",
        summary="What other systems call a customer",
        description=_LIST_TEXT,
        tags=_TAGS,
        parameters=[_CUSTOMER, *listing.parameters(MappingFilters, SORTABLE)],
        responses={
            200: openapi.answer(
                paging.schema_of(_SCHEMA),
                "A page of them.",
                ("mappings", {"count": 1, "next": None, "previous": None, "results": [_ROW]}),
            ),
            400: openapi.invalid(
                ("filter", {"code__contains": ["There is no such filter."]}),
                ("sort", {"sort": [f"Expected any of {', '.join(SORTABLE)}."]}),
            ),
            403: _FORBIDDEN,
            404: openapi.answer(
                openapi.DETAIL,
                "There is no such customer in the caller's channels, or no such page.",
                ("unknown", {"detail": "Not found."}),
                ("past the end", {"detail": "Invalid page."}),
            ),
        },
    ),
    post=extend_schema(
        operation_id="customers_mappings_create",
        summary="Say what another system calls a customer",
        description=_CREATE_TEXT,
        tags=_TAGS,
        parameters=[_CUSTOMER, openapi.IDEMPOTENCY],
        request=MappingWish,
        examples=[OpenApiExample("mapping", value=_WISH, request_only=True)],
        responses={
            201: openapi.answer(_SCHEMA, "The new one.", ("created", _ROW)),
            400: openapi.invalid(
                _TAKEN,
                ("required", {"integration_type": _REQUIRED, "code": _REQUIRED}),
                _LONG,
                ("too many", {"non_field_errors": [str(TOO_MANY_MAPPINGS_TEXT) % {"most": MOST}]}),
            ),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    ),
)
MAPPING: Final = extend_schema_view(
    get=extend_schema(
        operation_id="customers_mappings_retrieve",
        summary="One mapping of a customer",
        tags=_TAGS,
        parameters=[_CUSTOMER, _MAPPING],
        responses={200: openapi.answer(_SCHEMA, "The mapping.", ("mapping", _ROW)), 403: _FORBIDDEN, 404: _NOT_FOUND},
    ),
    put=_change(
        "customers_mappings_replace",
        "Change a mapping; both fields are required",
        {"integration_type": "erp", "code": "CARI-1232"},
        ("required", {"code": _REQUIRED}),
    ),
    patch=_change("customers_mappings_change", "Change some fields of a mapping", {"code": "CARI-1232"}),
    delete=extend_schema(
        operation_id="customers_mappings_delete",
        summary="Delete a mapping",
        tags=_TAGS,
        parameters=[_CUSTOMER, _MAPPING],
        responses={204: openapi.NO_BODY, 403: _FORBIDDEN, 404: _NOT_FOUND},
    ),
)
