"""One statement, one row: how what is asked most asks the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.models import Model

from patron.kernel import transactions

M = TypeVar("M", bound=Model)


class Table(Generic[M]):
    """A model's columns for a statement of our own, and its instance from the row that comes back.

    For the few statements of every write: Django builds the text anew at each call, which costs ten times the asking.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        fields = model._meta.concrete_fields
        self.columns = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.width = len(fields)
        self._model = model
        self._names = [field.attname for field in fields]
        self._converters = [
            (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]

    def instance(self, row: Sequence[Any]) -> M:
        """The model's instance; `row` holds the columns, in their order, and nothing else."""
        values = list(row)
        for place, convert in self._converters:
            values[place] = convert(values[place], None, connection)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)


def one(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
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


def _fetch(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
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
