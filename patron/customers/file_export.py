"""`patron export customers`: the table as a file that `patron import customers` reads, in one snapshot.

PostgreSQL writes the lines and Python passes them on, so memory is constant and the file is as of one moment.
Source: 5-omnitron, Bulk import and export.
"""

import contextlib
import gzip
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection, transaction

from patron.customers.bulk_fields import NAMES

_LINES: Final = 4096  # of one write
FORMATS: Final = ("csv", "ndjson")
_ISO: Final = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS {0}"
_COLUMNS: Final = ", ".join(
    (
        "id AS pk",
        "channel_id AS channel",
        "channel_code",
        *(_ISO.format(name) if name == "date_joined" else name for name in NAMES),
        _ISO.format("created_date"),
        _ISO.format("modified_date"),
    )
)
_ROWS: Final = f"SELECT {_COLUMNS} FROM customers_customer {{where}} ORDER BY customers_customer.id"  # noqa: S608 -- constants
_COPY: Final = {
    "csv": "COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)",
    # JSON holds no control character, so none of its characters is doubled or quoted
    "ndjson": "COPY (SELECT row_to_json(r) FROM ({rows}) AS r) TO STDOUT"
    r" (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')",
}


def write(path: Path | None, kind: str, *, channel: int | None, progress: Callable[[int], None]) -> int:
    """Write every customer, or those of one channel; how many lines of customers were written.

    `path`: None for standard output; packed when it ends in .gz, and there only when it is whole. `kind`: csv or
    ndjson. `progress`: told of the lines so far. Raises OSError.
    """
    where = f"WHERE channel_id = {channel:d}" if channel is not None else ""
    statement = _COPY[kind].format(rows=_ROWS.format(where=where))
    count = 0
    with _output(path) as output, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            given = iter(copy)
            # a line at a time, packing takes twice as long
            while lines := list(islice(given, _LINES)):
                output.write(b"".join(lines))
                count += len(lines)
                progress(count)
    return count - (kind == "csv")


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes] | Any]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        # what people gave their shop is nobody else's to read on this machine
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, filename="") as packed:
                    yield packed
            else:
                yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
