"""A customer is made and changed by staff or by the program of a channel.

Source: omnitron-customers, POST, PATCH, PUT; 5-omnitron, Customers.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.db import IntegrityError

from patron.channels.access import Scope
from patron.customers import history, reads
from patron.customers.errors import CodeTaken, Locked, Stale, UnknownChannel
from patron.customers.models import CODE_TAKEN, Change
from patron.customers.reads import CustomerRow
from patron.kernel import clock, events, rows, transactions
from patron.kernel.errors import NotFound

CREATED: Final = "customer.created"
UPDATED: Final = "customer.updated"
OBJECTS: Final = frozenset(
    {"extra_field", "attributes", "attributes_kwargs", "localized_attributes", "localized_attributes_kwargs"}
)
# Field → its PostgreSQL type and what it is when nothing is said.
_FIELDS: Final[dict[str, tuple[str, Any]]] = {
    "email": ("text", ""),
    "first_name": ("text", ""),
    "last_name": ("text", ""),
    "phone_number": ("text", None),
    "erp_code": ("text", None),
    "is_active": ("boolean", False),
    "email_allowed": ("boolean", False),
    "sms_allowed": ("boolean", False),
    "call_allowed": ("boolean", False),
    "gender": ("text", None),
    "user_type": ("text", None),
    "date_of_birth": ("date", None),
    "date_joined": ("timestamptz", None),
    **{name: ("jsonb", {}) for name in sorted(OBJECTS)},
}
FIELDS: Final = tuple(_FIELDS)
# No row is made of a channel that is not there, and none of two parallel ones of a code.
_CREATE: Final = f"""
INSERT INTO customers_customer AS c (channel_id, channel_code, {", ".join(FIELDS)}, created_date, modified_date)
SELECT ch.id, %(channel_code)s, {", ".join(f"%({name})s::{kind}" for name, (kind, _) in _FIELDS.items())},
    %(now)s, %(now)s
FROM (SELECT id FROM channels_channel WHERE id = %(channel)s FOR KEY SHARE) AS ch
RETURNING {reads.COLUMNS}
"""  # noqa: S608 -- constants
_LOCK: Final = f"""
SELECT {reads.COLUMNS} FROM customers_customer c WHERE c.id = %(id)s AND {reads.IN_SCOPE} FOR NO KEY UPDATE
"""  # noqa: S608
_LARGEST_ID: Final = 2**63 - 1


def create(wish: Mapping[str, Any], scope: Scope) -> CustomerRow:
    """A new customer. `wish`: as `serializers.read` gives it, with what is required.

    Raises UnknownChannel, also for another's channel, and CodeTaken.
    """
    channel = wish["channel"]
    if not scope.sees(channel):
        raise UnknownChannel(channel)
    values = {name: _stored(name, wish.get(name, default)) for name, (_, default) in _FIELDS.items()}
    values |= {"channel": channel, "channel_code": wish["channel_code"], "now": clock.now()}

    def work() -> CustomerRow:
        made = rows.written(_CREATE, values)
        if made is None:
            raise UnknownChannel(channel)
        customer = reads.customer(made)
        events.put(CREATED, customer_id=customer.pk, channel_id=channel)
        return customer

    try:
        return transactions.run(work)
    except IntegrityError as error:
        if transactions.constraint_of(error) != CODE_TAKEN:
            raise
        raise CodeTaken from error


def change(
    customer_id: int,
    wish: Mapping[str, Any],
    scope: Scope,
    *,
    staff_id: int | None,
    source: Change.Source = Change.Source.API,
    if_match: str | None = None,
) -> CustomerRow:
    """Set what the wish holds and leave the rest; a wish that changes nothing leaves `modified_date` too.

    `if_match`: the header; the row must be in one of the states it names. Decided while the row is held, so of parallel
    changes of one state one is granted. Raises NotFound, Stale, Locked.
    """

    def work() -> CustomerRow:
        row = rows.one(_LOCK, {"id": min(customer_id, _LARGEST_ID), "channels": scope.parameter})
        if row is None:
            raise NotFound
        before = reads.customer(row)
        if if_match is not None and not _names(if_match, before.etag):
            raise Stale
        if any(name in wish and wish[name] != getattr(before, name) for name in ("channel", "channel_code")):
            raise Locked
        changed = {name: wish[name] for name in FIELDS if name in wish and not _is_same(before, name, wish[name])}
        if not changed:
            return before
        history.record(before.pk, {name: (_shown(before, name), changed[name]) for name in changed}, source, staff_id)
        return _write(before, changed)

    return transactions.run(work)


def alike(one: Any, other: Any) -> bool:
    """Whether two values from JSON are the same to a client, as to PostgreSQL: 1 is 1.0, but not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) or isinstance(other, float):
        # PostgreSQL keeps the digits that stand there: 1e23 is read again as a whole number, which no float equals
        return (
            isinstance(one, int | float) and isinstance(other, int | float) and Decimal(str(one)) == Decimal(str(other))
        )
    return bool(one == other)


def _write(before: CustomerRow, changed: Mapping[str, Any]) -> CustomerRow:
    # FIELDS are words of our own; the names of `changed` are among them
    places = ", ".join(f"{name} = %({name})s" for name in changed)
    after = rows.written(
        f"""
UPDATE customers_customer AS c SET {places}, modified_date = GREATEST(%(now)s, modified_date + interval '1 microsecond')
WHERE id = %(id)s RETURNING {reads.COLUMNS}
""",  # noqa: S608
        {name: _stored(name, value) for name, value in changed.items()} | {"id": before.pk, "now": clock.now()},
    )
    customer = reads.customer(after)
    events.put(UPDATED, customer_id=customer.pk, channel_id=customer.channel, fields=sorted(changed))
    return customer


def _stored(name: str, value: Any) -> Any:
    return msgspec.json.encode(value).decode() if name in OBJECTS else value


def _shown(before: CustomerRow, name: str) -> Any:
    held = getattr(before, name)
    return msgspec.json.decode(held) if name in OBJECTS else held


def _is_same(before: CustomerRow, name: str, value: Any) -> bool:
    return alike(_shown(before, name), clock.iso(value) if isinstance(value, datetime) else value)


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in (each.strip() for each in header.split(","))
