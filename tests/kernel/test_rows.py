"""How hot reads ask the database."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from patron.kernel import clock, rows
from patron.kernel.models import Counter, SettingChange


@pytest.mark.django_db
def test_one_row() -> None:
    """The first row, or None where there is none."""
    assert rows.one("SELECT %s::int + 1, %s::text", (1, "a")) == (2, "a")
    assert rows.one("SELECT 1 WHERE %s", (False,)) is None


@pytest.mark.django_db
def test_seen_by_those_who_count_statements(django_assert_num_queries: Any) -> None:
    """A test that counts statements counts these."""
    with django_assert_num_queries(1):
        rows.one("SELECT 1", ())


@pytest.mark.django_db
def test_error_is_django_s() -> None:
    """What PostgreSQL refuses comes as Django's error, and the broken transaction refuses what follows."""
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            rows.one("SELECT 1 / %s::int", (0,))
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            rows.one("SELECT 1", ())


@pytest.mark.django_db(transaction=True)
def test_lost_connection() -> None:
    """A read whose connection was ended by the server is asked once more on a new one."""
    before = _end_connection()
    assert rows.one("SELECT pg_backend_pid() <> %s", (before,)) == (True,)


@pytest.mark.django_db(transaction=True)
def test_lost_connection_inside_a_transaction() -> None:
    """Inside a transaction what went before is lost with the connection, so nothing is asked again."""
    with transaction.atomic():
        _end_connection()
        with pytest.raises(DatabaseError):
            rows.one("SELECT 1", ())
        connection.set_rollback(True)


def _end_connection() -> int:
    """Let the server end the connection at hand; the number of its process there."""
    (pid,) = rows.one("SELECT pg_backend_pid()", ()) or ()
    known = connection.get_connection_params()
    with psycopg.connect(**{key: known[key] for key in ("dbname", "user", "host")}, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    return int(pid)


@pytest.mark.django_db
def test_instance_as_from_the_orm() -> None:
    """An instance of a statement of our own has the values Django's would have, JSON and dates included."""
    SettingChange.objects.create(
        name="A", old_value={"a": [1, None]}, new_value=None, source="test", changed_at=clock.now()
    )
    table = rows.Table(SettingChange, "c")
    statement = table.select("WHERE c.name = %s")
    ours, theirs = table.one(statement, ("A",)), SettingChange.objects.get(name="A")
    assert ours is not None
    assert {name: value for name, value in vars(ours).items() if name != "_state"} == {
        name: value for name, value in vars(theirs).items() if name != "_state"
    }
    assert table.one(statement, ("B",)) is None


@pytest.mark.django_db
def test_changed() -> None:
    """Whether a row was met is told, whether or not its values differ."""
    Counter.objects.create(key="A", started_at=clock.now(), hits=1)
    statement = "UPDATE kernel_counter SET hits = %s WHERE key = %s"
    assert rows.changed(statement, (1, "A"))
    assert not rows.changed(statement, (1, "B"))


@pytest.mark.django_db
def test_save() -> None:
    """The named fields are written to the instance's row, and no others."""
    table = rows.Table(Counter, "c")
    for key in ("A", "B"):
        Counter.objects.create(key=key, started_at=clock.now(), hits=1)
    one = Counter.objects.get(key="A")
    was, one.hits, one.started_at = one.started_at, 2, one.started_at - timedelta(hours=1)
    table.save(one, ["hits"])
    assert Counter.objects.values_list("hits", "started_at").get(key="A") == (2, was)
    assert Counter.objects.get(key="B").hits == 1
