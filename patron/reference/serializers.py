"""What staff may say of reference data."""

from typing import Any, Final

from rest_framework import serializers

from patron.kernel.fields import AttributesField, BooleanField, EmailField
from patron.reference.models import CURRENCY_TEXT

MOST_IMAGES: Final = 50


class PriceListWish(serializers.Serializer[Any]):
    """A price list; `currency` as `usd`."""

    name = serializers.CharField(max_length=255)
    code = serializers.CharField(max_length=64)
    currency = serializers.RegexField(r"^[a-z]{3}\Z", error_messages={"invalid": CURRENCY_TEXT})


class DatasourceWish(serializers.Serializer[Any]):
    """A seller. `price_list` and `stock_list` are keys or null; what is not known may be null or left out."""

    name = serializers.CharField(max_length=255)
    title = serializers.CharField(max_length=255)
    supplier_code = serializers.CharField(max_length=64)
    slug = serializers.SlugField(max_length=255, allow_null=True, default=None)
    is_active = BooleanField(default=True)
    email = EmailField(allow_null=True, default=None)
    phone_number = serializers.CharField(max_length=128, allow_null=True, default=None)
    fax_number = serializers.CharField(max_length=128, allow_null=True, default=None)
    address = serializers.CharField(max_length=1000, allow_null=True, default=None)
    kep_address = serializers.CharField(max_length=254, allow_null=True, default=None)
    mersis_number = serializers.CharField(max_length=64, allow_null=True, default=None)
    trade_association = serializers.CharField(max_length=255, allow_null=True, default=None)
    price_list = serializers.IntegerField(
        source="price_list_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
    stock_list = serializers.IntegerField(
        source="stock_list_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
    extras = AttributesField(default=dict)


class ProductImageWish(serializers.Serializer[Any]):
    """A picture of a product, by the path the shop's own storage serves it under."""

    image = serializers.CharField(max_length=255)
    order = serializers.IntegerField(min_value=0, max_value=32767, default=0)
    height = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)
    width = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)


class ProductWish(serializers.Serializer[Any]):
    """A product; `product_images` takes the place of all it had."""

    sku = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=255)
    is_active = BooleanField(default=True)
    product_images = serializers.ListField(child=ProductImageWish(), required=False, max_length=MOST_IMAGES)


class StockListWish(serializers.Serializer[Any]):
    """A stock list."""

    name = serializers.CharField(max_length=255)
    code = serializers.CharField(max_length=64)


class CatalogWish(serializers.Serializer[Any]):
    """A catalog. `price_list` and `stock_list` are keys, or null."""

    name = serializers.CharField(max_length=255)
    code = serializers.CharField(max_length=64)
    price_list = serializers.IntegerField(
        source="price_list_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
    stock_list = serializers.IntegerField(
        source="stock_list_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
