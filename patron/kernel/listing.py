"""Lists of the back office: filtered, sorted, in pages; a wish that is not understood is refused, never ignored.

A client trusts that a filter filters: were an unknown one dropped, it would take every row for an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.kernel.errors import Invalid, NotFound
from patron.kernel.paging import PARAMETERS, Pages

Row = TypeVar("Row", bound=Model)


def answer(
    view: APIView,
    rows: QuerySet[Any],
    row: Callable[[Any], Any],
    *,
    filters: type[FilterSet],
    sortable: Mapping[str, str],
    default: Sequence[str] = (),
    pages: type[Pages] = Pages,
) -> Response:
    """One page of `rows` as the request wants them.

    `row`: what is shown of one. `sortable`: published name → column; the first is the order unless said, or `default`.
    `pages`: LongPages for a table of millions.
    Raises Invalid and ValidationError (400 by parameter), and NotFound for a page past the end.
    """
    request: Request = view.request
    _refuse_unknown(request, filters)
    wish = filters(data=request.query_params, queryset=rows, request=request)
    if not wish.is_valid():
        raise translate_validation(wish.errors)
    paging = pages()
    paging.is_sortable = True
    order = _order(request, sortable) or default or (*list(sortable.values())[:1], "pk")
    shown: list[Any] = paging.paginate_queryset(wish.qs.order_by(*order), request, view) or []
    return paging.get_paginated_response([row(each) for each in shown])


def parameters(filters: type[FilterSet], sortable: Mapping[str, str]) -> list[OpenApiParameter]:
    """The same for the description of the API."""
    sort = OpenApiParameter("sort", str, description=f"Any of {', '.join(sortable)}; `-` before one turns it round.")
    return [*PARAMETERS, sort, *(OpenApiParameter(name, str) for name in filters.base_filters)]


def _refuse_unknown(request: Request, filters: type[FilterSet]) -> None:
    unknown = [name for name in request.query_params if "__" in name and name not in filters.base_filters]
    if unknown:
        raise Invalid({name: [_("There is no such filter.")] for name in unknown})


def _order(request: Request, sortable: Mapping[str, str]) -> list[str]:
    columns = []
    for name in ",".join(request.query_params.getlist("sort")).split(","):
        column = sortable.get(name.removeprefix("-"))
        if column is not None:
            columns.append("-" + column if name.startswith("-") else column)
        elif name:
            raise Invalid({"sort": [_("Expected any of %(fields)s.") % {"fields": ", ".join(sortable)}]})
    # those that are alike run the same way, as in an index that holds them all
    return [*columns, "-pk" if columns[-1].startswith("-") else "pk"] if columns else []


def found(rows: QuerySet[Row], row_id: int) -> Row:
    """The row with that id. Raises NotFound, also for an id beyond what a column holds."""
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise NotFound
    return row
