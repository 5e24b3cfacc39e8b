"""The sandbox's clock: an offset that every process feels within a second.

`kernel.clock.now()` is asked in the middle of transactions, before the tables exist and while the database is away. So
the offset is read over a connection of its own, by one thread at a time, and a reading that fails leaves it as it was.
"""

import os
import threading
import time
from datetime import timedelta
from typing import Final

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from patron.kernel import transactions
from patron.kernel.errors import Invalid

SNAPSHOT_SECONDS: Final = 0.4
PAUSE_SECONDS: Final = 0.9  # after a reading that failed
FARTHEST: Final = 10 * 366 * 86400
_READ: Final = "SELECT seconds FROM sandbox_clockoffset WHERE id = 1"
_MOVE: Final = """
INSERT INTO sandbox_clockoffset AS c (id, seconds) VALUES (1, %(by)s)
ON CONFLICT (id) DO UPDATE SET seconds = c.seconds + EXCLUDED.seconds
WHERE abs(c.seconds + EXCLUDED.seconds) <= %(farthest)s
RETURNING seconds
"""
# What waits for a moment waits for the moved one.
_SHIFT_JOBS: Final = """
UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %(by)s)
WHERE status = 'todo' AND scheduled_at IS NOT NULL
"""
_lock: Final = threading.Lock()
_reader: BaseDatabaseWrapper | None = None
_offset = timedelta(0)
_read_after = float("-inf")


def offset() -> timedelta:
    """How far the clock is moved, at most SNAPSHOT_SECONDS old. Never raises."""
    if time.monotonic() >= _read_after and _lock.acquire(blocking=False):
        try:
            _refresh()
        finally:
            _lock.release()
    return _offset


def move(by: int) -> None:
    """Move the clock by whole seconds, back if negative.

    Jobs that wait (retries) come due with it. Raises Invalid on `advance` when that leads more than ten years away.
    """
    _know(transactions.run(lambda: _moved(by)))


def reset() -> None:
    """Set the clock right."""

    def work() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"{_READ} FOR UPDATE")
            row = cursor.fetchone()
        return _moved(-row[0]) if row else 0

    _know(transactions.run(work))


def _moved(by: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"by": by, "farthest": FARTHEST})
        row = cursor.fetchone()
        if row is None:
            raise Invalid({"advance": [_("The clock can be moved by ten years at most.")]})
        cursor.execute(_SHIFT_JOBS, {"by": by})
    return int(row[0])


def _know(seconds: int) -> None:
    """This process need not read what it wrote; a reading under way, which may be older, is waited for."""
    global _offset, _read_after
    with _lock:
        _offset = timedelta(seconds=seconds)
        _read_after = time.monotonic() + SNAPSHOT_SECONDS


def forget() -> None:
    """Drop what this process knows, so that the next look at the clock reads."""
    global _read_after
    _read_after = float("-inf")


def disconnect() -> None:
    """Close the connection of the readings; the next reading opens another."""
    global _reader
    reader, _reader = _reader, None
    if reader is not None:
        reader.close()


def _refresh() -> None:
    global _reader, _offset, _read_after
    _read_after = time.monotonic() + SNAPSHOT_SECONDS
    if _reader is None:
        _reader = connections.create_connection("default")
        _reader.inc_thread_sharing()
    try:
        with _reader.cursor() as cursor:
            cursor.execute(_READ)
            row = cursor.fetchone()
    except SynchronousOnlyOperation:
        return  # asked in an event loop, where nothing may wait for the database; another thread will read
    except Error:
        _read_after = time.monotonic() + PAUSE_SECONDS
        _reader.close_if_unusable_or_obsolete()
        return
    _offset = timedelta(seconds=row[0] if row else 0)


os.register_at_fork(before=disconnect)  # two processes on one connection would read each other's answers
