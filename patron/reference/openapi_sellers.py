"""What the API page says of sellers and products."""

from dataclasses import dataclass
from typing import Any, Final

from django_filters import FilterSet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.serializers import Serializer

from patron.kernel import listing, openapi, paging
from patron.reference.filters import DatasourceFilters, ProductFilters
from patron.reference.models import SKU_TEXT, SUPPLIER_TEXT
from patron.reference.reads import DatasourceRow, ImageRow, ProductRow
from patron.reference.records import IN_USE
from patron.reference.serializers import DatasourceWish, ProductWish

_DATES: Final = {"created_date": "created_at", "modified_date": "modified_at"}
DATASOURCE_SORTABLE: Final = {"id": "pk", "pk": "pk", "name": "name", "supplier_code": "supplier_code"} | _DATES
PRODUCT_SORTABLE: Final = {"id": "pk", "pk": "pk", "name": "name", "sku": "sku"} | _DATES
_TAGS: Final = ["Reference"]
_MADE: Final = "2024-01-01T00:00:00.000000Z"
_DATASOURCE: Final[dict[str, Any]] = {
    "pk": 57,
    "id": 57,
    "name": "seller-1",
    "title": "Test Seller",
    "supplier_code": "Code123",
    "slug": None,
    "is_active": True,
    "email": None,
    "phone_number": None,
    "fax_number": None,
    "address": None,
    "kep_address": None,
    "mersis_number": None,
    "trade_association": None,
    "price_list": None,
    "stock_list": None,
    "extras": {},
    "created_date": _MADE,
    "modified_date": _MADE,
}
_IMAGE: Final = {"image": "products/2021/05/21/134/d192331113a.jpg", "order": 0, "height": 80, "width": 101}
_PRODUCT: Final[dict[str, Any]] = {
    "pk": 3855,
    "id": 3855,
    "sku": "4455002",
    "name": "Oversized Sweatshirt",
    "is_active": True,
    "product_images": [{"pk": 26, "product": 3855} | _IMAGE],
    "created_date": _MADE,
    "modified_date": _MADE,
}
_NOT_FOUND: Final = openapi.answer(openapi.DETAIL, "There is none.", ("unknown", {"detail": "Not found."}))
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What differs between the two: names, shapes, examples. `taken`: the field and text of a value in use."""

    name: str
    key: str
    schema: dict[str, Any]
    row: dict[str, Any]
    wish: type[Serializer[Any]]
    example: dict[str, Any]
    taken: tuple[str, Any]


def _many(kind: _Kind, title: str, filters: type[FilterSet], sortable: dict[str, str]) -> Any:
    page = {"count": 1, "next": None, "previous": None, "results": [kind.row]}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{kind.name}_list",
            summary=title,
            tags=_TAGS,
            parameters=listing.parameters(filters, sortable),
            responses={
                200: openapi.answer(paging.schema_of(kind.schema), "A page of them.", ("a page", page)),
                400: openapi.invalid(("sort", {"sort": ["Expected any of id, name."]})),
                403: _FORBIDDEN,
                404: openapi.answer(
                    openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})
                ),
            },
        ),
        post=extend_schema(
            operation_id=f"{kind.name}_create",
            summary="Make one",
            tags=_TAGS,
            request=kind.wish,
            examples=[OpenApiExample("a new one", value=kind.example, request_only=True)],
            responses={
                201: openapi.answer(kind.schema, "The new one.", ("made", kind.row)),
                400: _taken(kind),
                403: _FORBIDDEN,
            },
        ),
    )


def _one(kind: _Kind) -> Any:
    key = OpenApiParameter(kind.key, int, OpenApiParameter.PATH)
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{kind.name}_retrieve",
            summary="One of them",
            tags=_TAGS,
            parameters=[key],
            responses={200: openapi.answer(kind.schema, "It.", ("it", kind.row)), 403: _FORBIDDEN, 404: _NOT_FOUND},
        ),
        put=_change(kind, "replace", "Set all its fields"),
        patch=_change(kind, "change", "Set some of its fields"),
        delete=extend_schema(
            operation_id=f"{kind.name}_delete",
            summary="Delete it",
            tags=_TAGS,
            parameters=[key],
            responses={
                204: openapi.NO_BODY,
                403: _FORBIDDEN,
                404: _NOT_FOUND,
                406: openapi.refused((IN_USE, "Other records refer to it, so it cannot be deleted.")),
            },
        ),
    )


def _change(kind: _Kind, verb: str, summary: str) -> Any:
    return extend_schema(
        operation_id=f"{kind.name}_{verb}",
        summary=summary,
        tags=_TAGS,
        parameters=[OpenApiParameter(kind.key, int, OpenApiParameter.PATH)],
        request=kind.wish,
        examples=[OpenApiExample("a change", value=kind.example, request_only=True)],
        responses={
            200: openapi.answer(kind.schema, "After the change.", ("changed", kind.row)),
            400: _taken(kind),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
        },
    )


def _taken(kind: _Kind) -> Any:
    field, text = kind.taken
    return openapi.invalid(("taken", {field: [text]}))


_SELLER: Final = _Kind(
    "datasources",
    "datasource_id",
    openapi.struct(DatasourceRow),
    _DATASOURCE,
    DatasourceWish,
    {"name": "seller-1", "title": "Test Seller", "supplier_code": "Code123"},
    ("supplier_code", SUPPLIER_TEXT),
)
_GOODS: Final = _Kind(
    "products",
    "product_id",
    openapi.struct(ProductRow, product_images={"type": "array", "items": openapi.struct(ImageRow)}),
    _PRODUCT,
    ProductWish,
    {"sku": "4455002", "name": "Oversized Sweatshirt", "product_images": [_IMAGE]},
    ("sku", SKU_TEXT),
)
DATASOURCES: Final = _many(_SELLER, "Sellers", DatasourceFilters, DATASOURCE_SORTABLE)
DATASOURCE: Final = _one(_SELLER)
PRODUCTS: Final = _many(_GOODS, "Products", ProductFilters, PRODUCT_SORTABLE)
PRODUCT: Final = _one(_GOODS)
