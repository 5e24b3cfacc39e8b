"""A page of a long queryset in its order: walked to along an index, but not past many rows that do not fit.

PostgreSQL expects what a filter finds to lie evenly in every order. Where it lies together and far away, as last year's
rows do behind this year's, a walk there reads the whole table. So it looks at WINDOW rows, and what it has not seen is
gathered by the filter's own index and put in order.
"""

from typing import Any, Final

from django.db import connection, models
from django.db.models import QuerySet

WINDOW: Final = 10_000
PER_ROW: Final = 30  # as many more for each row before the page: gathering costs more than that where many fit


def page(rows: QuerySet[Any], start: int, end: int, *, are_few: bool) -> QuerySet[Any]:
    """The rows from `start` to before `end`. `are_few`: whether all can be gathered at the cost of a walk.

    One statement where there is no filter, or where the order begins with what no index does, which PostgreSQL sorts
    anyway; two where they are few or near, else four.
    """
    order = _order(rows)
    if start >= end or not order or not rows.query.where:
        return rows[start:end]
    if not are_few:
        near = _near(rows, order[0], WINDOW + PER_ROW * end)[start:end]
        if len(near) == end - start:
            return near
    return rows.filter(pk__in=_gathered(rows, order, start, end))


def _order(rows: QuerySet[Any]) -> list[str]:
    """The fields of the order, `-` before those that fall; none where it is of other things or no index has it."""
    names = [name for name in rows.query.order_by if isinstance(name, str)]
    table = rows.model._meta
    fields = {field.name: field for field in table.concrete_fields if not field.is_relation}
    fields["pk"] = table.pk
    words = [name.removeprefix("-") for name in names]
    if not words or len(words) < len(rows.query.order_by) or not fields.keys() >= set(words):
        return []
    keys: list[Any] = [each for each in table.constraints if isinstance(each, models.UniqueConstraint)]
    keys += [each for each in table.indexes if type(each) is models.Index]
    leads = {each.fields[0].removeprefix("-") for each in keys if each.fields and each.condition is None}
    first = fields[words[0]]
    return names if first.unique or first.db_index or first.name in leads else []


def _near(rows: QuerySet[Any], name: str, window: int) -> QuerySet[Any]:
    """The rows that fit among the first of the table in this order, or among all where it has no more."""
    field = name.removeprefix("-")
    every = rows.model._base_manager.order_by(name).values_list(field, flat=True)
    edge = next(iter(every[window : window + 1]), None)
    return rows if edge is None else rows.filter(**{f"{field}__{'lte' if name == field else 'gte'}": edge})


def _gathered(rows: QuerySet[Any], order: list[str], start: int, end: int) -> list[Any]:
    """The keys of the page, of all rows that fit."""
    columns = list(dict.fromkeys(map(_word, order)))
    statement, values = rows.order_by().values_list("pk", *columns).query.sql_with_params()
    named = ", ".join(f"c{place}" for place in range(len(columns)))
    by = ", ".join(f"c{columns.index(_word(name))}{' DESC' * name.startswith('-')}" for name in order)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pk FROM ({statement} OFFSET 0) f (pk, {named}) ORDER BY {by} LIMIT %s OFFSET %s",  # noqa: S608 -- Django's words
            (*values, end - start, start),
        )
        return [key for (key,) in cursor.fetchall()]


def _word(name: str) -> str:
    return name.removeprefix("-")
