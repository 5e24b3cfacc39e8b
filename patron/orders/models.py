"""Orders and their items. They are only ever imported or entered by staff; nothing is sold here."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patron.accounts.models import Shopper
from patron.channels.models import Channel
from patron.reference.models import Datasource, Product

NUMBER_TAKEN = "orders_order_number"
NUMBER_TEXT = _("There is an order with this number in this channel already.")


class Order(models.Model):
    """What somebody bought at once. `shopper` is null for a guest's. `status`: the shop's own word or number.

    A number is unique in its channel; orders without a channel count as one.
    """

    number = models.CharField(pgettext_lazy("of a record", "number"), max_length=128)
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    shopper = models.ForeignKey(
        Shopper, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("shopper")
    )
    status = models.CharField(_("status"), max_length=20, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    date_placed = models.DateTimeField(_("placed at"))
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "channel"],
                name=NUMBER_TAKEN,
                nulls_distinct=False,
                violation_error_message=NUMBER_TEXT,
            )
        ]
        indexes = [models.Index(fields=["-date_placed", "-id"], name="orders_order_placed")]

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    """One product of an order. `delivered_date` is null until it reached the shopper."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", verbose_name=_("order"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    datasource = models.ForeignKey(
        Datasource, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("seller")
    )
    status = models.CharField(_("status"), max_length=20, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    delivered_date = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order item")
        verbose_name_plural = _("order items")
        indexes = [
            # A review asks whether a product was delivered to the shopper.
            models.Index(
                fields=["product", "order"], name="orders_item_delivered", condition=Q(delivered_date__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
