"""The history of each customer: who changed what, when, from what to what. Appended in the change's own transaction.

A mapping that comes, changes or goes is told under `mapping`, as an object or null.
That a customer was made is not told here: `created_date` says it. Imports and bulk upserts append theirs by the
statement that changes the rows, see `bulk_writing`.
Source: 5-omnitron, Customers, Beyond the document.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from patron.channels.access import Scope
from patron.customers import reads
from patron.customers.models import Change
from patron.kernel import clock, context, rows

_APPEND: Final = """
INSERT INTO customers_change (customer_id, changed_at, source, staff_id, request_id, "values")
VALUES (%(customer)s, %(now)s, %(source)s, %(staff)s, %(request_id)s, %(values)s::jsonb)
"""
_FORGET: Final = """
UPDATE customers_change SET "values" = '""' WHERE customer_id = ANY (%s::bigint[]) AND "values" <> '""'
"""
_PAGE: Final = """
SELECT h.id, h.changed_at, h.source, CASE WHEN %(sees_all)s OR s.is_restricted THEN s.username END,
    h.file_import, h.request_id, h."values"::text
FROM customers_change AS h LEFT JOIN channels_staff AS s ON s.id = h.staff_id
WHERE h.customer_id = %(customer)s AND h.id < %(before)s ORDER BY h.id DESC LIMIT %(limit)s
"""
PAGE_ROWS: Final = 50
_LARGEST: Final = 2**63 - 1


class Entry(msgspec.Struct):
    """One change. `changes`: field → [old, new]; null where a person was taken out of the history."""

    pk: int
    changed_date: str
    source: str
    staff: str | None
    import_id: int | None
    request_id: str
    changes: msgspec.Raw


class Page(msgspec.Struct):
    """Changes, the newest first. `next`: the number to ask for those before, as `before`."""

    next: int | None
    results: list[Entry]


def record(
    customer_id: int, values: Mapping[str, tuple[Any, Any]], source: Change.Source, staff_id: int | None
) -> None:
    """Append a change of some fields, each (old, new) as JSON has it. Joins the transaction at hand."""
    rows.changed(
        _APPEND,
        {
            "customer": customer_id,
            "now": clock.now(),
            "source": source,
            "staff": staff_id,
            "request_id": context.caller().request_id,
            "values": msgspec.json.encode({name: list(pair) for name, pair in values.items()}, enc_hook=_iso).decode(),
        },
    )


def page(customer_id: int, scope: Scope, before: int | None = None) -> Page:
    """Changes of one customer of the caller's channels, older than number `before`. Raises NotFound.

    Those who see some channels only are not told the names of those who see all.
    """
    reads.one(customer_id, scope)
    asked = {
        "customer": customer_id,
        "before": before or _LARGEST,
        "limit": PAGE_ROWS + 1,
        "sees_all": scope.ids is None,
    }
    entries = [_entry(row) for row in rows.every(_PAGE, asked)]
    following = entries[PAGE_ROWS - 1].pk if len(entries) > PAGE_ROWS else None
    return Page(following, entries[:PAGE_ROWS])


def forget(customer_ids: list[int]) -> None:
    """Take persons out of the history: when, who and where from stay, what the values were goes."""
    rows.changed(_FORGET, (customer_ids,))


def _entry(row: tuple[Any, ...]) -> Entry:
    number, moment, source, staff, import_id, request_id, values = row
    changes = b"null" if values == '""' else _published(values)
    return Entry(number, clock.iso(moment), source, staff, import_id, request_id, msgspec.Raw(changes))


def _published(values: str) -> bytes:
    # what a statement of many rows appended has moments as jsonb writes them
    if '"date_joined"' not in values:
        return values.encode()
    changes = msgspec.json.decode(values)
    if isinstance(pair := changes.get("date_joined"), list):
        changes["date_joined"] = [each and clock.iso(datetime.fromisoformat(each)) for each in pair]
    return msgspec.json.encode(changes)


def _iso(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.iso(value)
    raise TypeError(f"a history cannot hold a {type(value).__name__}")
