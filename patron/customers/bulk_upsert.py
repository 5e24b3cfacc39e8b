"""`POST /api/v1/customers/bulk_upsert/`: up to 10,000 customers in one call, made or changed by their key.

A row that is refused is refused alone; the others are one transaction, so a call that broke off has done nothing.
Source: 5-omnitron, Customers, Beyond the document.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from patron.channels.access import Scope
from patron.channels.models import Channel
from patron.customers import bulk_lines, bulk_staging, bulk_writing
from patron.customers.bulk_rows import BadRow, Row, Shape, last_of_each, unknown_channel
from patron.customers.bulk_writing import By, Upserted
from patron.customers.file_import import merged_text
from patron.customers.models import Change
from patron.kernel import transactions
from patron.kernel.errors import Invalid

MOST: Final = 10_000
CREATED, UPDATED, UNCHANGED, REPEATED, REFUSED = "created", "updated", "unchanged", "repeated", "refused"


class Outcome(msgspec.Struct, omit_defaults=True):
    """What became of one row. `row`: its place, from 1. `errors` by field, for a refused one alone.

    `repeated`: a later row of the call has the same key; what it does not name is taken from this one.
    """

    row: int
    status: str
    pk: int | None = None
    errors: dict[str, list[str]] = {}


class Outcomes(msgspec.Struct):
    """All of them, in the order of the rows, and how many there are of each."""

    created: int
    updated: int
    unchanged: int
    repeated: int
    refused: int
    results: list[Outcome]


def upsert(records: Sequence[Any], scope: Scope, staff_id: int | None, *, channel: int | None = None) -> Outcomes:
    """Make or change a customer for each record. `channel`: of every row, where the address names it.

    Raises Invalid for more than MOST records, or none.
    """
    if not 1 <= len(records) <= MOST:
        raise Invalid({"non_field_errors": [_("Expected 1 to %(most)d customers.") % {"most": MOST}]})
    shape = Shape(_channels(scope), channel=channel)
    rows: list[Row] = []
    refused: dict[int, dict[str, list[str]]] = {}
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(shape, number, record))
        except BadRow as bad:
            refused[number] = {name: [text] for name, text in bad.fields.items()}
    kept, repeated = last_of_each(rows)
    done, gone = transactions.run(lambda: _write(kept, staff_id)) if kept else (Upserted(), set())
    refused |= {row[0]: {"channel": [unknown_channel(row[2])]} for row in kept if row[2] in gone}
    refused |= {line: {"email": [_("This field is required.")]} for line in done.without_email}
    refused |= {line: {"non_field_errors": [merged_text(into)]} for line, into in done.merged.items()}
    return _told(len(records), done, {line for line, _later in repeated}, refused)


def _channels(scope: Scope) -> frozenset[int]:
    return frozenset(Channel.objects.values_list("pk", flat=True)) if scope.ids is None else scope.ids


def _row(shape: Shape, number: int, record: Any) -> Row:
    if not isinstance(record, dict):
        raise BadRow({"non_field_errors": _("Expected an object.")})
    return shape.row_of_object(number, record, is_strict=False)


def _write(rows: list[Row], staff_id: int | None) -> tuple[Upserted, set[int]]:
    """What became of them, but of those whose channel was deleted meanwhile, which is one of the second."""
    gone = bulk_writing.hold_channels({row[2] for row in rows})
    left = [row for row in rows if row[2] not in gone]
    if not left:
        return Upserted(), gone
    packed = bulk_lines.pack(left)
    bulk_staging.stage(packed)
    return bulk_writing.upsert(packed, By(Change.Source.BULK, staff_id=staff_id), in_detail=True), gone


def _told(count: int, done: Upserted, repeated: set[int], refused: Mapping[int, dict[str, list[str]]]) -> Outcomes:
    results = []
    for number in range(1, count + 1):
        if number in refused:
            results.append(Outcome(number, REFUSED, errors=refused[number]))
        elif number in repeated:
            results.append(Outcome(number, REPEATED))
        else:
            status = CREATED if number in done.created else UPDATED if number in done.updated else UNCHANGED
            results.append(Outcome(number, status, done.ids[number]))
    return Outcomes(done.created_count, done.updated_count, done.unchanged_count, len(repeated), len(refused), results)
