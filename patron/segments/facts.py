"""What other rooms say of a shopper, kept where rules can see it.

Events this room hears, and what they carry (`as_of`: ISO moment when it was so; left out, the moment it is heard):

- `loyalty.changed` {shopper_id, points, as_of?}: the points of the card now, a number or its text; null without a card.
- `order.imported` {shopper_id, order_count, order_totals, last_order_date, channels, as_of?}: all orders of the shopper
  as they are now, this one included: how many, the sums by currency ({"try": "1234.50"}), the day of the newest
  (`2024-05-31` or null), the codes of the channels bought in.
- `shopper.registered`, `shopper.changed`, `consent.changed`, `shopper.anonymized` {shopper_id}.

They carry states and not differences, so hearing one twice changes nothing, and older news that comes late is dropped.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.db import connection

from patron.kernel import clock, events, transactions
from patron.segments import standing

SEEN_BY_RULES: Final = ("shopper.registered", "shopper.changed", "consent.changed", "shopper.anonymized")
_numbers: Final = msgspec.json.Encoder(decimal_format="number")
_LOYALTY: Final = """
INSERT INTO segments_facts AS f (shopper_id, order_count, order_totals, channels, loyalty_points, loyalty_as_of)
SELECT id, 0, '{}', '{}', %(points)s::numeric, %(as_of)s
FROM accounts_shopper WHERE id = %(shopper)s AND is_active
ON CONFLICT (shopper_id) DO UPDATE SET
    loyalty_points = EXCLUDED.loyalty_points, loyalty_as_of = EXCLUDED.loyalty_as_of
WHERE f.loyalty_as_of IS NULL OR f.loyalty_as_of <= EXCLUDED.loyalty_as_of
"""
_ORDERS: Final = """
INSERT INTO segments_facts AS f (shopper_id, order_count, order_totals, last_order_date, channels, orders_as_of)
SELECT id, %(count)s, %(totals)s::jsonb, %(last)s::date, %(channels)s::text[], %(as_of)s
FROM accounts_shopper WHERE id = %(shopper)s AND is_active
ON CONFLICT (shopper_id) DO UPDATE SET
    order_count = EXCLUDED.order_count, order_totals = EXCLUDED.order_totals,
    last_order_date = EXCLUDED.last_order_date, channels = EXCLUDED.channels, orders_as_of = EXCLUDED.orders_as_of
WHERE f.orders_as_of IS NULL OR f.orders_as_of <= EXCLUDED.orders_as_of
"""


class OrderFacts(msgspec.Struct):
    """The payload of `order.imported`."""

    shopper_id: int
    order_count: int
    order_totals: dict[str, Decimal]
    last_order_date: date | None
    channels: list[str]
    as_of: datetime | None = None


class LoyaltyFacts(msgspec.Struct):
    """The payload of `loyalty.changed`."""

    shopper_id: int
    points: Decimal | None
    as_of: datetime | None = None


def listen() -> None:
    """Called once, when the room is ready."""
    for event in SEEN_BY_RULES:
        events.listen(event, shopper_changed)
    events.listen("loyalty.changed", loyalty_changed)
    events.listen("order.imported", order_imported)


def shopper_changed(event: str, payload: dict[str, Any]) -> None:
    """Something on the shopper's own row is new."""
    standing.settle(payload["shopper_id"])


def loyalty_changed(event: str, payload: dict[str, Any]) -> None:
    """Points went up or down, or a card came or went."""
    told = msgspec.convert(payload, LoyaltyFacts, strict=False)
    _note(_LOYALTY, told.shopper_id, told.as_of, points=told.points)


def order_imported(event: str, payload: dict[str, Any]) -> None:
    """An order of the shopper came in or was changed."""
    told = msgspec.convert(payload, OrderFacts, strict=False)
    totals = {currency.lower(): total for currency, total in told.order_totals.items()}
    _note(
        _ORDERS,
        told.shopper_id,
        told.as_of,
        count=told.order_count,
        totals=_numbers.encode(totals).decode(),
        last=told.last_order_date,
        channels=told.channels,
    )


def _note(statement: str, shopper_id: int, as_of: datetime | None, **values: Any) -> None:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"shopper": shopper_id, "as_of": as_of or clock.now(), **values})
        standing.settle(shopper_id)

    transactions.run(work)
