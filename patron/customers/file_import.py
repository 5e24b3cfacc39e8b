"""`patron import customers`: a file of customers into the table, by the key (channel, channel_code).

Source: 5-omnitron, Bulk import and export.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.channels.models import Channel
from patron.customers import bulk_lines, bulk_staging, bulk_writing, first_load
from patron.customers.bulk_lines import Packed
from patron.customers.bulk_plain import Found, Plain, PlainLines
from patron.customers.bulk_rows import BadRow, Row, Shape, fault_of, last_of_each
from patron.customers.bulk_writing import By
from patron.customers.models import Change
from patron.kernel import importing
from patron.kernel.file_content import Unreadable
from patron.kernel.importing import Cleaned, Written
from patron.kernel.record_files import Batch, Fault, Reader

BATCH: Final = 10_000
_Keys = set[tuple[int, str]]


@dataclass(slots=True)
class _Batch:
    """What is written, and what it was made of: records as (line, record), and plain lines.

    `is_apart`: no key of it is one of the batch before. `made`: how many customers were made of plain lines already.
    """

    packed: Packed
    records: Sequence[tuple[int, Any]]
    lines: Found
    is_apart: bool
    made: int = 0

    def left(self) -> Packed:
        """What is not in the table yet."""
        return replace(self.packed, plain=None) if self.made else self.packed


class CustomerFile:
    """Where the rows of a file of customers go: see `kernel.importing.Target`."""

    kind = "customers"
    batch = BATCH
    overwrites = True

    def __init__(
        self, *, channel: int | None = None, names: Mapping[str, str] | None = None, ignored: Iterable[str] = ()
    ) -> None:
        """`channel`: of every row, where the file does not say it; `names`: field → column. Raises Unreadable."""
        channels = frozenset(Channel.objects.values_list("pk", flat=True))
        if channel is not None and channel not in channels:
            raise _unknown(channel)
        self._shape = Shape(channels, channel=channel, names=names, ignored=ignored)
        self._is_csv = self._is_decided = self._expects_new = False
        self._plain: PlainLines | None = None
        self._before: _Keys = set()  # of the batch before
        self.options = {"channel": channel, "names": dict(names or {}), "ignored": sorted(ignored)}

    def open(self, reader: Reader) -> re.Pattern[str] | None:
        """The columns of a CSV file, some of whose lines need not be taken apart. Raises Unreadable."""
        self._is_csv = reader.names is not None
        if reader.names is not None:
            self._shape.open(reader.names)
            self._plain = self._shape.plain_lines(reader.delimiter or "")
        return self._plain.pattern if self._plain else None

    def clean(self, batch: Batch) -> Cleaned:
        """Rows fit for the table, one a key."""
        plain, records = self._sorted(batch)
        rows, wrong = self._rows(records)
        keys = _keys(rows, plain)
        if plain and len(keys) < len(rows) + len(plain.codes):  # which of them counts is not for lines to say
            plain, records = None, sorted([*batch.rows, *self._cells(batch.plain)])
            rows, wrong = self._rows(records)
        kept, repeated = last_of_each(rows)
        faults = [*batch.faults, *(fault_of(line, bad, raw) for line, raw, bad in wrong)]
        overridden = _with_records((importing.overridden(*pair) for pair in repeated), records)
        made_of = _Batch(bulk_lines.pack(kept, plain), records, batch.plain, self._before.isdisjoint(keys))
        self._before = keys
        return Cleaned(made_of, faults, overridden, batch.mark)

    def stage(self, batch: _Batch) -> None:
        """Copy them beside the table, or into it where they most likely are all new and wait for nobody's keys."""
        plain, batch.made = batch.packed.plain, 0
        if plain and batch.is_apart and self._is_decided and self._expects_new:
            batch.made = bulk_writing.make_straight(plain)
            self._expects_new = bool(batch.made)
        if left := batch.left():
            bulk_staging.stage(left)

    def write(self, batch: _Batch, import_id: int | None) -> Written:
        """Upsert them, or say what would become of them. Raises Unreadable where a channel was deleted meanwhile."""
        packed = batch.packed
        if not packed:
            return Written()
        if import_id is not None and not self._is_decided:
            self._is_decided = first_load.leave_out(import_id, len(packed))
        for gone in bulk_writing.hold_channels(packed.channels()):
            raise _unknown(gone)
        if import_id is None:
            done = bulk_writing.tally(packed)
        else:
            done = self._upsert(batch, import_id)
            self._expects_new = done.created_count == len(packed)
        faults = _with_records(_faults(done), itertools.chain(batch.records, self._cells(batch.lines)))
        return Written(done.created_count, done.updated_count, done.unchanged_count, faults)

    def close(self) -> None:
        """Do what a first load, this one or one that was killed, put off."""
        first_load.put_back()

    def _upsert(self, batch: _Batch, import_id: int) -> bulk_writing.Upserted:
        """Write what is left, and note the keys of all but those that were refused."""
        done = bulk_writing.Upserted()
        if left := batch.left():
            by = By(Change.Source.IMPORT, file_import=import_id)
            done = bulk_writing.upsert(left, by, in_detail=False, expects_new=self._expects_new)
            importing.note_keys(bulk_staging.KEYS, import_id)
        if batch.made and batch.packed.plain:
            importing.note_keys(bulk_staging.PLAIN_KEYS, import_id, bulk_staging.plain_keys(batch.packed.plain))
            done.created_count += batch.made
        return done

    def _sorted(self, batch: Batch) -> tuple[Plain | None, list[tuple[int, Any]]]:
        """The plain lines, and all others as records."""
        if not self._plain or not batch.plain:
            return None, batch.rows
        plain, others = self._plain.read(batch.plain)
        return plain, sorted([*batch.rows, *others]) if others else batch.rows

    def _cells(self, lines: Found) -> Iterator[tuple[int, list[str]]]:
        return self._plain.cells(lines) if self._plain else iter(())

    def _rows(self, records: Sequence[tuple[int, Any]]) -> tuple[list[Row], list[tuple[int, Any, BadRow]]]:
        if self._is_csv:
            return self._shape.rows_of_cells(records)
        rows, wrong = [], []
        for line, record in records:
            try:
                rows.append(self._shape.row_of_object(line, record))
            except BadRow as bad:
                wrong.append((line, record, bad))
        return rows, wrong


def _unknown(channel: int) -> Unreadable:
    return Unreadable(_("There is no channel %(channel)d.") % {"channel": channel})


def _keys(rows: Iterable[Row], plain: Plain | None) -> _Keys:
    found = {(row[2], row[3]) for row in rows}
    return found.union(zip(plain.channels, plain.codes, strict=True)) if plain else found


def _with_records(faults: Iterable[Fault], records: Iterable[tuple[int, Any]]) -> list[Fault]:
    """The same with each record as it came. Few are at fault, so only these are looked for."""
    found = list(faults)
    lines = {fault.line for fault in found}
    raw = {line: record for line, record in records if line in lines} if found else {}
    return [fault._replace(raw=raw[fault.line]) for fault in found]


def _faults(done: bulk_writing.Upserted) -> Iterable[Fault]:
    for line in done.without_email:
        yield Fault(line, "email: " + _("This field is required."), None)
    for line, kept in done.merged.items():
        yield Fault(line, merged_text(kept), None)


def merged_text(kept: int) -> str:
    """What is said of a key whose customer was merged into another."""
    return _("This customer was merged into #%(kept)d.") % {"kept": kept}
