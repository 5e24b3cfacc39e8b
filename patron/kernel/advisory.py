"""Locks of PostgreSQL that belong to a connection, not to a transaction: given back when it ends, whatever happens."""

import contextlib
import time
from collections.abc import Iterator
from typing import Final

from django.db import connection

_PAUSE_SECONDS: Final = 0.2


@contextlib.contextmanager
def alone(key: int, seconds: float) -> Iterator[bool]:
    """Whether nobody else holds `key` (bigint), waiting so long for another to end. Must not run in a transaction."""
    ends = time.monotonic() + seconds
    while not (is_alone := _said("SELECT pg_try_advisory_lock(%s)", key)) and time.monotonic() < ends:
        time.sleep(_PAUSE_SECONDS)
    holder = connection.connection
    try:
        yield is_alone
    finally:
        if is_alone and connection.connection is holder and not holder.closed:
            _said("SELECT pg_advisory_unlock(%s)", key)


def _said(statement: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return bool(cursor.fetchone()[0])
