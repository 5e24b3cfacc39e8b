"""The database's tables against this code's migrations: what is missing, what a newer Patron left, migrating.

Names are read from the folders and not from the loaded modules, so that a start with nothing to migrate costs one
statement.
"""

import contextlib
import importlib.util
import io
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.recorder import MigrationRecorder

from patron.operations.errors import CannotStart

Name = tuple[str, str]  # app label, migration


@dataclass(frozen=True, slots=True)
class State:
    """`missing`: migrations this code has and the database has not. `unknown`: the other way round."""

    missing: frozenset[Name]
    unknown: frozenset[Name]


@cache
def expected() -> frozenset[Name]:
    """Every migration of the installed apps."""
    return frozenset(
        (config.label, name) for config in apps.get_app_configs() for name in _migrations_in(Path(config.path))
    )


def state() -> State:
    """Compare in one statement. Raises DatabaseError when the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations')")
        if cursor.fetchone()[0] is None:
            return State(missing=expected(), unknown=frozenset())
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    return compare(applied)


def compare(applied: set[Name]) -> State:
    """The state of a database in which `applied` were run."""
    return State(
        missing=expected() - applied,
        unknown=frozenset(name for name in applied - expected() if name not in _optional()),
    )


def refuse_newer() -> None:
    """Raise CannotStart when the database was migrated by a newer Patron."""
    unknown = sorted(state().unknown)
    if unknown:
        raise CannotStart(
            f"The database was migrated by a newer Patron ({unknown[-1][0]}.{unknown[-1][1]} is unknown here): "
            "start that version, or restore a backup of this one's time."
        )


def migrate() -> int:
    """Bring the database up to date and return how many migrations were run.

    Of several starts at once one works and the others wait. Raises CannotStart.
    """
    refuse_newer()
    if not state().missing:
        return 0
    try:
        with _alone():
            missing = len(state().missing)
            with connection.cursor() as cursor:
                # A migration of a large table may take longer than any request is allowed to.
                cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
    except DatabaseError as error:
        raise CannotStart(f"The database could not be migrated ({str(error).splitlines()[0]}).") from error
    finally:
        connection.close()
    return missing


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    # A lock on Django's own table that others of its kind wait for and the migrations themselves do not.
    parameters = connection.get_connection_params()
    for key in ("cursor_factory", "context", "options"):
        parameters.pop(key, None)
    try:
        MigrationRecorder(connection).ensure_schema()
    except MigrationSchemaMissing:
        connection.close()  # another start made it at the same moment
    with psycopg.connect(**parameters) as guard:
        guard.execute("LOCK TABLE django_migrations IN SHARE UPDATE EXCLUSIVE MODE")
        yield


@cache
def _optional() -> frozenset[Name]:
    """Migrations of rooms that are part of Patron and not of this start (the sandbox in production)."""
    names: set[Name] = set()
    for room in settings.ROOMS:
        spec = importlib.util.find_spec(f"patron.{room}")
        for folder in spec.submodule_search_locations or () if spec else ():
            names |= {(room, name) for name in _migrations_in(Path(folder))}
    return frozenset(names)


def _migrations_in(folder: Path) -> list[str]:
    found = pkgutil.iter_modules([str(folder / "migrations")])
    return [module.name for module in found if not module.ispkg and module.name[0] not in "_~"]
