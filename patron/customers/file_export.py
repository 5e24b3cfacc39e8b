"""`patron export customers`: the table as a file that `patron import customers` reads, in one snapshot.

PostgreSQL writes the lines and Python passes them on, piece by piece: memory is constant. Two connections write pieces
in turns, both of them of one snapshot: the file is as of one moment.
Source: 5-omnitron, Bulk import and export.
"""

import contextlib
import errno
import fcntl
import gzip
import itertools
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection, transaction

from patron.customers.bulk_fields import NAMES
from patron.kernel import bulk_threads

_LINES: Final = 2000  # of a piece
_AHEAD: Final = 4  # pieces
_BEGIN: Final = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""  # whoever reads a pipe may be slow
FORMATS: Final = ("csv", "ndjson")
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP})  # of some file systems of a network
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
_HEADER: Final = ",".join(("pk", "channel", "channel_code", *NAMES, "created_date", "modified_date")) + "\n"
_ROWS: Final = f"SELECT {_COLUMNS} FROM customers_customer WHERE {{piece}} ORDER BY customers_customer.id"  # noqa: S608 -- constants
_COPY: Final = {
    "csv": "COPY ({rows}) TO STDOUT (FORMAT csv)",
    # JSON holds no control character, so none of its characters is doubled or quoted
    "ndjson": "COPY (SELECT row_to_json(r) FROM ({rows}) AS r) TO STDOUT"
    r" (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')",
}
_END: Final = """
SELECT max(id) FROM (SELECT id FROM customers_customer WHERE {piece} ORDER BY id LIMIT {lines}) AS piece
"""


def write(path: Path | None, kind: str, *, channel: int | None, progress: Callable[[int], None]) -> int:
    """Write every customer, or those of one channel; how many customers were written.

    `path`: None for standard output; packed when it ends in .gz, and there only when it is whole. `kind`: csv or
    ndjson. `progress`: told of the customers so far. Must not run inside a transaction. Raises OSError.
    """
    count = 0
    with _output(path) as output, _snapshot() as threads:
        if kind == "csv":
            output.write(_HEADER.encode())
        coming: deque[Future[list[bytes]]] = deque()
        for piece, thread in zip(_pieces(channel), itertools.cycle(threads), strict=False):
            coming.append(thread.submit(_lines, _COPY[kind].format(rows=_ROWS.format(piece=piece))))
            if len(coming) < _AHEAD:
                continue
            count += _put(output, coming.popleft().result())
            progress(count)
        for last in coming:
            count += _put(output, last.result())
    return count


def _put(output: IO[bytes], lines: list[bytes]) -> int:
    output.write(b"".join(lines))
    return len(lines)


@contextlib.contextmanager
def _snapshot() -> Iterator[list[ThreadPoolExecutor]]:
    """Threads whose connections see the database as it is for this one, until the end."""
    with transaction.atomic(), bulk_threads.connected() as threads:
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        for thread in threads:
            thread.submit(_join, name).result()
        yield threads


def _join(snapshot: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")  # ended with the connection
        cursor.execute(_BEGIN)
        cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")


def _pieces(channel: int | None) -> Iterator[str]:
    """What is asked of a customer to be of one piece of the table, each of so many lines."""
    of_channel = "" if channel is None else f"channel_id = {channel:d} AND "
    end: int | None = -(2**63)
    with connection.cursor() as cursor:
        while True:
            rest = f"{of_channel}id > '{end}'"  # in quotes, since the least number is otherwise no bigint
            cursor.execute(_END.format(piece=rest, lines=_LINES))
            (end,) = cursor.fetchone()
            if end is None:
                return
            yield f"{rest} AND id <= '{end}'"


def _lines(statement: str) -> list[bytes]:
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        return list(copy)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[bytes] | Any]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    # what people gave their shop is nobody else's to read on this machine
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        _hold(file, part)
        try:
            file.truncate()  # what an export that was killed has left
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, filename="") as packed:
                    yield packed
            else:
                yield file
            file.flush()
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)  # still ours: what has got its name is not there to be taken away
            raise


def _hold(file: IO[bytes], path: Path) -> None:
    """Keep other exports from it as long as it is open. Raises BlockingIOError where another one has or had it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # what another one has finished in the meantime goes by its own name now
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return
        raise
    raise BlockingIOError(errno.EAGAIN, "another export is writing this file", str(path))
