"""What the staff's own endpoints take in."""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from patron.channels import tokens
from patron.channels.models import Channel
from patron.kernel import clock
from patron.kernel.fields import BooleanField

MOST_DOCUMENT_BYTES: Final = 262_144


@extend_schema_serializer(component_name="StaffCredentials")
class Credentials(serializers.Serializer[Any]):
    """A username and a password, looked at together; `code` where the second step is set up."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    code = serializers.CharField(max_length=40, allow_blank=True, default="")


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


@extend_schema_field({"type": "object", "additionalProperties": {}})
class DocumentField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object of at most MOST_DOCUMENT_BYTES."""

    default_error_messages = {"not_a_dict": _("Expected an object."), "too_large": _("The object is too large.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict")
        if len(msgspec.json.encode(data)) > MOST_DOCUMENT_BYTES:
            self.fail("too_large")
        document: dict[str, Any] = data
        return document

    def to_representation(self, value: Any) -> Any:
        return value


class ChannelWish(serializers.Serializer[Any]):
    """A channel. `catalog` is the key of one, or null."""

    name = serializers.CharField(max_length=255)
    channel_type = serializers.ChoiceField(choices=Channel.Type.choices, default=Channel.Type.SALES_CHANNEL)
    catalog = serializers.IntegerField(
        source="catalog_id", min_value=1, max_value=2**63 - 1, allow_null=True, default=None
    )
    is_active = BooleanField(default=True)
    conf = DocumentField(default=dict)
    category_tree = serializers.IntegerField(min_value=1, max_value=2**53 - 1, allow_null=True, default=None)
    schema = DocumentField(default=dict)


def _keys() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=1000, required=False
    )


def _names() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=200), max_length=1000, required=False)


class MemberWish(serializers.Serializer[Any]):
    """A change of a staff member: what is absent stays."""

    username = serializers.CharField(max_length=150, required=False)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, required=False, write_only=True)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    first_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    is_active = BooleanField(required=False)
    is_staff = BooleanField(required=False)
    is_superuser = BooleanField(required=False)
    is_restricted = BooleanField(required=False)
    groups = _keys()
    channels = _keys()
    permissions = _names()


class NewMemberWish(MemberWish):
    """A new staff member: for the API only, with no rights, unless something else is said."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)
    is_staff = BooleanField(default=False)


class GroupWish(serializers.Serializer[Any]):
    """Rights under one name."""

    name = serializers.CharField(max_length=150)
    permissions = _names()
    channels = _keys()
