"""Customers by the million: a file into the table beside a bare COPY and upsert of the same rows, and out again."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection

from bench import customers_seed, machine
from bench.load import Spoiled
from patron.customers.bulk_fields import NAMES
from patron.kernel import clock

_PATRON: Final = [sys.executable, "-c", "from patron.config.cli import main; main()"]
_COLUMNS: Final = ("channel_id", "channel_code", *NAMES)
_FILE: Final = f"""
COPY (
    SELECT channel_id AS channel, {", ".join(_COLUMNS[1:])} FROM customers_customer ORDER BY md5(id::text)
) TO STDOUT (FORMAT csv, HEADER)
"""
_STAGE: Final = f"""
CREATE TEMPORARY TABLE floor AS SELECT {", ".join(_COLUMNS)} FROM customers_customer LIMIT 0
"""
_UPSERT: Final = f"""
INSERT INTO customers_customer ({", ".join(_COLUMNS)}, created_date, modified_date)
SELECT {", ".join(_COLUMNS)}, %(now)s, %(now)s FROM floor
ON CONFLICT (channel_code, channel_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in NAMES)},
    modified_date = EXCLUDED.modified_date
"""
_DIGEST: Final = f"""
SELECT count(*), sum(hashtextextended(ROW({", ".join(_COLUMNS)})::text, 0)) FROM customers_customer
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One way of bringing rows in or out. `memory_mb`: the most that the process held, 0 where it is PostgreSQL's."""

    what: str
    rows: int
    seconds: float
    memory_mb: float = 0.0


def measure(folder: Path, count: int) -> Iterator[str]:
    """A shop of `count` customers as a file; the file into an empty table, twice, and out. Raises Spoiled."""
    with machine.on_every_core(_postgres()):
        yield from _measure(folder, count)


def _postgres() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return machine.parent(cursor.fetchone()[0])


def _measure(folder: Path, count: int) -> Iterator[str]:
    customers_seed.plant(count)
    file = folder / "customers.csv"
    _write(file)
    expected = _digest()
    _empty()
    bare = _bare(file, count)
    _expect(expected)
    _empty()
    made = _command("the file into an empty table", folder, count, "import", "customers", str(file))
    _expect(expected)
    again = _command("the same file again, nothing to change", folder, count, "import", "customers", str(file))
    packed = folder / "out.csv.gz"
    out = [
        _command("export, CSV", folder, count, "export", "customers", str(folder / "out.csv")),
        _command("export, NDJSON", folder, count, "export", "customers", str(folder / "out.ndjson")),
        _command("export, CSV, gzipped", folder, count, "export", "customers", str(packed)),
    ]
    yield "Commands and PostgreSQL use whichever core is free:\n"
    yield _report(bare, made, [again, *out])


def _write(file: Path) -> None:
    with file.open("wb") as output, connection.cursor() as cursor, cursor.copy(_FILE) as copy:
        for block in copy:
            output.write(block)


def _bare(file: Path, count: int) -> Found:
    """Nothing but COPY of the file as it is and one upsert of all of it: no cleaning, no history, no going on."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("BEGIN")
        cursor.execute(_STAGE)
        with file.open("rb") as data, cursor.copy("COPY floor FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := data.read(1 << 20):
                copy.write(block)
        cursor.execute(_UPSERT, {"now": clock.now()})
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE floor")
    return Found("bare COPY and INSERT … ON CONFLICT", count, seconds)


def _command(what: str, folder: Path, count: int, *words: str) -> Found:
    with (folder / "bulk.log").open("ab") as log:
        started = time.perf_counter()
        process = subprocess.Popen([*_PATRON, *words], stdout=log, stderr=log, env=os.environ.copy())
    most = _Most(process.pid)
    if process.wait() != 0:
        raise Spoiled(f"patron {words[0]} failed: {(folder / 'bulk.log').read_text()[-500:]}")
    return Found(what, count, time.perf_counter() - started, most.stop())


class _Most:
    """The most memory that a process holds while it lives."""

    def __init__(self, pid: int) -> None:
        self._most = 0.0
        self._pid = pid
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while True:
            try:
                self._most = max(self._most, machine.memory_mb(self._pid))
            except (OSError, ValueError):
                return
            time.sleep(0.1)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET patron.sandbox_reset = 'on'")
        cursor.execute("TRUNCATE customers_customer, customers_change RESTART IDENTITY CASCADE")


def _digest() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST)
        return cursor.fetchone()


def _expect(expected: Any) -> None:
    found = _digest()
    if found != expected:
        raise Spoiled(f"the table does not equal the file: {found} in the place of {expected}")


def _report(bare: Found, made: Found, others: list[Found]) -> str:
    ratio = bare.seconds / made.seconds
    lines = [
        ("many customers at once", "rows", "seconds", "rows/s", "memory", "of the floor", "target"),
        ("---", "---:", "---:", "---:", "---:", "---:", "---"),
        (*_figures(made), f"{ratio:.2f}", "40,000/s, 0.4 of the floor, 200 MB"),
        (*_figures(bare), "", ""),
        *((*_figures(each), "", "100,000/s" if "export" in each.what else "") for each in others),
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _figures(found: Found) -> tuple[str, ...]:
    memory = f"{found.memory_mb:.0f} MB" if found.memory_mb else ""
    return (found.what, f"{found.rows:,}", f"{found.seconds:.1f}", f"{found.rows / found.seconds:,.0f}", memory)
