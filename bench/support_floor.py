"""The floor of `GET /users/conversations/`: its statement and its answer, with no framework. See `floor`."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

_given = msgspec.json.decode(os.environ["BENCH_FLOOR"])
_LIST: str = _given["statement"]
_NAMES: list[str] = _given["names"]
_HOUR = timedelta(hours=1)
_threads = threading.local()
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One address, its first page."""
    digest = hashlib.sha256(environ["HTTP_COOKIE"].partition("osessionid=")[2][:40].encode()).hexdigest()
    now = datetime.now(UTC)
    known = {"key": digest, "now": now, "seen": now - _HOUR, "limit": 10, "offset": 0}
    row = psycopg.RawCursor(_connection()).execute(_LIST, [known.get(name) for name in _NAMES]).fetchone()
    assert row is not None
    body = b'{"count":%d,"next":null,"previous":null,"results":[' % row[2] + (row[3] or "").encode() + b"]}"
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] | None = getattr(_threads, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)
        _threads.connection = connection
    return connection
