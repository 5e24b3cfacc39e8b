"""One statement, a row or a few: how what is asked most asks the database."""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.models import Model
from psycopg.types.datetime import TimestamptzLoader

from patron.kernel import transactions

M = TypeVar("M", bound=Model)
_TIMESTAMPTZ: Final = psycopg.adapters.types["timestamptz"].oid
Written = tuple[str, Sequence[Any]]  # a statement that writes, with its parameters
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")


class Table(Generic[M]):
    """A model's columns for a statement of our own, and its instance from the row that comes back.

    For the few statements of every write: Django builds the text anew at each call, which costs ten times the asking.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        fields = model._meta.concrete_fields
        self._table = f'"{model._meta.db_table}"'
        self._alias = alias
        self._key = model._meta.pk.column
        self.columns = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.width = len(fields)
        self._model = model
        self._fields = {field.attname: field for field in fields}
        self._converters = [
            (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]

    def select(self, rest: str) -> str:
        """A statement for `one`: every column, and `rest` from WHERE on."""
        return f"SELECT {self.columns} FROM {self._table} AS {self._alias} {rest}"  # noqa: S608 -- words of our own

    def one(self, statement: str, parameters: Sequence[Any]) -> M | None:
        """The first instance of a statement that `select` made, or None. Raises DatabaseError."""
        row = one(statement, parameters)
        return None if row is None else self.instance(row)

    def save(self, instance: M, names: Sequence[str], beside: Written | None = None) -> None:
        """Write these fields of an instance (by `attname`) to its row, and `beside` with them. Raises DatabaseError."""
        statement, values = self.saving(instance, names)
        if beside is None:
            changed(statement, values)
        else:
            text, parameters = beside
            changed(f"WITH beside AS ({text}) {statement}", (*parameters, *values))

    def saving(self, instance: M, names: Sequence[str]) -> Written:
        """The same as a statement for somebody to carry out, who may add to its WHERE."""
        fields = [self._fields[name] for name in names]
        places = ", ".join(f'"{field.column}" = %s' for field in fields)
        values = [field.get_db_prep_save(getattr(instance, field.attname), connection) for field in fields]
        statement = f"UPDATE {self._table} SET {places} WHERE {self._key} = %s"  # noqa: S608 -- as above
        return statement, (*values, instance.pk)

    def instance(self, row: Sequence[Any]) -> M:
        """The model's instance; `row` holds the columns, in their order, and nothing else."""
        values = list(row)
        for place, convert in self._converters:
            values[place] = convert(values[place], None, connection)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._fields, values)


class Statement:
    """A statement with named parameters whose placeholders are looked for once, here.

    psycopg looks for them at every call when the text is longer than 4,096 characters or has more than 50 of them,
    which takes as long as all else it does.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._names = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
        numbers = {name: number for number, name in enumerate(self._names, start=1)}
        self._numbered = _PLACEHOLDER.sub(lambda found: f"${numbers[found[1]]}", text)

    def execute(self, connection: psycopg.Connection[Any], parameters: Mapping[str, Any]) -> psycopg.RawCursor[Any]:
        """Ask, past Django."""
        return _cursors.of(connection).raw.execute(self._numbered, [parameters[name] for name in self._names])


def one(statement: str | Statement, parameters: Any) -> tuple[Any, ...] | None:
    """The first row of `statement`, or None.

    `parameters`: a sequence for `%s`, a mapping for `%(name)s` and for a Statement. A read lost with its connection (a
    restarted server) is asked once more on a new one. Raises DatabaseError.
    """
    try:
        return _fetch(statement, parameters)
    except DatabaseError as error:
        if connection.in_atomic_block or not transactions.is_connection_loss(error):
            raise
        connection.close()
        return _fetch(statement, parameters)


def every(statement: str | Statement, parameters: Any) -> list[tuple[Any, ...]]:
    """All rows of `statement`. As `one`."""
    try:
        return list(_execute(statement, parameters).fetchall())
    except DatabaseError as error:
        if connection.in_atomic_block or not transactions.is_connection_loss(error):
            raise
        connection.close()
        return list(_execute(statement, parameters).fetchall())


def written(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The row that `statement`, which writes, returns, or None. Never asked twice. Raises DatabaseError."""
    row: tuple[Any, ...] | None = _execute(statement, parameters).fetchone()
    return row


def changed(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> bool:
    """Whether `statement`, which writes, met a row. As `written`."""
    return bool(_execute(statement, parameters).rowcount)


def plan_for_these_values() -> None:
    """Have PostgreSQL plan each statement of the transaction at hand anew, for the values it has.

    A plan for any values is right where every value finds about as many rows, and wrong for filters.
    """
    one("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)", ())


def _fetch(statement: str | Statement, parameters: Any) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = _execute(statement, parameters).fetchone()
    return row


def _execute(statement: str | Statement, parameters: Any) -> Any:
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.execute_wrappers or wrapper.queries_logged:
        watched = wrapper.cursor()
        watched.execute(statement.text if isinstance(statement, Statement) else statement, parameters)
        return watched
    # Django's cursor costs two thirds of what the statement does, and does what stands here and the lines above.
    wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    with wrapper.wrap_database_errors:
        if isinstance(statement, Statement):
            return statement.execute(wrapper.connection, parameters)
        return _cursors.of(wrapper.connection).plain.execute(statement, parameters)


class _Cursors(threading.local):
    """The two cursors of a thread's connection, made once: to make one costs as much of a core as to use it.

    psycopg's own C code reads their times; Django's Python takes 12 µs for each, a third of a statement. Both give the
    same, since the connection's time zone is UTC. What a cursor read last is kept until it is used again.
    """

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def of(self, connection: psycopg.Connection[Any]) -> "_Cursors":
        if connection is not self._connection:
            self._connection = connection
            self.plain = psycopg.Cursor(connection)
            self.raw = psycopg.RawCursor(connection)
            for cursor in (self.plain, self.raw):
                cursor.adapters.register_loader(_TIMESTAMPTZ, TimestamptzLoader)
        return self


_cursors: Final = _Cursors()
