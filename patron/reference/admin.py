"""Price lists, sellers and products in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from patron.kernel.journey_tables import JourneyTable
from patron.kernel.tables import ReadOnlyTable, as_id
from patron.reference import catalogs, price_lists, products, sellers
from patron.reference.models import Catalog, Datasource, PriceList, Product, ProductImage, StockList
from patron.reference.records import Records


@admin.register(PriceList)
class PriceListTable(JourneyTable):
    """Changed through the journeys, as the API does it."""

    list_display = ("id", "name", "code", "currency", "modified_at")
    list_display_links = ("id", "name")
    list_filter = ("currency",)
    fields = ("name", "code", "currency", "created_at", "modified_at")
    readonly_fields = ("created_at", "modified_at")
    ordering = ("name", "id")
    search_help_text = _("The exact code, or the beginning of a name")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By code, else by name; there are few."""
        by_code = rows.filter(code=words)
        return by_code if by_code.exists() else rows.filter(name__istartswith=words)

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        """What the form has checked."""
        if change:
            price_lists.change(obj.pk, form.cleaned_data)
            return
        made = price_lists.create(form.cleaned_data)
        obj.pk = obj.id = made.pk
        obj.created_at, obj.modified_at = made.created_at, made.modified_at

    def delete_model(self, request: HttpRequest, obj: PriceList) -> None:
        """One."""
        price_lists.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        for price_list_id in list(queryset.values_list("pk", flat=True)):
            price_lists.delete(price_list_id)


class RecordsTable(JourneyTable):
    """Rows that are written as the API writes them."""

    records: ClassVar[Records[Any]]
    readonly_fields = ("created_at", "modified_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What the form has checked."""
        wish = {name: getattr(obj, name) for name in self.records.fields}
        done = self.records.change(obj.pk, wish) if change else self.records.create(wish)
        obj.__dict__.update(done.__dict__)  # what was stored, for the form's rows of other tables

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """One."""
        self.records.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        for row_id in list(queryset.values_list("pk", flat=True)):
            self.records.delete(row_id)


class CodedTable(RecordsTable):
    """Few rows, each with a code."""

    list_display_links = ("id", "name")
    ordering = ("name", "id")
    search_help_text = _("The exact code, or the beginning of a name")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By code, else by name."""
        by_code = rows.filter(code=words)
        return by_code if by_code.exists() else rows.filter(name__istartswith=words)


@admin.register(StockList)
class StockListTable(CodedTable):
    """Stock lists."""

    records = catalogs.STOCK_LISTS
    list_display = ("id", "name", "code", "modified_at")
    fields = ("name", "code", "created_at", "modified_at")


@admin.register(Catalog)
class CatalogTable(CodedTable):
    """Catalogs."""

    records = catalogs.CATALOGS
    list_display = ("id", "name", "code", "price_list", "stock_list", "modified_at")
    list_select_related = ("price_list", "stock_list")
    fields = ("name", "code", "price_list", "stock_list", "created_at", "modified_at")


@admin.register(Datasource)
class DatasourceTable(RecordsTable):
    """Sellers."""

    records = sellers.SELLERS
    list_display = ("id", "name", "title", "supplier_code", "is_active", "modified_at")
    list_display_links = ("id", "name")
    list_filter = ("is_active",)
    ordering = ("name", "id")
    search_help_text = _("The exact supplier code, or the beginning of a name")
    fieldsets = (
        (None, {"fields": ("name", "title", "supplier_code", "slug", "is_active", "price_list", "stock_list")}),
        (_("Contact"), {"fields": ("email", "phone_number", "fax_number", "address", "kep_address")}),
        (_("Registration"), {"fields": ("mersis_number", "trade_association", "extras")}),
        (_("Dates"), {"fields": ("created_at", "modified_at")}),
    )

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By code, else by name; there are few."""
        by_code = rows.filter(supplier_code=words)
        return by_code if by_code.exists() else rows.filter(name__istartswith=words)


class ProductImages(TabularInline):  # type: ignore[misc]
    """The pictures on their product's page."""

    model = ProductImage
    fields = ("image", "order", "width", "height")
    ordering = ("order", "id")
    extra = 0


@admin.register(Product)
class ProductTable(RecordsTable):
    """Products."""

    records = products.PRODUCTS
    inlines = (ProductImages,)
    list_display = ("id", "name", "sku", "is_active", "modified_at")
    list_display_links = ("id", "name")
    list_filter = ("is_active",)
    fields = ("name", "sku", "is_active", "created_at", "modified_at")
    ordering = ("-id",)
    search_help_text = _("A number (#12), or the exact SKU")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number or SKU."""
        return rows.filter(pk=as_id(words)) if words.startswith("#") else rows.filter(sku=words)


@admin.register(ProductImage)
class ProductImageTable(ReadOnlyTable):
    """Every picture; they are edited on their product's page."""

    list_display = ("id", "product", "image", "order", "width", "height")
    list_select_related = ("product",)
    fields = ("product", "image", "order", "width", "height")
    ordering = ("-id",)
