"""Many rows of customers at once: copied beside the table, then upserted by key in three statements.

Of rows that are there, those that differ are changed and their old and new values appended to the history; the others
are not touched. Those that differ are held first, in the order of their keys, so that two writers queue instead of
waiting for each other, and what the history says was the old value is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from patron.customers import bulk_staging, merge_lock
from patron.customers.bulk_fields import CELLS_BIT, EMAIL_BIT, FIELDS, NAMES
from patron.customers.bulk_lines import Packed
from patron.customers.bulk_plain import Plain
from patron.customers.models import CODE_TAKEN, Change
from patron.customers.records import CREATED, UPDATED
from patron.kernel import clock, context, events, transactions

# Each key is looked up by the index that makes it unique: see `bulk_staging`.
_SAME_KEY: Final = "c.channel_code = s.channel_code AND c.channel_id + 0 = s.channel_id"
_ITS_CUSTOMER: Final = f"LATERAL (SELECT * FROM customers_customer AS c WHERE {_SAME_KEY} OFFSET 0) AS c"  # noqa: S608 -- words of our own, here and below
_IS_NEW: Final = f"NOT EXISTS (SELECT FROM customers_customer AS c WHERE {_SAME_KEY})"
_WITHOUT_EMAIL: Final = f"""
SELECT line FROM customers_staging AS s WHERE given & {EMAIL_BIT} = 0 AND {_IS_NEW}
"""  # noqa: S608
# A foreign key does this for each row.
_HOLD_CHANNELS: Final = "SELECT id FROM channels_channel WHERE id = ANY (%s) ORDER BY id FOR KEY SHARE"
_ARE_MERGED: Final = "SELECT EXISTS (SELECT FROM customers_merge WHERE undone_at IS NULL)"
# A key that a customer was made anew for is theirs, whatever was merged under it before.
_MERGED: Final = f"""
SELECT s.line, m.kept_id FROM customers_staging AS s CROSS JOIN LATERAL (
    SELECT kept_id FROM customers_merge AS m
    WHERE m.gone_code = s.channel_code AND m.channel_id = s.channel_id AND m.undone_at IS NULL LIMIT 1
) AS m
WHERE {_IS_NEW}
"""  # noqa: S608
_DROP: Final = "DELETE FROM customers_staging WHERE line = ANY (%s::bigint[])"
_IS_SAID: Final = {
    f.name: f"s.given & {1 << bit} <> 0"
    + (f" AND NOT (s.{f.name} IS NULL AND c.{f.name} = '' AND s.given & {CELLS_BIT} <> 0)" * f.has_two_empties)
    for bit, f in enumerate(FIELDS)
}
_DIFFERS: Final = " OR ".join(f"({said} AND c.{name} IS DISTINCT FROM s.{name})" for name, said in _IS_SAID.items())
_FRESH: Final = ", ".join(
    f"CASE WHEN {said} THEN s.{name} ELSE c.{name} END AS {name}, c.{name} AS old_{name}"
    for name, said in _IS_SAID.items()
)
_VALUES: Final = " || ".join(
    f"CASE WHEN {name} IS DISTINCT FROM old_{name}"
    f" THEN jsonb_build_object('{name}', jsonb_build_array(old_{name}, {name})) ELSE '{{}}' END"
    for name in NAMES
)
_CHANGE: Final = f"""
WITH fresh AS MATERIALIZED (
    SELECT c.id, s.line, {_FRESH}
    FROM (SELECT * FROM customers_staging ORDER BY channel_code, channel_id) AS s
    CROSS JOIN LATERAL (
        SELECT * FROM customers_customer AS c WHERE {_SAME_KEY} AND ({_DIFFERS}) FOR NO KEY UPDATE
    ) AS c
), told AS (
    INSERT INTO customers_change (customer_id, changed_at, source, staff_id, file_import, request_id, "values")
    SELECT id, %(now)s, %(source)s, %(staff_id)s, %(file_import)s, %(request_id)s, {_VALUES} FROM fresh ORDER BY line
)
UPDATE customers_customer AS c SET
    {", ".join(f"{name} = fresh.{name}" for name in NAMES)},
    modified_date = greatest(%(now)s, c.modified_date + interval '1 microsecond')
FROM fresh WHERE c.id = fresh.id
"""  # noqa: S608
_MAKE: Final = f"""
INSERT INTO customers_customer AS c (channel_id, channel_code, {", ".join(NAMES)}, created_date, modified_date)
SELECT channel_id, channel_code, {
    ", ".join(
        f"coalesce({f.name}, {'false' if f.sql == 'boolean' else repr(f.empty)})" if f.empty is not None else f.name
        for f in FIELDS
    )
}, %(now)s, %(now)s
FROM customers_staging AS s
"""  # noqa: S608
_UNLESS_THERE: Final = "ON CONFLICT (channel_code, channel_id) DO NOTHING"
# A number of the sequence is drawn ahead of the conflict: so for rows that are there, none is.
_MAKE_NEW: Final = f"{_MAKE} WHERE {_IS_NEW} {_UNLESS_THERE}"
# How many rows are there, and how many of these differ.
_LOOK: Final = f"""
SELECT count(*), count(*) FILTER (WHERE {_DIFFERS}) FROM customers_staging AS s CROSS JOIN {_ITS_CUSTOMER}
"""  # noqa: S608
_AND_KEYS: Final = " RETURNING c.channel_id, c.channel_code"
_IDS: Final = f"SELECT s.line, c.id FROM customers_staging AS s CROSS JOIN {_ITS_CUSTOMER}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class By:
    """Who writes, for the history."""

    source: Change.Source
    staff_id: int | None = None
    file_import: int | None = None


@dataclass(slots=True)
class Upserted:
    """What became of the rows. `created`, `updated`: lines, and `ids`: line → customer, where they were asked for.

    `without_email`: lines of new customers that lack one; `merged`: line → the customer that theirs was merged into.
    """

    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    without_email: list[int] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)
    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    ids: dict[int, int] = field(default_factory=dict)


def hold_channels(named: set[int]) -> set[int]:
    """Keep channels from being deleted until the transaction at hand ends; those that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_CHANNELS, [list(named)])
        return named.difference(each for (each,) in cursor.fetchall())


def make_straight(plain: Plain) -> int:
    """Make a customer of each line, or of none; how many. Joins the transaction at hand.

    COPY into the table itself costs two thirds of staging and inserting. It is not done where a key is there, where
    customers were merged, nor where somebody has to hear of each.
    """
    if events.is_heard(CREATED) or _begin_writing():
        return 0
    return _unless_taken(lambda: bulk_staging.copy_straight(plain, clock.now()))


def upsert(packed: Packed, by: By, *, in_detail: bool, expects_new: bool = False) -> Upserted:
    """Write what was staged, no key of which is twice there. Joins the transaction at hand.

    `in_detail`: also say which rows were made and changed, and tell whoever listens. `expects_new`: most likely all
    rows are new, so that they are made before it is looked which ones are there.
    """
    done = Upserted()
    is_heard = any(map(events.is_heard, (CREATED, UPDATED)))
    left, known = _drop(packed, done), 0
    lines = {(channel, code): line for line, channel, code in packed.with_keys()} if in_detail or is_heard else None
    writing = _Writing(by, lines)
    if expects_new:
        known = done.created_count = _unless_taken(lambda: writing.run(_MAKE, done.created))
    while known < left:
        known, differing = _look()
        if differing:
            done.updated_count += writing.run(_CHANGE, done.updated)
        if known < left:
            # fewer than asked for, when somebody makes a customer of ours at this moment: then there is one to change
            made = writing.run(_MAKE_NEW if known else _MAKE + _UNLESS_THERE, done.created)
            done.created_count += made
            known += made
    done.unchanged_count = left - done.created_count - done.updated_count
    if lines is not None:
        done.ids = _ids()
        _tell(packed, done)
    return done


def tally(packed: Packed) -> Upserted:
    """What `upsert` would do with what was staged, without doing it."""
    done = Upserted()
    left = _drop(packed, done)
    there, done.updated_count = _look()
    done.created_count = left - there
    done.unchanged_count = there - done.updated_count
    return done


@dataclass(slots=True)
class _Writing:
    """Runs the writing statements, all at one moment and in one name."""

    by: By
    line_of: dict[tuple[int, str], int] | None
    now: datetime = field(default_factory=clock.now)

    def run(self, statement: str, lines: set[int]) -> int:
        """How many rows were written; which, is added to `lines` where that was asked for."""
        values: dict[str, Any] = {
            "now": self.now,
            "source": self.by.source,
            "staff_id": self.by.staff_id,
            "file_import": self.by.file_import,
            "request_id": context.caller().request_id,
        }
        with connection.cursor() as cursor:
            if self.line_of is None:
                cursor.execute(statement, values)
                count: int = cursor.rowcount
                return count
            cursor.execute(statement + _AND_KEYS, values)
            found = [self.line_of[key] for key in cursor.fetchall()]
        lines.update(found)
        return len(found)


def _unless_taken(make: Callable[[], int]) -> int:
    """How many were made: all, or none where one is there. To be ready for such a one costs a quarter more."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError as error:
        if transactions.constraint_of(error) != CODE_TAKEN:
            raise
        return 0


def _drop(packed: Packed, done: Upserted) -> int:
    """Take out new customers without an e-mail, and ones that were merged into others; how many rows are left."""
    are_merged = _begin_writing()
    with connection.cursor() as cursor:
        if are_merged:
            cursor.execute(_MERGED)
            done.merged = dict(cursor.fetchall())
        if not all(row[1] & EMAIL_BIT for row in packed.rows):
            cursor.execute(_WITHOUT_EMAIL)
            done.without_email = [line for (line,) in cursor.fetchall() if line not in done.merged]
        if done.merged or done.without_email:
            cursor.execute(_DROP, [[*done.merged, *done.without_email]])
    return len(packed) - len(done.without_email) - len(done.merged)


def _begin_writing() -> bool:
    """Have nobody merge until the transaction at hand ends; whether somebody has."""
    merge_lock.for_writers()
    with connection.cursor() as cursor:
        cursor.execute(_ARE_MERGED)
        return bool(cursor.fetchone()[0])


def _ids() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_IDS)
        return dict(cursor.fetchall())


def _tell(packed: Packed, done: Upserted) -> None:
    """Whoever listens hears of each row; which fields changed is in the history."""
    channel_of = {line: channel for line, channel, _code in packed.with_keys()}
    for event, lines in ((CREATED, done.created), (UPDATED, done.updated)):
        payloads = [{"customer_id": done.ids[line], "channel_id": channel_of[line]} for line in sorted(lines)]
        events.put_many(event, payloads)


def _look() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        there, differing = cursor.fetchone()
        return there, differing
