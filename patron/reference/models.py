"""Reference data and the constraints that keep it unambiguous."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CODE_TAKEN = "reference_pricelist_code"
CURRENCY_FORM = "reference_pricelist_currency"
TAKEN_TEXT = _("There is a price list with this code already.")
CURRENCY_TEXT = _("Enter a currency code of three lower-case letters, as usd.")
STOCK_CODE_TAKEN = "reference_stocklist_code"
STOCK_TAKEN_TEXT = _("There is a stock list with this code already.")
CATALOG_CODE_TAKEN = "reference_catalog_code"
CATALOG_TAKEN_TEXT = _("There is a catalog with this code already.")
SUPPLIER_TAKEN = "reference_datasource_supplier"
SUPPLIER_TEXT = _("There is a seller with this supplier code already.")
SLUG_TAKEN = "reference_datasource_slug"
SLUG_TEXT = _("There is a seller with this slug already.")
SKU_TAKEN = "reference_product_sku"
SKU_TEXT = _("There is a product with this SKU already.")


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


class StockList(models.Model):
    """A stock that is counted for itself. The quantities are kept elsewhere, under `code`."""

    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("code"), max_length=64)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("stock list")
        verbose_name_plural = _("stock lists")
        constraints = [
            models.UniqueConstraint(fields=["code"], name=STOCK_CODE_TAKEN, violation_error_message=STOCK_TAKEN_TEXT)
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Catalog(models.Model):
    """What a channel sells at which prices from which stock. What is sold is kept elsewhere, under `code`."""

    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("code"), max_length=64)
    price_list = models.ForeignKey(
        PriceList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("price list")
    )
    stock_list = models.ForeignKey(
        StockList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stock list")
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name=CATALOG_CODE_TAKEN, violation_error_message=CATALOG_TAKEN_TEXT
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Datasource(models.Model):
    """A seller: who sells through the shop and answers its shoppers. What was not given is null, as it is published."""

    name = models.CharField(_("name"), max_length=255)
    title = models.CharField(_("title"), max_length=255)
    slug = models.CharField(_("slug"), max_length=255, null=True, blank=True)
    supplier_code = models.CharField(_("supplier code"), max_length=64)
    is_active = models.BooleanField(_("active"), default=True)
    email = models.CharField(_("e-mail"), max_length=254, null=True, blank=True)
    phone_number = models.CharField(_("phone"), max_length=128, null=True, blank=True)
    fax_number = models.CharField(_("fax"), max_length=128, null=True, blank=True)
    address = models.CharField(_("address"), max_length=1000, null=True, blank=True)
    kep_address = models.CharField(_("registered e-mail (KEP)"), max_length=254, null=True, blank=True)
    mersis_number = models.CharField(_("MERSIS number"), max_length=64, null=True, blank=True)
    trade_association = models.CharField(_("trade association"), max_length=255, null=True, blank=True)
    price_list = models.ForeignKey(
        PriceList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("price list")
    )
    stock_list = models.ForeignKey(
        StockList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("stock list")
    )
    extras = models.JSONField(_("extras"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier_code"], name=SUPPLIER_TAKEN, violation_error_message=SUPPLIER_TEXT
            ),
            models.UniqueConstraint(fields=["slug"], name=SLUG_TAKEN, violation_error_message=SLUG_TEXT),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What orders, questions and reviews are about. Prices and stock are kept elsewhere, under `sku`."""

    sku = models.CharField(_("SKU"), max_length=64)
    name = models.CharField(_("name"), max_length=255)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["sku"], name=SKU_TAKEN, violation_error_message=SKU_TEXT)]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class ProductImage(models.Model):
    """A picture of a product: the path under which the shop's own storage serves it, and its size in pixels."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images", verbose_name=_("product"))
    image = models.CharField(_("image"), max_length=255)
    order = models.PositiveSmallIntegerField(_("position"), default=0)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)

    class Meta:
        verbose_name = _("product image")
        verbose_name_plural = _("product images")

    def __str__(self) -> str:
        return self.image
