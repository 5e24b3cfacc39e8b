"""How many shoppers a rule fits, and who: for a rule that is being written and for a segment that is.

Asked of the shoppers themselves and not of their standings, so it is right at this moment and needs no recomputation.
"""

import base64
import binascii
from typing import Any, Final

import msgspec
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from patron.kernel import clock, transactions
from patron.kernel.errors import Invalid, Refusal
from patron.segments.conditions import Parameters
from patron.segments.roster import FACTS
from patron.segments.rules import Rule

TOO_SLOW: Final = "segment_100_2"
SECONDS: Final = 10
SAMPLE: Final = 10
_CANCELED: Final = "57014"
_FITTING: Final = f"FROM accounts_shopper u {FACTS} WHERE u.is_active AND {{rule}}"
_COLUMNS: Final = "u.id, u.email, u.first_name, u.last_name, u.date_joined"
# A plan for these very values: one for any values would look at every shopper also where an index knows the few. And a
# look-up of one shopper by id counts 150 operators, so that fifty thousand seem dearer than a walk over a million rows,
# which takes twice as long.
_BOUNDS: Final = """
SELECT set_config('statement_timeout', %s, true), set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('cpu_operator_cost', '0.001', true)
"""


class Member(msgspec.Struct):
    """A shopper in the staff's API of segments."""

    pk: int
    email: str
    first_name: str
    last_name: str
    date_joined: str


class Page(msgspec.Struct):
    """A part of the members by id. `cursor` leads to the next one; None at the end."""

    count: int
    members: list[Member]
    cursor: str | None


def count(rule: Rule) -> int:
    """How many active shoppers the rule fits, exactly. Raises Refusal where that takes longer than SECONDS."""
    return int(_ask("SELECT count(*) " + _FITTING, rule)[0][0])


def sample(rule: Rule) -> list[Member]:
    """Some of them. Raises Refusal."""
    rows = _ask(f"SELECT {_COLUMNS} {_FITTING} LIMIT %(limit)s", rule, limit=SAMPLE)
    return [_member(row) for row in sorted(rows)]


def page(rule: Rule, cursor: str, limit: int) -> Page:
    """The members behind `cursor` ("": from the first), at most `limit`. They are counted once, on the first page.

    Raises Invalid for a cursor that no page gave, Refusal.
    """
    after, known = _opened(cursor) if cursor else (0, None)
    total = count(rule) if known is None else known
    rows = _ask(
        f"SELECT {_COLUMNS} {_FITTING} AND u.id > %(after)s ORDER BY u.id LIMIT %(limit)s",
        rule,
        after=after,
        limit=limit + 1,
    )
    shown = rows[:limit]
    return Page(total, [_member(row) for row in shown], _sealed(shown[-1][0], total) if len(rows) > limit else None)


def _ask(statement: str, rule: Rule, **others: int) -> list[tuple[Any, ...]]:
    bound = Parameters()
    asked = statement.format(rule=rule.sql(bound))

    def work() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_BOUNDS, [f"{SECONDS}s"])
            cursor.execute(asked, bound.at(clock.now(), **others))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    try:
        return transactions.run(work)
    except DatabaseError as error:
        if transactions.sqlstate(error) != _CANCELED:
            raise
        raise Refusal(TOO_SLOW, _("The rule takes too long to count. Make it simpler.")) from error


def _member(row: tuple[Any, ...]) -> Member:
    pk, email, first_name, last_name, joined = row
    return Member(pk, email, first_name, last_name, clock.iso(joined))


def _sealed(after: int, total: int) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode((after, total))).decode().rstrip("=")


def _opened(cursor: str) -> tuple[int, int]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        after, total = msgspec.msgpack.decode(raw, type=tuple[int, int])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Invalid({"cursor": [_("Invalid cursor")]}) from None
    if not (0 <= after < 2**63 and total >= 0):
        raise Invalid({"cursor": [_("Invalid cursor")]})
    return after, total
