"""Orders in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.kernel.journey_tables import JourneyTable
from patron.kernel.tables import ReadOnlyTable, as_id, link
from patron.orders.entry import ORDERS
from patron.orders.models import Order, OrderItem


class Items(TabularInline):  # type: ignore[misc]
    """The items on their order's page."""

    model = OrderItem
    fields = ("product", "datasource", "status", "price", "delivered_date")
    raw_id_fields = ("product", "datasource")
    extra = 0


@admin.register(Order)
class OrderTable(JourneyTable):
    """Orders with their items."""

    inlines = (Items,)
    list_display = ("id", "number", "channel", "whose", "status", "amount", "currency", "date_placed")
    list_display_links = ("id", "number")
    list_filter = ("channel", ("date_placed", RangeDateTimeFilter))
    list_select_related = ("channel",)
    fields = (
        "number",
        "channel",
        "shopper",
        "status",
        "amount",
        "currency",
        "date_placed",
        "created_at",
        "modified_at",
    )
    readonly_fields = ("created_at", "modified_at")
    raw_id_fields = ("shopper",)
    ordering = ("-date_placed", "-id")
    search_help_text = _("The exact number, or a shopper as #12")

    @admin.display(description=_("shopper"))
    def whose(self, order: Order) -> str:
        """The shopper's page; empty for a guest."""
        return link("accounts_shopper", order.shopper_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper or number."""
        return rows.filter(shopper_id=as_id(words)) if words.startswith("#") else rows.filter(number=words)

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """What the form has checked; its items follow."""
        wish = {name: getattr(obj, name) for name in ORDERS.fields}
        done = ORDERS.change(obj.pk, wish) if change else ORDERS.create(wish)
        obj.pk = obj.id = done.pk
        obj.created_at, obj.modified_at = done.created_at, done.modified_at

    def delete_model(self, request: HttpRequest, obj: Order) -> None:
        """One, with its items."""
        ORDERS.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        for order_id in list(queryset.values_list("pk", flat=True)):
            ORDERS.delete(order_id)


@admin.register(OrderItem)
class OrderItemTable(ReadOnlyTable):
    """Every item; they are edited on their order's page."""

    list_display = ("id", "order_number", "product", "status", "price", "delivered_date")
    list_select_related = ("order", "product")
    list_filter = (("delivered_date", RangeDateTimeFilter),)
    fields = ("order_number", "product", "datasource", "status", "price", "delivered_date")
    ordering = ("-id",)
    search_help_text = _("The exact number of an order")

    @admin.display(description=_("order"))
    def order_number(self, item: OrderItem) -> str:
        """The order's page."""
        return link("orders_order", item.order_id, item.order.number)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By order."""
        return rows.filter(order__number=words)
