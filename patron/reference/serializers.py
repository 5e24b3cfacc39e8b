"""What staff may say of reference data."""

from typing import Any

from rest_framework import serializers

from patron.reference.models import CURRENCY_TEXT


class PriceListWish(serializers.Serializer[Any]):
    """A price list; `currency` as `usd`."""

    name = serializers.CharField(max_length=255)
    code = serializers.CharField(max_length=64)
    currency = serializers.RegexField(r"^[a-z]{3}\Z", error_messages={"invalid": CURRENCY_TEXT})
