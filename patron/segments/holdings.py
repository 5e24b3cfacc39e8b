"""Which columns of this room hold personal data; see `kernel.personal_data`."""

from patron.kernel.personal_data import Holding, hold
from patron.segments.models import Facts, Standing


def declare() -> None:
    """Called when the room is ready. Both tables are made from others' data, so they go with the person."""
    hold(
        Holding(
            model=Facts,
            owner="shopper_id",
            exported=frozenset(
                {
                    "loyalty_points",
                    "loyalty_as_of",
                    "order_count",
                    "order_totals",
                    "last_order_date",
                    "channels",
                    "orders_as_of",
                }
            ),
            withheld=frozenset({"shopper_id"}),
            erased=None,
        )
    )
    hold(
        Holding(
            model=Standing,
            owner="shopper_id",
            exported=frozenset({"available", "chosen_id", "is_manual", "computed_at"}),
            withheld=frozenset({"shopper_id", "version"}),
            erased=None,
        )
    )
