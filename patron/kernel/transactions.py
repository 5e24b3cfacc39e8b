"""Transactions that are retried when the database asks for it, and broken constraints read back as names.

What a transaction has to write last (its jobs) waits for the end of the work and is written by one statement.
"""

import contextlib
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import psycopg
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction

MAX_TRIES: Final = 5
_RETRYABLE: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_GONE: Final = frozenset({"57P01", "57P02", "57P03", "08003", "08006"})  # shut down or connection lost
_HELD: Final = "55P03"  # what it needs was held by others for as long as one waits

T = TypeVar("T")
Writer = Callable[[list[Any]], None]


class _Open(threading.local):
    """The works this thread is in, the innermost last: how deep in savepoints each began, and what it writes last."""

    def __init__(self) -> None:
        self.works: list[tuple[int, dict[Writer, list[Any]]]] = []


_open: Final = _Open()


def run(work: Callable[[], T]) -> T:
    """Run `work` in one transaction and return what it returns.

    Tried again with jitter, at most five times, when PostgreSQL reports a serialization failure or a deadlock, so
    `work` must change nothing outside the database: outside effects are jobs put in the same transaction.
    Inside an open transaction it joins that one and leaves the retry to the outermost call.
    Raises whatever `work` raises.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return _finish(work)
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with transaction.atomic():
                return _finish(work)
        except DatabaseError as error:
            if attempt == MAX_TRIES or not is_to_retry(error):
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 -- jitter, not a secret
    raise AssertionError("unreachable: the last try returns or raises")


@contextlib.contextmanager
def waiting_at_most(patience: str) -> Iterator[None]:
    """A savepoint in which locks of others are waited for at most so long (as `50ms`), each by itself.

    Where one takes longer, OperationalError is raised, of which `is_held_by_others` says so, and the locks taken
    within are free again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{patience}'")
        yield
        cursor.execute("RESET lock_timeout")


def write_last(writer: Writer, item: Any) -> None:
    """Have `writer` write this item, together with its others, as the last of the work at hand.

    At once where no `run` is open, and inside a savepoint that began within one: what is rolled back with a part of
    the work must not be written at the end of the whole.
    """
    if _open.works and _open.works[-1][0] == _savepoints():
        _open.works[-1][1][writer].append(item)
    else:
        writer([item])


@contextlib.contextmanager
def gathering() -> Iterator[Mapping[Writer, list[Any]]]:
    """What would be written last is gathered, and its writing is the caller's, who has no transaction."""
    waiting: dict[Writer, list[Any]] = defaultdict(list)
    _open.works.append((_savepoints(), waiting))
    try:
        yield waiting
    finally:
        _open.works.pop()


def refuse_open() -> None:
    """Raise RuntimeError inside a transaction: what must be committed before the next step cannot be written there."""
    blocks = connection.atomic_blocks
    # the question Django's `durable` asks, which costs a block to ask
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("A step that must be committed before the next was taken inside a transaction.")


def _finish(work: Callable[[], T]) -> T:
    with gathering() as waiting:
        result = work()
    for writer, items in waiting.items():
        writer(items)
    return result


def _savepoints() -> int:
    """How many the connection is inside of; a block that asked for none stands as None among them."""
    return sum(savepoint is not None for savepoint in connection.savepoint_ids)


def is_to_retry(error: DatabaseError) -> bool:
    """Whether PostgreSQL asks for the transaction to be tried again: it met another one."""
    return sqlstate(error) in _RETRYABLE


def sqlstate(error: DatabaseError) -> str | None:
    """The five-character SQLSTATE behind a Django database error, if PostgreSQL gave one."""
    cause = error.__cause__
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that PostgreSQL says was broken."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def is_held_by_others(error: DatabaseError) -> bool:
    """Whether the wait for others who hold a row or a table took too long."""
    return sqlstate(error) == _HELD


def is_connection_loss(error: DatabaseError) -> bool:
    """Whether the connection is gone or cannot be made (a restarted server), so that the call can be made anew.

    Trouble of the connection that the server did not word itself (refused, reset, closed) has no SQLSTATE.
    """
    state = sqlstate(error)
    return state in _GONE or (state is None and isinstance(error, OperationalError | InterfaceError))
