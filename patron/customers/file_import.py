"""`patron import customers`: a file of customers into the table, by the key (channel, channel_code).

Source: 5-omnitron, Bulk import and export.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.channels.models import Channel
from patron.customers import bulk_lines, bulk_writing, first_load
from patron.customers.bulk_lines import Packed
from patron.customers.bulk_rows import BadRow, Row, Shape, fault_of, last_of_each
from patron.customers.bulk_writing import By
from patron.customers.models import Change
from patron.kernel import importing
from patron.kernel.file_content import Unreadable
from patron.kernel.importing import Cleaned, Written
from patron.kernel.record_files import Batch, Fault

BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is written, and the records it was made of as they came: (line, record)."""

    packed: Packed
    records: Sequence[tuple[int, Any]]


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
        self.options = {"channel": channel, "names": dict(names or {}), "ignored": sorted(ignored)}

    def open(self, names: list[str] | None) -> None:
        """The columns of a CSV file. Raises Unreadable."""
        self._is_csv = names is not None
        if names is not None:
            self._shape.open(names)

    def clean(self, batch: Batch) -> Cleaned:
        """Rows fit for the table, one a key."""
        rows, wrong = self._rows(batch)
        faults = [*batch.faults, *(fault_of(line, bad, raw) for line, raw, bad in wrong)]
        kept, repeated = last_of_each(rows)
        overridden = _with_records([importing.overridden(*pair) for pair in repeated], batch.rows)
        return Cleaned(_Batch(bulk_lines.pack(kept), batch.rows), faults, overridden, batch.mark)

    def stage(self, batch: _Batch) -> None:
        """Copy them beside the table."""
        if batch.packed.rows:
            bulk_writing.stage(batch.packed)

    def write(self, batch: _Batch, import_id: int | None) -> Written:
        """Upsert them, or say what would become of them. Raises Unreadable where a channel was deleted meanwhile."""
        rows = batch.packed.rows
        if not rows:
            return Written()
        if import_id is not None and not self._is_decided:
            self._is_decided = first_load.leave_out(import_id, len(rows))
        for gone in bulk_writing.hold_channels(rows):
            raise _unknown(gone)
        if import_id is None:
            done = bulk_writing.tally(rows)
        else:
            done = bulk_writing.upsert(
                rows, By(Change.Source.IMPORT, file_import=import_id), in_detail=False, expects_new=self._expects_new
            )
            importing.note_keys(bulk_writing.KEYS, import_id)  # of those that were not refused
            self._expects_new = done.created_count == len(rows)
        return Written(
            done.created_count, done.updated_count, done.unchanged_count, _with_records(_faults(done), batch.records)
        )

    def close(self) -> None:
        """Do what a first load, this one or one that was killed, put off."""
        first_load.put_back()

    def _rows(self, batch: Batch) -> tuple[list[Row], list[tuple[int, Any, BadRow]]]:
        if self._is_csv:
            return self._shape.rows_of_cells(batch.rows)
        rows, wrong = [], []
        for line, record in batch.rows:
            try:
                rows.append(self._shape.row_of_object(line, record))
            except BadRow as bad:
                wrong.append((line, record, bad))
        return rows, wrong


def _unknown(channel: int) -> Unreadable:
    return Unreadable(_("There is no channel %(channel)d.") % {"channel": channel})


def _with_records(faults: Iterable[Fault], records: Sequence[tuple[int, Any]]) -> list[Fault]:
    """The same with each record as it came. Few are at fault, so only these are looked for."""
    by_line = {fault.line: fault for fault in faults}
    return [by_line[line]._replace(raw=record) for line, record in records if line in by_line] if by_line else []


def _faults(done: bulk_writing.Upserted) -> Iterable[Fault]:
    for line in done.without_email:
        yield Fault(line, "email: " + _("This field is required."), None)
    for line, kept in done.merged.items():
        yield Fault(line, merged_text(kept), None)


def merged_text(kept: int) -> str:
    """What is said of a key whose customer was merged into another."""
    return _("This customer was merged into #%(kept)d.") % {"kept": kept}
