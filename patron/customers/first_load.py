"""A table that is filled for the first time: what every row pays for is left out meanwhile and done at once at the end.

These are its indexes, which kept up row by row are most of what a new row costs and built at once a third of that, and
(PostgreSQL 18 and later) the check of the foreign key, which looks at the channel again for each row; the import holds
the channels of a batch itself. The keys stay. Until the end lists of customers read the whole table, which is why it is
done for a table that holds little beside what the file brings. A process that is killed leaves all that to the next
import, or to the worker.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from django.contrib.postgres.indexes import GinIndex
from django.db import OperationalError, connection

from patron.customers.models import Customer
from patron.kernel import advisory, clock, transactions
from patron.kernel.models import FileImport

MANY: Final = 10_000  # rows that a file has brought, from which on the others are counted
FEW: Final = 10_000  # rows that a table may hold besides
_AT_ONCE: Final = 2
_LOCK: Final = 5_042_317  # of everybody who puts back
_WAIT_SECONDS: Final = 1800
_IDLE: Final = timedelta(minutes=10)  # an import that says nothing for so long was killed
_IS_FIRST: Final = """
SELECT CASE
    WHEN made >= %(many)s THEN
        (SELECT count(*) FROM (SELECT FROM customers_customer LIMIT made + %(few)s) AS c) < made + %(few)s
    WHEN %(coming)s >= %(many)s / 2 AND NOT EXISTS (SELECT FROM customers_customer) THEN true
END FROM (SELECT created_rows AS made FROM kernel_fileimport WHERE id = %(import_id)s) AS i
"""
_THERE: Final = """
SELECT c.relname, i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = 'customers_customer'::regclass
"""
_KEYS: Final = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = 'customers_customer'::regclass AND conenforced = %s
"""
_CAN_BE_PUT_OFF: Final = 180000  # version of PostgreSQL
_PATIENCE: Final = "10s"
_BUILDING: Final = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "synchronous_commit": "off",  # what a crash of the server takes back is built again
    "maintenance_work_mem": "'32MB'",  # parts that stay in the cache of a processor are sorted faster than the whole
    "max_parallel_maintenance_workers": "0",  # they need shared memory that small containers do not have
}


def leave_out(import_id: int, coming: int) -> bool:
    """Do it if most of the table comes from this import; whether it is decided, and need not be asked again.

    `coming`: rows of the batch at hand; half of MANY are enough where there are no others. These are counted once: that
    reads as many rows as the file has brought, and they do not become fewer.

    Joins the transaction at hand, as its first step: nothing may read or write customers in it before. Where somebody
    works with the table for long, it is left for the next time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IS_FIRST, {"many": MANY, "few": FEW, "coming": coming, "import_id": import_id})
        is_first = cursor.fetchone()[0]
    if not is_first:
        return is_first is False  # or too little has come to say
    with _unless_locked("1s") as cursor:
        for index in Customer._meta.indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(index.name)}")
        _check_channels(cursor, by_each_row=False)
        return True
    return False


def put_back() -> int:
    """Build the missing indexes, two at a time; how many there were. Nobody writes customers meanwhile.

    Where another process is at it, that is waited for. Must not run inside a transaction. Raises IntegrityError where a
    customer's channel is not there, which takes somebody who deleted it by a statement of their own.
    """
    with advisory.alone(_LOCK, _WAIT_SECONDS) as is_alone:
        missing = _missing() if is_alone else []
        if missing:
            with ThreadPoolExecutor(_AT_ONCE, "patron-index") as threads:
                list(threads.map(_build_in_thread, missing))
        if is_alone:
            _check_all_channels()
    return len(missing)


def put_back_forgotten() -> int:
    """The same for what a killed import left out, while customers are read and written; how many there were.

    But for the look at the channels, which has the table for itself: for some seconds, where it holds millions.
    """
    if FileImport.objects.filter(state=FileImport.State.RUNNING, modified_at__gt=clock.now() - _IDLE).exists():
        return 0
    with advisory.alone(_LOCK, 0) as is_alone:
        missing = _missing() if is_alone else []
        for index in missing:
            _build(index, concurrently=True)
        if is_alone:
            _check_all_channels()
    return len(missing)


def _check_all_channels() -> None:
    """Do it, and for each new row from then on; where somebody reads customers for long, it is left to the worker."""
    with _unless_locked(_PATIENCE) as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        _check_channels(cursor, by_each_row=True)


@contextlib.contextmanager
def _unless_locked(patience: str) -> Iterator[Any]:
    """A cursor for what needs the table for itself. The rest is passed over where somebody has it for longer."""
    try:
        with transactions.waiting_at_most(patience), connection.cursor() as cursor:
            yield cursor
    except OperationalError as error:
        if not transactions.is_held_by_others(error):
            raise


def _check_channels(cursor: Any, *, by_each_row: bool) -> None:
    """Whether each row's channel is looked for when it is written. Beginning with it looks at all that are there."""
    if cursor.connection.info.server_version < _CAN_BE_PUT_OFF:
        return
    cursor.execute(_KEYS, [not by_each_row])
    for (name,) in cursor.fetchall():
        mode = "ENFORCED" if by_each_row else "NOT ENFORCED"
        cursor.execute(f"ALTER TABLE customers_customer ALTER CONSTRAINT {connection.ops.quote_name(name)} {mode}")


def _missing() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_THERE)
        there = dict(cursor.fetchall())
    missing = [index for index in Customer._meta.indexes if not there.get(index.name)]
    return sorted(missing, key=lambda index: not isinstance(index, GinIndex))  # what takes longest begins first


def _build_in_thread(index: Any) -> None:
    try:
        _build(index, concurrently=False)
    finally:
        connection.close()  # the thread's own


def _build(index: Any, *, concurrently: bool) -> None:
    try:
        _build_with_settings(index, concurrently=concurrently)
    except BaseException:
        connection.close()  # and with it the settings
        raise


def _build_with_settings(index: Any, *, concurrently: bool) -> None:
    with connection.cursor() as cursor:
        # an index whose building was broken off is there and of no use
        cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(index.name)}")
        for setting, value in _BUILDING.items():
            cursor.execute(f"SET {setting} = {value}")
        with connection.schema_editor(atomic=False) as editor:
            cursor.execute(str(index.create_sql(Customer, editor, concurrently=concurrently)))
        for setting in _BUILDING:
            cursor.execute(f"RESET {setting}")
