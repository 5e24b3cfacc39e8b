"""A page of customers, counted, by one statement; by number, or by a cursor that is as fast at any depth.

Rows that are few enough to be counted one by one (see `kernel.counting`) are gathered and put in order. Of more the
page is walked to along an index that has the order. See `gathering` and `walking`. Which of the two it is shows only
when the rows are counted, so both are in the statement and one of them runs. Where the walk has not seen enough, they
are gathered after all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from django.db import DatabaseError, connection
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from patron.channels.access import Scope
from patron.customers import cursors, filters, gathering, ordering, reads, walking
from patron.customers.conditions import Conditions
from patron.customers.cursors import Cursor
from patron.customers.errors import TooSlow
from patron.customers.ordering import Order
from patron.customers.reads import CustomerRow, Listed
from patron.kernel import counting, rows, transactions
from patron.kernel.errors import Invalid
from patron.kernel.paging import page_number

SECONDS: Final = 5
EXACT_SECONDS: Final = 20
PAGE_ROWS: Final = 10
MOST_ROWS: Final = 100
_CANCELED: Final = "57014"
# No table is read from end to end.
_BOUNDS: Final = """
SELECT set_config('statement_timeout', %s, true), set_config('plan_cache_mode', %s, true),
    set_config('enable_sort', %s, true), set_config('enable_incremental_sort', %s, true),
    set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
"""
# For these very values: a plan for any values does not know which filter finds few.
_FOR_THESE: Final = ("force_custom_plan", "on", "on")
# For any values, where not all channels are seen: how common a value is elsewhere would choose the plan, and show in
# the time it takes. Such a plan does not know what finds many, so what an index has in order is walked and not sorted,
_FOR_ANY: Final = ("force_generic_plan", "off", "on")
# nor in part, where an index has all of the order.
_FOR_ANY_IN_ORDER: Final = ("force_generic_plan", "off", "off")
_UNKNOWN_CHANNEL: Final = """
SELECT asked FROM unnest(%s::bigint[]) asked
WHERE NOT EXISTS (SELECT FROM channels_channel ch WHERE ch.id = asked) ORDER BY asked LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for. `number`: the page from 1, or 0 where there is a `cursor`. `plans`: of its bounds.

    `of_json`: rows that its JSON alone is expected to find; null where none is asked for, or not all channels are seen.
    """

    found: Conditions
    order: Order
    limit: int
    number: int
    cursor: Cursor | None
    is_exact: bool
    digest: bytes
    plans: tuple[str, str, str]
    of_json: int | None = None

    @property
    def offset(self) -> int:
        return max(self.number - 1, 0) * self.limit

    def rows(self, when: str = "TRUE") -> str:
        """SQL of all rows that fit, see `gathering.gather`."""
        return gathering.gather(self.found, self.of_json, when)


@dataclass(frozen=True, slots=True)
class Page:
    """`is_more`: whether there are rows behind these in the direction that was asked for."""

    count: int
    is_estimated: bool
    is_more: bool
    rows: list[CustomerRow]


def answer(parameters: QueryDict, scope: Scope, address: str) -> tuple[bytes, bool]:
    """The body, and whether its count is estimated. `address`: absolute, without a query string.

    Raises Invalid by parameter, NotFound for a page past the end, TooSlow.
    """
    found = filters.read(parameters)
    asked = found.channels
    if asked is not None and scope.ids is not None:
        _refuse_channel(min(asked - scope.ids, default=None))
    if scope.ids is not None:
        found.add_channels(scope.ids)
    wish = _wish(parameters, found, scope)
    page = _page(wish)
    if asked is not None and scope.ids is None and not (page.rows and len(asked) == 1):
        unknown = rows.one(_UNKNOWN_CHANNEL, (sorted(asked),))
        _refuse_channel(unknown[0] if unknown else None)
    if not page.rows and wish.number > 1:
        raise NotFound(_("Invalid page."))
    previous, following = _links(wish, page, parameters, address)
    return msgspec.json.encode(Listed(page.count, following, previous, page.rows)), page.is_estimated


def _wish(parameters: QueryDict, found: Conditions, scope: Scope) -> Wish:
    order = ordering.read(parameters.getlist("sort"))
    digest = cursors.digest(parameters, order, scope)
    word = parameters.get("cursor")
    if word is not None and "page" in parameters:
        raise Invalid({"cursor": [_("Ask by page or by cursor, not by both.")]})
    is_exact = counting.is_exact_wanted(parameters)
    return Wish(
        found,
        order,
        _limit(parameters.get("limit", "")),
        page_number(parameters.get("page", "1")) if word is None else 0,
        cursors.opened(word, digest) if word else None,
        is_exact,
        digest,
        _FOR_THESE if scope.ids is None else _FOR_ANY_IN_ORDER if order.has_index_of_channel else _FOR_ANY,
    )


def _limit(word: str) -> int:
    # as every list here: what is no number is the usual length
    wanted = int(word[:9]) if word.isascii() and word.isdigit() else 0
    return min(wanted, MOST_ROWS) or PAGE_ROWS


def _refuse_channel(channel_id: int | None) -> None:
    if channel_id is not None:
        text = _("Select a valid choice. %(value)s is not one of the available choices.")
        raise Invalid({"channel": [text % {"value": channel_id}]})


def _page(wish: Wish) -> Page:
    try:
        return transactions.run(lambda: _looked_for(_weighed(wish)))
    except DatabaseError as error:
        if transactions.sqlstate(error) != _CANCELED:
            raise
        raise TooSlow from error


def _weighed(wish: Wish) -> Wish:
    if not wish.found.are_of_json or wish.plans is not _FOR_THESE:
        return wish
    return replace(wish, of_json=_estimate(wish, wish.found.json_sql()))


def _looked_for(wish: Wish) -> Page:
    return _behind_cursor(wish, wish.cursor) if wish.cursor else _counted(wish)


def _counted(wish: Wish) -> Page:
    if wish.of_json is not None and wish.of_json >= gathering.SURELY_MANY:
        expected = _estimate(wish) if wish.found.others_sql() else wish.of_json
        if expected >= gathering.SURELY_MANY:
            walked = walking.walk(wish.found, wish.order, rows=wish.limit + 1, skipped=wish.offset)
            found = _ask(_whole(wish.order, walked), wish)
            if len(found) > wish.limit and not any(row[0] for row in found):
                return _numbered(wish, counting.MOST_COUNTED + 1, [row[1:] for row in found], lambda: expected)
    # words and numbers of our own: `Wish.found` holds nothing else, see `conditions`
    enough = counting.MOST_COUNTED + 1
    order = wish.order
    walked = walking.walk(wish.found, order, rows=wish.limit + 1, skipped=wish.offset, when=f"n.n >= {enough}")
    found = _ask(
        f"""
WITH n AS MATERIALIZED (SELECT count(*) AS n FROM (SELECT {wish.rows()} LIMIT {enough}) counted)
SELECT n.n, p.is_blind, {reads.COLUMNS}
FROM n LEFT JOIN LATERAL (
    ({_gathered(wish, order, when=f"n.n < {enough}")}) UNION ALL ({walked})
) p ON true LEFT JOIN customers_customer c ON c.id = p.id
ORDER BY {order.sql("p")}
""",  # noqa: S608
        wish,
    )
    number = found[0][0]
    if any(row[1] for row in found):
        found = [(number, *row) for row in _ask(_whole(order, _gathered(wish, order)), wish)]
    return _numbered(wish, number, [row[2:] for row in found if row[2] is not None], lambda: _estimate(wish))


def _numbered(wish: Wish, counted: int, found: list[tuple[Any, ...]], estimate: Callable[[], int]) -> Page:
    """The page of the rows that were found, one more than it shows where there are more."""
    page = [reads.customer(row) for row in found]
    is_more = len(page) > wish.limit
    count = counting.settle(
        counted,
        wish.offset + len(page),
        is_end=bool(page) and not is_more,
        exact=(lambda: _exact(wish)) if wish.is_exact else None,
        estimate=estimate,
    )
    return Page(count.rows, count.is_estimated, is_more, page[: wish.limit])


def _behind_cursor(wish: Wish, cursor: Cursor) -> Page:
    order = wish.order.turned() if cursor.is_back else wish.order
    place = cursors.values(cursor, wish.order)
    found: list[tuple[Any, ...]] = []
    are_many = cursor.count > counting.MOST_COUNTED
    if are_many:
        behind = order.behind("c", place, wish.found)
        walked = walking.walk(wish.found, order, rows=wish.limit + 1, when=behind)
        found = _ask(_whole(order, walked), wish)
    if not are_many or any(row[0] for row in found):
        found = _ask(_whole(order, _gathered(wish, order, behind=order.behind("f", place, wish.found))), wish)
    page = [reads.customer(row[1:]) for row in found]
    is_more = len(page) > wish.limit
    shown = page[: wish.limit]
    return Page(cursor.count, cursor.is_estimated, is_more, shown[::-1] if cursor.is_back else shown)


def _gathered(wish: Wish, order: Order, *, when: str = "TRUE", behind: str = "TRUE") -> str:
    """SQL of the page out of all rows that fit, put in order; it gives what `walking.walk` does."""
    every = f"SELECT {order.columns('c')} {wish.rows(when)} OFFSET 0"
    return f"""
        SELECT f.*, false AS is_blind FROM ({every}) f WHERE {behind}
        ORDER BY {order.sql("f")} LIMIT {wish.limit + 1} OFFSET {wish.offset}
    """  # noqa: S608 -- as above


def _whole(order: Order, page: str) -> str:
    """SQL of the rows of a page with all that is shown of them."""
    return f"""
        SELECT p.is_blind, {reads.COLUMNS} FROM ({page}) p JOIN customers_customer c ON c.id = p.id
        ORDER BY {order.sql("p")}
    """  # noqa: S608 -- as above


def _exact(wish: Wish) -> int:
    return int(_ask(f"SELECT count(*) {wish.rows()}", wish, seconds=EXACT_SECONDS)[0][0])


def _estimate(wish: Wish, where: str = "") -> int:
    rows = gathering.FROM.format(where=where or wish.found.sql())
    (plan,) = _ask(f"EXPLAIN (FORMAT JSON) SELECT {rows}", wish, plans=_FOR_THESE)[0]
    return counting.planned(plan)


def _ask(
    statement: str, wish: Wish, *, seconds: int = SECONDS, plans: tuple[str, str, str] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, [f"{seconds}s", *(plans or wish.plans)])
        cursor.execute(statement, wish.found.values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _links(wish: Wish, page: Page, parameters: QueryDict, address: str) -> tuple[str | None, str | None]:
    """The addresses of the page before and the page behind, in the style of the request."""

    def link(name: str, value: Any) -> str:
        words = parameters.copy()
        words[name] = str(value)
        return f"{address}?{words.urlencode()}"

    def cursor(row: CustomerRow, *, is_back: bool) -> str:
        place = cursors.place_of(row, wish.order)
        return link("cursor", cursors.seal(Cursor(wish.digest, page.count, page.is_estimated, is_back, place)))

    if wish.number:
        return (
            link("page", wish.number - 1) if wish.number > 1 else None,
            link("page", wish.number + 1) if page.is_more else None,
        )
    is_back = wish.cursor is not None and wish.cursor.is_back
    is_before, is_behind = (page.is_more, True) if is_back else (wish.cursor is not None, page.is_more)
    if not page.rows:
        return None, None
    return (
        cursor(page.rows[0], is_back=True) if is_before else None,
        cursor(page.rows[-1], is_back=False) if is_behind else None,
    )
