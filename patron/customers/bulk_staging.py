"""Rows of customers beside their table, and plain lines of a file beside it or in it: by COPY.

Source: PostgreSQL's manual, COPY.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from psycopg import sql

from patron.customers.bulk_fields import FIELDS
from patron.customers.bulk_lines import Packed
from patron.customers.bulk_plain import Plain

# Name and type, in the order of a row.
_COLUMNS: Final = (
    *(("line", "bigint"), ("given", "integer"), ("channel_id", "bigint"), ("channel_code", "text")),
    *((f.name, f.sql) for f in FIELDS),
)
# Each key is looked up by the index that makes it unique, one after the other. Left to itself the planner, which knows
# nothing of a table that grows by millions, may read all of it for each batch, or a whole channel for each row. So it
# is told not to join otherwise, which row leads to which, and by `+ 0` that the channel's own index is of no use.
_BY_INDEX: Final = (
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL jit = off",
)
_GIVEN: Final = 1  # its place
_IN_CSV: Final = {"": "", False: "f", "{}": "{}"}
KEYS: Final = "SELECT hashtextextended(channel_code, channel_id) AS key, line FROM customers_staging"
# The same of lines that were never staged: a code holds no control character.
PLAIN_KEYS: Final = r"""
SELECT hashtextextended(code, channel) AS key, line FROM unnest(
    string_to_array(%s, E'\n'), string_to_array(%s, ',')::bigint[], string_to_array(%s, ',')::bigint[]
) AS k (code, channel, line)
"""


def stage(packed: Packed) -> None:
    """Copy rows and lines beside the table, until the transaction at hand ends."""
    with connection.cursor() as cursor:
        for setting in _BY_INDEX:
            cursor.execute(setting)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.customers_staging")
        plain = packed.plain
        same = packed.same if packed.rows or not plain else {_GIVEN: plain.given}
        texts = {place: sql.Literal(value).as_string(cursor.connection) for place, value in same.items()}
        cursor.execute(_create(texts))
        if packed.rows:
            named = ", ".join(name for place, (name, _type) in enumerate(_COLUMNS) if place not in same)
            _copy(f"COPY customers_staging ({named}) FROM STDIN", packed.lines)
    if plain:
        numbered = map(f"%d{plain.delimiter}%s".__mod__, zip(plain.numbers, plain.texts, strict=True))
        _copy_plain("customers_staging", plain, numbered, first=("line",))


def copy_straight(plain: Plain, now: datetime) -> int:
    """Copy lines into the table of customers itself; how many. `now`: when they are made."""
    moment = now.isoformat()
    empty = {f.name: _IN_CSV[f.empty] for f in FIELDS if f.empty is not None and f.name not in plain.columns}
    return _copy_plain(
        "customers_customer", plain, plain.texts, more={**empty, "created_date": moment, "modified_date": moment}
    )


def _copy(statement: str, blocks: Iterable[bytes]) -> int:
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for block in blocks:
                copy.write(block)
        count: int = cursor.rowcount
        return count


def _copy_plain(
    table: str, plain: Plain, texts: Iterable[str], *, first: Sequence[str] = (), more: Mapping[str, str] | None = None
) -> int:
    """Copy plain lines into a table, `texts` being what they are with the columns of `first`; how many.

    `more`: values of further columns, the same in all lines.
    """
    more = dict(more or {})
    if "channel_id" not in plain.columns:
        more["channel_id"] = str(plain.channels[0])
    columns = (*first, *plain.columns, *more)
    forced = {
        "NULL": [field.name for field in FIELDS if field.name in columns and field.empty is None],
        "NOT_NULL": [field.name for field in FIELDS if field.name in columns and field.empty == ""],
    }
    options = ["FORMAT csv", f"DELIMITER E'{plain.delimiter}'"]
    options += [f"FORCE_{word} ({', '.join(names)})" for word, names in forced.items() if names]
    end = "".join(plain.delimiter + value for value in more.values()) + "\n"
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN ({', '.join(options)})"
    return _copy(statement, [(end.join(texts) + end).encode()])


def _create(same: Mapping[int, str]) -> str:
    """What is the same in all rows is said once; reading it in each line would be a tenth of an import."""
    columns = (
        f"{name} {kind}"
        + (' COLLATE "C"' if kind == "text" else "")
        + (f" DEFAULT {same[place]}" if place in same else "")
        for place, (name, kind) in enumerate(_COLUMNS)
    )
    return f"CREATE TEMPORARY TABLE customers_staging ({', '.join(columns)}) ON COMMIT DROP"


def plain_keys(plain: Plain) -> tuple[str, ...]:
    """The values of PLAIN_KEYS."""
    return ("\n".join(plain.codes), *(",".join(map(str, each)) for each in (plain.channels, plain.numbers)))
