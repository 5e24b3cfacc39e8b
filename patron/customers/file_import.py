"""`patron import customers`: a file of customers into the table, by the key (channel, channel_code).

Source: 5-omnitron, Bulk import and export.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.channels.models import Channel
from patron.customers import bulk_writing
from patron.customers.bulk_rows import BadRow, Row, Shape, fault_of, last_of_each
from patron.customers.bulk_writing import By
from patron.customers.models import Change
from patron.kernel import importing
from patron.kernel.importing import Cleaned, Written
from patron.kernel.record_files import Batch, Fault, Unreadable

BATCH: Final = 10_000


class CustomerFile:
    """Where the rows of a file of customers go: see `kernel.importing.Target`."""

    kind = "customers"
    batch = BATCH

    def __init__(
        self, *, channel: int | None = None, names: Mapping[str, str] | None = None, ignored: Iterable[str] = ()
    ) -> None:
        """`channel`: of every row, where the file does not say it; `names`: field → column. Raises Unreadable."""
        channels = frozenset(Channel.objects.values_list("pk", flat=True))
        if channel is not None and channel not in channels:
            raise Unreadable(_("There is no channel %(channel)d.") % {"channel": channel})
        self._shape = Shape(channels, channel=channel, names=names, ignored=ignored)
        self.options = {"channel": channel, "names": dict(names or {}), "ignored": sorted(ignored)}

    def open(self, names: list[str] | None) -> None:
        """The columns of a CSV file. Raises Unreadable."""
        if names is not None:
            self._shape.open(names)

    def clean(self, batch: Batch) -> Cleaned:
        """Rows fit for the table, one a key."""
        rows: list[Row] = []
        faults = list(batch.faults)
        for line, record in batch.rows:
            try:
                rows.append(self._row(line, record))
            except BadRow as bad:
                faults.append(fault_of(line, bad, record))
        kept, repeated = last_of_each(rows)
        return Cleaned(kept, faults, [importing.overridden(*pair) for pair in repeated], batch.mark)

    def write(self, rows: list[Row], import_id: int | None) -> Written:
        """Upsert them, or say what would become of them."""
        if not rows:
            return Written()
        bulk_writing.stage(rows)
        if import_id is None:
            done = bulk_writing.tally(rows)
        else:
            importing.note_keys(bulk_writing.KEYS, import_id)
            done = bulk_writing.upsert(rows, By(Change.Source.IMPORT, file_import=import_id), in_detail=False)
        return Written(done.created_count, done.updated_count, done.unchanged_count, list(_faults(done)))

    def _row(self, line: int, record: Any) -> Row:
        if isinstance(record, dict):
            return self._shape.row_of_object(line, record)
        return self._shape.row_of_cells(line, record)


def _faults(done: bulk_writing.Upserted) -> Iterable[Fault]:
    for line in done.without_email:
        yield Fault(line, "email: " + _("This field is required."), None)
    for line, kept in done.merged.items():
        yield Fault(line, merged_text(kept), None)


def merged_text(kept: int) -> str:
    """What is said of a key whose customer was merged into another."""
    return _("This customer was merged into #%(kept)d.") % {"kept": kept}
