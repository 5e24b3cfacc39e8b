"""Orders are entered by staff or brought by an import, each with its items or not at all."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from patron.orders.models import NUMBER_TAKEN, NUMBER_TEXT, Order, OrderItem
from patron.reference.records import Records

FIELDS: Final = ("number", "channel_id", "shopper_id", "status", "currency", "amount", "date_placed")

_REFUSED: Final = {
    NUMBER_TAKEN: ("number", NUMBER_TEXT),
    "orders_order_channel_id": ("channel", _("There is no such channel.")),
    "orders_order_shopper_id": ("shopper", _("There is no such shopper.")),
    "orders_orderitem_product_id": ("items", _("There is no such product.")),
    "orders_orderitem_datasource_id": ("items", _("There is no such seller.")),
}


def _set_items(order: Order, data: Mapping[str, Any]) -> None:
    """Put `items` (columns of an OrderItem) in the place of those it had; absent, they stay."""
    if "items" not in data:
        return
    order.items.all().delete()
    OrderItem.objects.bulk_create(OrderItem(order=order, **item) for item in data["items"])


ORDERS: Final = Records(Order, FIELDS, _REFUSED, also=_set_items)
