"""The floor of `GET /users/segments/`: its statement and its answer, with no framework. See `floor`.

`BENCH_FLOOR` is a file that holds the statement with its numbered parameters, the values of those that never change
with the places of the four others, and each segment's entry of the list: JSON already, as it is in Patron.
"""

import hashlib
import os
import pickle
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg

_given = pickle.loads(Path(os.environ["BENCH_FLOOR"]).read_bytes())
_OWN_SEGMENTS: str = _given["statement"]
_VALUES: list[Any] = _given["values"]
_PLACES: dict[str, int] = _given["places"]
_LISTED = {pk: msgspec.Raw(entry) for pk, entry in _given["listed"].items()}
_HOUR = timedelta(hours=1)
_threads = threading.local()
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One address."""
    digest = hashlib.sha256(environ["HTTP_COOKIE"].partition("osessionid=")[2][:40].encode()).hexdigest()
    now = datetime.now(UTC)
    values = _VALUES.copy()
    for name, value in (("key", digest), ("now", now), ("seen", now - _HOUR), ("today", now.date())):
        if name in _PLACES:
            values[_PLACES[name]] = value
    row = psycopg.RawCursor(_connection()).execute(_OWN_SEGMENTS, values).fetchone()
    assert row is not None
    body = msgspec.json.encode([_LISTED[pk] for pk in row[3]])
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] | None = getattr(_threads, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)
        _threads.connection = connection
    return connection
