"""What lists of reference data can be searched by."""

from typing import Any, ClassVar

from django_filters import FilterSet

from patron.reference.models import Catalog, Datasource, PriceList, Product, StockList


class PriceListFilters(FilterSet):  # type: ignore[misc]
    """Exact values."""

    class Meta:
        model = PriceList
        fields: ClassVar[dict[str, Any]] = {"code": ["exact"], "currency": ["exact"], "name": ["exact", "startswith"]}


class DatasourceFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a name."""

    class Meta:
        model = Datasource
        fields: ClassVar[dict[str, Any]] = {
            "supplier_code": ["exact"],
            "slug": ["exact"],
            "is_active": ["exact"],
            "price_list": ["exact"],
            "name": ["exact", "startswith"],
        }


class ProductFilters(FilterSet):  # type: ignore[misc]
    """Exact values, several SKUs, and the beginning of a name."""

    class Meta:
        model = Product
        fields: ClassVar[dict[str, Any]] = {
            "sku": ["exact", "in"],
            "is_active": ["exact"],
            "name": ["exact", "startswith"],
        }


class StockListFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a name."""

    class Meta:
        model = StockList
        fields: ClassVar[dict[str, Any]] = {"code": ["exact"], "name": ["exact", "startswith"]}


class CatalogFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and the beginning of a name."""

    class Meta:
        model = Catalog
        fields: ClassVar[dict[str, Any]] = {
            "code": ["exact"],
            "name": ["exact", "startswith"],
            "price_list": ["exact"],
            "stock_list": ["exact"],
        }
