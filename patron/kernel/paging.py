"""Lists as the contract writes them: `page` from 1, `limit` 10 to 100, absolute `next` and `previous`."""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from patron.kernel import counting, rows, transactions, walking
from patron.kernel.counting import Count
from patron.kernel.errors import Invalid

MOST_GATHERED: Final = 1_000
_FURTHEST: Final = 2**31

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
        self.refuse_sort(request)
        return super().paginate_queryset(queryset, request, view)

    def refuse_sort(self, request: Request) -> None:
        """Raises Invalid for a `sort` on a list that has one order only."""
        if "sort" in request.query_params and not self.is_sortable:
            raise Invalid({"sort": [_("This list cannot be sorted.")]})


class LongPages(Pages):
    """Pages of what may be millions of rows, counted as `counting` says; a row more than the page tells what follows.

    Up to MOST_GATHERED rows are gathered and put in order: the planner would rather walk along an order in the hope
    that rows come soon, which of rows that are rare or far away is the whole table; of more, see `walking`. It plans
    for the very values that are asked for, since a plan for any values does not know which filter finds few.
    """

    count: Count
    number: int
    is_more: bool
    address: Callable[[], str]

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page. Raises NotFound, and Invalid for a `sort` or a `count` that is not understood."""
        self.refuse_sort(request)
        self.address = request.build_absolute_uri
        self.number = page_number(request.query_params.get("page", "1"))
        is_exact = counting.is_exact_wanted(request.query_params)
        limit = int(self.get_page_size(request) or self.page_size)
        shown: list[Any] = transactions.run(lambda: self._read(queryset, limit, is_exact=is_exact))
        if not shown and self.number > 1:
            raise NotFound(self.invalid_page_message)
        return shown

    def _read(self, queryset: QuerySet[Any], limit: int, *, is_exact: bool) -> list[Any]:
        rows.plan_for_these_values()
        unordered, start = queryset.order_by(), (self.number - 1) * limit
        few = list(unordered.values_list("pk", flat=True)[: MOST_GATHERED + 1])
        are_few = len(few) <= MOST_GATHERED
        end = start + limit + 1
        found = list(
            queryset.filter(pk__in=few)[start:end] if are_few else walking.page(queryset, start, end, are_few=False)
        )
        self.is_more = len(found) > limit
        self.count = counting.settle(
            len(few) if are_few else unordered[: counting.MOST_COUNTED + 1].count(),
            start + len(found),
            is_end=bool(found) and not self.is_more,
            exact=unordered.count if is_exact else None,
            estimate=lambda: counting.planned(unordered.explain(format="json")),
        )
        return found[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """The page; a header says where its count is an estimate."""
        body = {
            "count": self.count.rows,
            "next": self.get_next_link(),
            "previous": self.get_previous_link(),
            "results": data,
        }
        return Response(body, headers=counting.headers(is_estimated=self.count.is_estimated))

    def get_next_link(self) -> str | None:
        """The address of the page behind."""
        return replace_query_param(self.address(), "page", self.number + 1) if self.is_more else None

    def get_previous_link(self) -> str | None:
        """The address of the page before."""
        if self.number < 3:
            return remove_query_param(self.address(), "page") if self.number == 2 else None
        return replace_query_param(self.address(), "page", self.number - 1)


def page_number(word: str) -> int:
    """The number of a page, from 1, that a query holds. Raises NotFound."""
    if not (word.isascii() and word.isdigit() and len(word) < 11 and 0 < int(word) < _FURTHEST):
        raise NotFound(Pages.invalid_page_message)
    return int(word)


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
