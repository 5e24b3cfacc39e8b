"""Reference data and the constraints that keep it unambiguous."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CODE_TAKEN = "reference_pricelist_code"
CURRENCY_FORM = "reference_pricelist_currency"
TAKEN_TEXT = _("There is a price list with this code already.")
CURRENCY_TEXT = _("Enter a currency code of three lower-case letters, as usd.")


class PriceList(models.Model):
    """A list of prices in one currency. The prices themselves are kept elsewhere, under `code`."""

    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("code"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [
            models.UniqueConstraint(fields=["code"], name=CODE_TAKEN, violation_error_message=TAKEN_TEXT),
            models.CheckConstraint(
                condition=Q(currency__regex="^[a-z]{3}$"), name=CURRENCY_FORM, violation_error_message=CURRENCY_TEXT
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"
