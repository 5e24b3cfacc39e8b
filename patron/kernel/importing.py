"""A file goes into a table in batches; killed at any moment and started again, it goes on where it was.

Each batch and the note of how far the file is in the table are one transaction, so a record is never lost and never
counted twice. Three batches are at work at once: see `bulk_threads`.
Source: 5-omnitron, Bulk import and export.
"""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from django.db import connection
from django.utils.translation import gettext as _

from patron.kernel import bulk_threads, clock, import_runs, transactions
from patron.kernel.models import FileImport
from patron.kernel.record_files import Batch, Fault, Mark, Reader
from patron.kernel.refused_rows import RefusedRows

_PART: Final = 10_000
_PATIENCE_SECONDS: Final = 3.0
_NOTE_KEYS: Final = """
INSERT INTO kernel_importedkey (import_id, keys, lines)
SELECT %s, array_agg(k.key), array_agg(k.line) FROM ({rows}) AS k HAVING count(*) > 0
"""
# One sort and no join: nothing is known of the table's statistics, so a join could be planned badly without bound.
_REPEATED: Final = """
SELECT line, later FROM (
    SELECT line, lead(line) OVER (PARTITION BY key ORDER BY line) AS later FROM (
        SELECT unnest(keys) AS key, unnest(lines) AS line FROM kernel_importedkey WHERE import_id = %s
    ) AS noted
) AS pairs WHERE later IS NOT NULL ORDER BY line
"""
State = FileImport.State
Progress = Callable[[FileImport, Reader], None]


@dataclass(slots=True)
class Cleaned:
    """A batch fit to be written: `rows` as `Target.write` takes them. `repeated`: rows that a later one overrides."""

    rows: Any
    faults: list[Fault]
    repeated: list[Fault]
    mark: Mark


@dataclass(slots=True)
class Written:
    """What became of the rows of a batch. `faults`: those that what is in the database speaks against."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


class Target(Protocol):
    """Where the rows go. `options`: what changes the meaning of the same file; `batch`: rows of one transaction.

    `overwrites`: whether a row may change what another file has brought.
    """

    kind: str
    batch: int
    overwrites: bool

    @property
    def options(self) -> Mapping[str, Any]:
        """Plain JSON."""

    def open(self, reader: Reader) -> re.Pattern[str] | None:
        """Look at the columns of a CSV file; what its lines are matched with, if anything. Raises Unreadable."""

    def clean(self, batch: Batch) -> Cleaned:
        """Look at the rows, in a thread that has no database."""

    def stage(self, rows: Any) -> None:
        """Take them to the database, in the transaction in which they will be written.

        The batch before may be being written by another connection: what it needs may not be held, and what it changes
        not be looked at. Where it waits for somebody who waits for this, it is all undone and begun again behind it.
        """

    def write(self, rows: Any, import_id: int | None) -> Written:
        """Write what was staged in the transaction at hand; None: a rehearsal, which changes nothing."""

    def close(self) -> None:
        """All rows are written, or no more will be: put in order what was put off. Outside any transaction."""


def run(target: Target, reader: Reader, refused: Path, *, name: str, progress: Progress, restart: bool) -> FileImport:
    """Import what is left of a file and return the finished run.

    `refused`: where refused rows are written. `name`: what the run is called. `restart`: begin anew though an
    unfinished run is there. Raises Unreadable, Changed, Taken. Must not run inside a transaction.
    """
    plain = target.open(reader)
    wish = {"restart": restart, "overwrites": target.overwrites}
    with import_runs.alone(target.kind, target.options, reader, name, **wish) as current:
        progress(current, reader)
        cleaned = _cleaned(target, reader.batches(target.batch, plain))
        return _run(target, cleaned, RefusedRows(refused, reader.names), current, lambda now: progress(now, reader))


def _run(
    target: Target,
    batches: Iterator[Cleaned],
    rows: RefusedRows,
    current: FileImport,
    progress: Callable[[FileImport], None],
) -> FileImport:
    def put(cleaned: Cleaned, before: Future[FileImport]) -> FileImport:
        def work(seconds: float | None = None) -> FileImport:
            target.stage(cleaned.rows)
            return _put(target, cleaned, before.result(seconds), rows)

        try:
            return transactions.run(lambda: work(_PATIENCE_SECONDS))
        except TimeoutError:
            # the one before may wait for somebody who waits for what was staged, which PostgreSQL cannot see
            wait([before])
            return transactions.run(work)

    try:
        with bulk_threads.connected() as writers:
            coming: deque[Future[FileImport]] = deque()
            latest: Future[FileImport] = Future()
            latest.set_result(current)
            for cleaned, writer in zip(batches, itertools.cycle(writers), strict=False):
                latest = writer.submit(put, cleaned, latest)
                coming.append(latest)
                if len(coming) == len(writers):
                    current = coming.popleft().result()
                    progress(current)
            for last in coming:
                current = last.result()
                progress(current)
    finally:
        target.close()
    return transactions.run(lambda: _finish(current, rows))


def rehearse(target: Target, reader: Reader, refused: Path, *, name: str, progress: Progress) -> FileImport:
    """Do the same and keep nothing but the file of refused rows; the run that is returned is stored nowhere.

    Rows that repeat each other further apart than a batch are not told.
    """
    plain = target.open(reader)
    now = clock.now()
    current = FileImport(kind=target.kind, name=name, started_at=now, modified_at=now)
    rows = RefusedRows(refused, reader.names)
    for cleaned in _cleaned(target, reader.batches(target.batch, plain)):
        written = transactions.run(lambda cleaned=cleaned: _try(target, cleaned))  # type: ignore[misc]
        current.refusals_bytes = rows.put(_in_order(cleaned, written), current.refusals_bytes)
        added = _counts(cleaned, written) | {"position": cleaned.mark.records - current.position}
        current = import_runs.counted(current, added)
        progress(current, reader)
    return current


def note_keys(rows: str, import_id: int, values: Sequence[Any] = ()) -> None:
    """Remember the keys of a batch, by which rows that repeat each other are found at the end.

    `rows`: SQL with `values` that gives `key` (bigint) and `line` of each row.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_KEYS.format(rows=rows), [import_id, *values])


def overridden(line: int, later: int, raw: Any = None) -> Fault:
    """What is said of a row that a later one repeats: the last one counts."""
    return Fault(line, _("Line %(later)d has the same key and counts in its place.") % {"later": later}, raw)


def _try(target: Target, cleaned: Cleaned) -> Written:
    target.stage(cleaned.rows)
    return target.write(cleaned.rows, None)


def _cleaned(target: Target, batches: Iterator[Batch]) -> Iterator[Cleaned]:
    return bulk_threads.ahead(map(target.clean, batches))


def _put(target: Target, cleaned: Cleaned, current: FileImport, rows: RefusedRows) -> FileImport:
    """Write a batch where it is its turn. `current`: the run after the one before. Raises Taken."""
    with connection.cursor() as cursor:
        # what a crash of the server takes back, it takes back together with the note of how far the file is in
        cursor.execute("SET LOCAL synchronous_commit = off")
    import_runs.hold(current)
    written = target.write(cleaned.rows, current.pk)
    length = rows.put(_in_order(cleaned, written), current.refusals_bytes)
    added = _counts(cleaned, written) | {
        "position": cleaned.mark.records - current.position,
        "refusals_bytes": length - current.refusals_bytes,
    }
    return import_runs.advance(current, added, content_bytes=cleaned.mark.content, content_digest=cleaned.mark.digest)


def _finish(current: FileImport, rows: RefusedRows) -> FileImport:
    """Say which rows were overridden by later ones, and note the end."""
    length, count = current.refusals_bytes, 0
    if current.updated_rows or current.unchanged_rows:  # else each row was new, so none repeats another
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        with connection.chunked_cursor() as pairs:  # there may be as many as the file has lines
            pairs.execute(_REPEATED, [current.pk])
            while found := pairs.fetchmany(_PART):
                length = rows.put([overridden(*pair) for pair in found], length)
                count += len(found)
    import_runs.forget_keys([current.pk])
    added = {"repeated_rows": count, "refusals_bytes": length - current.refusals_bytes}
    return import_runs.advance(current, added, state=State.DONE, finished_at=clock.now())


def _in_order(cleaned: Cleaned, written: Written) -> list[Fault]:
    return sorted([*cleaned.faults, *cleaned.repeated, *written.faults], key=lambda fault: fault.line)


def _counts(cleaned: Cleaned, written: Written) -> import_runs.Counts:
    return {
        "created_rows": written.created,
        "updated_rows": written.updated,
        "unchanged_rows": written.unchanged,
        "repeated_rows": len(cleaned.repeated),
        "refused_rows": len(cleaned.faults) + len(written.faults),
    }
