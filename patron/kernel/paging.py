"""Lists as the contract writes them: `page` from 1, `limit` 10 to 100, absolute `next` and `previous`."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from patron.kernel.errors import Invalid

PARAMETERS: Final = [
    OpenApiParameter("page", int, description="From 1; a page past the end is 404."),
    OpenApiParameter("limit", int, description="Rows of a page, 10 unless said, at most 100."),
]


class Pages(PageNumberPagination):
    """`{"count", "next", "previous", "results"}`; a page past the end is 404 `{"detail": "Invalid page."}`."""

    is_sortable = False
    page_size = 10
    page_size_query_param = "limit"
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The rows of the page. Raises NotFound, and Invalid for a `sort` on a list that has one order only."""
        if "sort" in request.query_params and not self.is_sortable:
            raise Invalid({"sort": [_("This list cannot be sorted.")]})
        return super().paginate_queryset(queryset, request, view)


def schema_of(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a page of `row`."""
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["count", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer"},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": row},
        },
    }
