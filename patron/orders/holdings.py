"""Which columns of this room hold personal data; see `kernel.personal_data`."""

from patron.kernel.personal_data import Holding, hold
from patron.orders.models import Order, OrderItem


def declare() -> None:
    """Called when the room is ready. Orders stay under the shopper's id alone: ids and totals are the shop's books."""
    bought = frozenset({"number", "channel_id", "status", "currency", "amount", "date_placed"})
    own = frozenset({"id", "shopper_id", "created_at", "modified_at"})
    hold(Holding(model=Order, owner="shopper_id", exported=bought, withheld=own, erased={}, kept=bought | own))
    item = frozenset({"product_id", "status", "price", "delivered_date"})
    keys = frozenset({"id", "order_id", "datasource_id"})
    hold(Holding(model=OrderItem, owner="order__shopper_id", exported=item, withheld=keys, erased={}, kept=item | keys))
