"""What the API page says of records that staff make, change and delete: the same of each table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django_filters import FilterSet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.serializers import Serializer

from patron.kernel import listing, openapi, paging
from patron.kernel.errors import Text
from patron.reference.records import IN_USE, IN_USE_TEXT

DATES: Final = {"created_date": "created_at", "modified_date": "modified_at"}
EXAMPLE_DATES: Final = dict.fromkeys(DATES, "2024-01-01T00:00:00.000000Z")
NOT_FOUND: Final = openapi.answer(openapi.DETAIL, "There is none.", ("unknown", {"detail": "Not found."}))
FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)
PAST_THE_END: Final = openapi.answer(
    openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."})
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs from table to table.

    `name`: the beginning of the operations' ids. `key`: the parameter of an address. `row`, `example`: a row and a body
    that would make it. `taken`: the field and text of a value that is refused. `in_use`: code and text of a refused
    deletion.
    """

    name: str
    key: str
    schema: dict[str, Any]
    row: Mapping[str, Any]
    wish: type[Serializer[Any]]
    example: Mapping[str, Any]
    taken: tuple[str, Text]
    in_use: tuple[str, Text] = (IN_USE, IN_USE_TEXT)
    tag: str = "Reference"

    @property
    def invalid(self) -> OpenApiResponse:
        """400 with the value that is refused."""
        return openapi.invalid(("refused", {self.taken[0]: [str(self.taken[1])]}))


def many(kind: Kind, title: str, filters: type[FilterSet], sortable: Mapping[str, str]) -> Any:
    """The list and the making of one."""
    page = {"count": 1, "next": None, "previous": None, "results": [kind.row]}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{kind.name}_list",
            summary=title,
            tags=[kind.tag],
            parameters=listing.parameters(filters, sortable),
            responses={
                200: openapi.answer(paging.schema_of(kind.schema), "A page of them.", ("a page", page)),
                400: openapi.invalid(("sort", {"sort": ["Expected any of id, name."]})),
                403: FORBIDDEN,
                404: PAST_THE_END,
            },
        ),
        post=extend_schema(
            operation_id=f"{kind.name}_create",
            summary="Make one",
            tags=[kind.tag],
            request=kind.wish,
            examples=[OpenApiExample("a new one", value=kind.example, request_only=True)],
            responses={
                201: openapi.answer(kind.schema, "The new one.", ("made", kind.row)),
                400: kind.invalid,
                403: FORBIDDEN,
            },
        ),
    )


def one(kind: Kind) -> Any:
    """One of them: read, changed, deleted."""
    key = OpenApiParameter(kind.key, int, OpenApiParameter.PATH)
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{kind.name}_retrieve",
            summary="One of them",
            tags=[kind.tag],
            parameters=[key],
            responses={200: openapi.answer(kind.schema, "It.", ("it", kind.row)), 403: FORBIDDEN, 404: NOT_FOUND},
        ),
        put=_change(kind, "replace", "Set all its fields"),
        patch=_change(kind, "change", "Set some of its fields"),
        delete=extend_schema(
            operation_id=f"{kind.name}_delete",
            summary="Delete it",
            tags=[kind.tag],
            parameters=[key],
            responses={
                204: openapi.NO_BODY,
                403: FORBIDDEN,
                404: NOT_FOUND,
                406: openapi.refused((kind.in_use[0], str(kind.in_use[1]))),
            },
        ),
    )


def _change(kind: Kind, verb: str, summary: str) -> Any:
    return extend_schema(
        operation_id=f"{kind.name}_{verb}",
        summary=summary,
        tags=[kind.tag],
        parameters=[OpenApiParameter(kind.key, int, OpenApiParameter.PATH)],
        request=kind.wish,
        examples=[OpenApiExample("a change", value=kind.example, request_only=True)],
        responses={
            200: openapi.answer(kind.schema, "After the change.", ("changed", kind.row)),
            400: kind.invalid,
            403: FORBIDDEN,
            404: NOT_FOUND,
        },
    )
