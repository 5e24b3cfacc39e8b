"""One statement, one row: how hot reads ask the database."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections

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
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.execute_wrappers or wrapper.queries_logged:
        with wrapper.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()  # type: ignore[no-any-return]
    # Django's cursor costs two thirds of what the statement does, and does what stands here and the two lines above.
    wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    with wrapper.wrap_database_errors:
        row: tuple[Any, ...] | None = wrapper.connection.execute(statement, parameters).fetchone()
        return row
