"""The floor of the exact e-mail: the statement of `patron.customers.doors` and its answer, with no framework.

See `floor`. `BENCH_FLOOR`: JSON with the statement, its parameters in order and the names of the answer's fields.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import msgspec
import psycopg

_given = msgspec.json.decode(os.environ["BENCH_FLOOR"])
_STATEMENT: str = _given["statement"]
_NAMES: list[str] = _given["names"]
_OBJECTS: list[int] = _given["objects"]
_Row = msgspec.defstruct("Row", _given["fields"])
_Listed = msgspec.defstruct("Listed", ["count", "next", "previous", "results"])
_HOUR = timedelta(hours=1)
_threads = threading.local()
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One address, `?email=`."""
    now = datetime.now(UTC)
    known = {
        "key": hashlib.sha256(environ["HTTP_AUTHORIZATION"][6:].encode()).hexdigest(),
        "now": now,
        "seen": now - _HOUR,
        "email": unquote(environ["QUERY_STRING"].partition("=")[2]),
        "channel": None,
        "limit": 11,
    }
    found = psycopg.RawCursor(_connection()).execute(_STATEMENT, [known[name] for name in _NAMES]).fetchall()
    rows = [_row(list(row[1:])) for row in found if row[1] is not None]
    body = msgspec.json.encode(_Listed(len(rows), None, None, rows))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _row(values: list[Any]) -> Any:
    for place in _OBJECTS:
        values[place] = msgspec.Raw(values[place].encode())
    return _Row(*values)


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] | None = getattr(_threads, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)
        _threads.connection = connection
    return connection
