"""Shapes of what is told of a credit account."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.kernel import dynamic
from patron.kernel.fields import BooleanField
from patron.loyalty.credit import MOST


class CreditAccountWish(serializers.Serializer[Any]):
    """`user` or `user_email` says whose it is; the currency is DEFAULT_CURRENCY unless said."""

    number = serializers.RegexField(r"^[!-~]([ -~]{0,62}[!-~])?\Z", required=False, allow_null=True)
    user = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    user_email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    balance = serializers.DecimalField(
        required=False, allow_null=True, max_digits=14, decimal_places=2, max_value=MOST - 1, min_value=1 - MOST
    )
    debit_allowed = BooleanField(required=False, allow_null=True, default=None)
    currency = serializers.CharField(required=False, allow_null=True, max_length=3)

    def validate_currency(self, value: str | None) -> str | None:
        """One of AVAILABLE_CURRENCIES, in any letter case."""
        if value is not None and value.lower() not in dynamic.get("AVAILABLE_CURRENCIES"):
            raise serializers.ValidationError(_("This currency is not available."))
        return value and value.lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("user") is None and not attrs.get("user_email"):
            raise serializers.ValidationError({"user": [_("Say whose account it is: user or user_email.")]})
        return attrs
