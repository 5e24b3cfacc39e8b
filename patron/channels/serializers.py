"""What the staff's own endpoints take in."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from patron.channels import tokens
from patron.kernel import clock


@extend_schema_serializer(component_name="StaffCredentials")
class Credentials(serializers.Serializer[Any]):
    """A username and a password, looked at together."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class TokenWish(serializers.Serializer[Any]):
    """What a token is for, and until when; without `expires_date` it does not expire."""

    name = serializers.CharField(max_length=100)
    expires_date = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_name(self, value: str) -> str:
        """Sign-ins are told from programs by their name."""
        if value.lower() == tokens.LOGIN:
            raise serializers.ValidationError(_("This name is kept for sign-ins."))
        return value

    def validate_expires_date(self, value: datetime | None) -> datetime | None:
        """An end that is past would make a key that never works."""
        if value is not None and value <= clock.now():
            raise serializers.ValidationError(_("Enter a moment in the future."))
        return value
