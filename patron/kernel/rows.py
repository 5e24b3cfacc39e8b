"""One statement, one row: how hot reads ask the database."""

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection

from patron.kernel import transactions


def one(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of `statement`, or None.

    A read lost with its connection (a restarted server) is asked once more on a new one. Raises DatabaseError.
    """
    try:
        return _fetch(statement, parameters)
    except DatabaseError as error:
        if connection.in_atomic_block or not transactions.is_connection_loss(error):
            raise
        connection.close()
        return _fetch(statement, parameters)


def _fetch(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
