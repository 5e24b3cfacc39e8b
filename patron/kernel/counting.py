"""How many rows a long list has: few are counted one by one, of more the planner's estimate is given.

Counting a million rows takes tenths of a second of every page, for a number that no longer holds when it is read. Who
needs it all the same asks with `count=exact`; an estimate is marked as one by a header.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from patron.kernel.errors import Invalid

MOST_COUNTED: Final = 10_000
EXACT: Final = "exact"
_HEADER: Final = "X-Count"
PARAMETERS: Final = [
    OpenApiParameter(
        "count",
        str,
        enum=[EXACT],
        description=f"Beyond {MOST_COUNTED:,} rows `count` is an estimate, with `{_HEADER}: estimated`, unless this is"
        " said.",
    ),
    OpenApiParameter(
        _HEADER, str, OpenApiParameter.HEADER, response=[200], description="`estimated` where `count` is an estimate."
    ),
]


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows, counted or estimated."""

    rows: int
    is_estimated: bool = False


def is_exact_wanted(parameters: Mapping[str, Any]) -> bool:
    """Whether a query wants all rows counted. Raises Invalid for another word than EXACT."""
    if parameters.get("count", EXACT) != EXACT:
        raise Invalid({"count": [_("Expected any of %(fields)s.") % {"fields": EXACT}]})
    return "count" in parameters


def headers(*, is_estimated: bool) -> dict[str, str]:
    """What an answer says of its count."""
    return {_HEADER: "estimated"} if is_estimated else {}


def settle(
    counted: int, reached: int, *, is_end: bool, exact: Callable[[], int] | None, estimate: Callable[[], int]
) -> Count:
    """The number of rows of a list of which `counted` were counted, at most MOST_COUNTED + 1.

    `reached`: as many there are at least, since a page shows them; `is_end`: and no more. Where this does not settle it
    the database is asked by `exact`, or by `estimate` if `exact` is null: nobody wants it exactly.
    """
    if counted <= MOST_COUNTED:
        return Count(counted)
    if is_end:
        return Count(reached)
    if exact is not None:
        return Count(exact())
    return Count(max(estimate(), counted, reached), is_estimated=True)


def planned(plan: str | Sequence[Mapping[str, Any]]) -> int:
    """How many rows the planner expects, by what `EXPLAIN (FORMAT JSON)` gave."""
    read = msgspec.json.decode(plan) if isinstance(plan, str) else plan
    return int(read[0]["Plan"]["Plan Rows"])
