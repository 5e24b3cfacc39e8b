"""The PostgreSQL that Patron is given: does it answer, is it new enough, has it the database, does it stay."""

import contextlib
import re
from collections.abc import Iterator
from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from patron.operations.errors import CannotStart

OLDEST: Final = 15
_CONNECT_SECONDS: Final = 5


def check(url: str) -> None:
    """Raise CannotStart unless a PostgreSQL 15 or newer answers at `url` and has the database named there."""
    try:
        with psycopg.connect(make_conninfo(url, connect_timeout=_CONNECT_SECONDS)) as connection:
            major = connection.info.server_version // 10000
    except psycopg.ProgrammingError as error:
        raise CannotStart(f"DATABASE_URL cannot be read ({_first_line(error)}).") from error
    except psycopg.OperationalError as error:
        raise CannotStart(_why(url, error)) from error
    if major < OLDEST:
        raise CannotStart(
            f"The server at DATABASE_URL is PostgreSQL {major}: Patron needs {OLDEST} or newer. "
            "Name another, or unset DATABASE_URL to use the embedded one."
        )


@contextlib.contextmanager
def told(then: str = "") -> Iterator[None]:
    """Raise CannotStart where a command's database is stopped, cut off or full meanwhile. `then`: what to do."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise CannotStart(f"The database does not go on ({_first_line(error)}). {then}".strip()) from error


def create_database(url: str) -> None:
    """Create the database that `url` names unless it is there (the embedded server's, whose superuser we are)."""
    name = str(conninfo_to_dict(url)["dbname"])
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _why(url: str, error: psycopg.OperationalError) -> str:
    name = str(conninfo_to_dict(url).get("dbname") or "")
    if re.search(rf'database "{re.escape(name)}" does not exist', str(error)):
        return f'The server at DATABASE_URL has no database "{name}": create it with `createdb {name}`.'
    return (
        f"The database at DATABASE_URL does not answer ({_first_line(error)}): "
        "start it, correct the address, or unset DATABASE_URL to use the embedded one."
    )


def _first_line(error: Exception) -> str:
    # libpq names the host and the user, never the password
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removeprefix("connection failed: ").rstrip(".") if lines else type(error).__name__
