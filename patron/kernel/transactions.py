"""Transactions that are retried when the database asks for it, and broken constraints read back as names."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

import psycopg
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction

MAX_TRIES: Final = 5
_RETRYABLE: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_GONE: Final = frozenset({"57P01", "57P02", "57P03", "08003", "08006"})  # shut down or connection lost

T = TypeVar("T")


def run(work: Callable[[], T]) -> T:
    """Run `work` in one transaction and return what it returns.

    Tried again with jitter, at most five times, when PostgreSQL reports a serialization failure or a deadlock, so
    `work` must change nothing outside the database: outside effects are jobs put in the same transaction.
    Inside an open transaction it joins that one and leaves the retry to the outermost call.
    Raises whatever `work` raises.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with transaction.atomic():
                return work()
        except DatabaseError as error:
            if attempt == MAX_TRIES or sqlstate(error) not in _RETRYABLE:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 -- jitter, not a secret
    raise AssertionError("unreachable: the last try returns or raises")


def sqlstate(error: DatabaseError) -> str | None:
    """The five-character SQLSTATE behind a Django database error, if PostgreSQL gave one."""
    cause = error.__cause__
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that PostgreSQL says was broken."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def is_connection_loss(error: DatabaseError) -> bool:
    """Whether the connection is gone or cannot be made (a restarted server), so that the call can be made anew.

    Trouble of the connection that the server did not word itself (refused, reset, closed) has no SQLSTATE.
    """
    state = sqlstate(error)
    return state in _GONE or (state is None and isinstance(error, OperationalError | InterfaceError))
