"""Transactions that are tried again, and what a lost connection looks like."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from patron.kernel import transactions


def caused(error: DatabaseError, cause: psycopg.Error) -> DatabaseError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_lost"),
    [
        (caused(OperationalError(), psycopg.OperationalError("connection refused")), True),
        (caused(OperationalError(), psycopg.errors.AdminShutdown()), True),
        (caused(OperationalError(), psycopg.errors.CannotConnectNow()), True),
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), False),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), False),
        (caused(IntegrityError(), psycopg.errors.UniqueViolation()), False),
    ],
    ids=["refused", "shut down", "starting up", "too slow", "deadlock", "unique"],
)
def test_lost_connection(error: DatabaseError, is_lost: bool) -> None:
    """A server that is away or going is told from one that refuses a statement."""
    assert transactions.is_connection_loss(error) is is_lost


@pytest.mark.django_db(transaction=True)
def test_tried_again_for_a_deadlock_alone() -> None:
    """A deadlock is tried again, at most five times in all; another error at once is the caller's."""
    tries: list[int] = []

    def fail(cause: psycopg.Error) -> None:
        tries.append(1)
        raise caused(OperationalError(), cause)

    with pytest.raises(OperationalError):
        transactions.run(lambda: fail(psycopg.errors.DeadlockDetected()))
    assert len(tries) == transactions.MAX_TRIES
    with pytest.raises(OperationalError):
        transactions.run(lambda: fail(psycopg.errors.QueryCanceled()))
    assert len(tries) == transactions.MAX_TRIES + 1


@pytest.mark.django_db(transaction=True)
def test_waiting_at_most() -> None:
    """What takes longer is told apart, what was locked beside it is free again, and one waits on as before."""

    def meet() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            before = cursor.fetchall()
            with pytest.raises(OperationalError) as met, transactions.waiting_at_most("10ms"):
                cursor.execute("LOCK TABLE kernel_settingchange, kernel_counter")
            with transactions.waiting_at_most("10ms"):
                cursor.execute("SELECT 1")
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchall() == before
            cursor.execute("SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'")
            assert cursor.fetchall() == []
        connection.close()
        return transactions.is_held_by_others(met.value)

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as other:
        cursor.execute("LOCK TABLE kernel_counter IN ACCESS SHARE MODE")
        assert other.submit(meet).result(20)
