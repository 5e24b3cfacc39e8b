import pytest
from django.db import connection

from patron.operations import schema
from patron.operations.errors import CannotStart

pytestmark = pytest.mark.django_db


def test_a_migrated_database_lacks_nothing_and_has_nothing_strange() -> None:
    """What the names of the files say agrees with what Django itself applied."""
    assert schema.state() == schema.State(frozenset(), frozenset())
    assert schema.migrate() == 0


def test_a_missing_migration_is_named() -> None:
    """A database of an older Patron."""
    applied = set(schema.expected()) - {("operations", "0001_queue")}
    assert schema.compare(applied).missing == {("operations", "0001_queue")}


def test_a_newer_database_is_refused_with_the_name_of_what_is_new() -> None:
    """An unknown migration of a known room, and one of a room that this code has not."""
    for app, name in (("accounts", "0999_later"), ("delivery", "0001_initial")):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name])
        with pytest.raises(CannotStart, match=name):
            schema.refuse_newer()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = %s AND app = %s", [name, app])


def test_the_sandbox_of_yesterday_does_not_make_a_database_newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Production on a database that was a sandbox knows those migrations although the room is not loaded."""
    without = frozenset(name for name in schema.expected() if name[0] != "sandbox")
    assert without != schema.expected()
    applied = set(schema.expected())
    monkeypatch.setattr(schema, "expected", lambda: without)
    assert not schema.compare(applied).unknown
