"""What comes in of a customer."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from patron.customers.models import Customer
from patron.kernel.errors import Invalid
from patron.kernel.fields import AttributesField, BooleanField, EmailField


@extend_schema_field({"type": "integer"})
class ChannelField(serializers.Field[int, Any, Any, Any]):
    """The id of a channel, 6 or "6"; whether there is such a one is not looked up here."""

    default_error_messages = {
        "incorrect_type": serializers.PrimaryKeyRelatedField.default_error_messages["incorrect_type"],
        "does_not_exist": serializers.PrimaryKeyRelatedField.default_error_messages["does_not_exist"],
    }

    def to_internal_value(self, data: Any) -> int:
        is_word = isinstance(data, str) and data.isascii() and data.isdigit()
        if isinstance(data, bool) or not (isinstance(data, int) or is_word):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if len(str(data)) > 18 or int(data) < 1:
            self.fail("does_not_exist", pk_value=str(data)[:40])
        return int(data)


class CustomerWish(serializers.Serializer[Any]):
    """The fields of a customer, each with its bounds."""

    email = EmailField()
    channel = ChannelField()
    channel_code = serializers.CharField(max_length=64)
    first_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    phone_number = serializers.CharField(max_length=128, required=False, allow_null=True, allow_blank=True)
    is_active = BooleanField(required=False)
    erp_code = serializers.CharField(max_length=64, required=False, allow_null=True, allow_blank=True)
    extra_field = AttributesField(required=False)
    date_joined = serializers.DateTimeField(required=False, allow_null=True)
    email_allowed = BooleanField(required=False)
    sms_allowed = BooleanField(required=False)
    call_allowed = BooleanField(required=False)
    gender = serializers.ChoiceField(Customer.Gender.choices, required=False, allow_null=True)
    attributes = AttributesField(required=False)
    user_type = serializers.ChoiceField(Customer.UserType.choices, required=False, allow_null=True)
    date_of_birth = serializers.DateField(input_formats=["%Y-%m-%d"], required=False, allow_null=True)
    attributes_kwargs = AttributesField(required=False)
    localized_attributes = AttributesField(required=False)
    localized_attributes_kwargs = AttributesField(required=False)


class MappingWish(serializers.Serializer[Any]):
    """What another system, the one that `integration_type` names, calls a customer."""

    integration_type = serializers.CharField(max_length=64)
    code = serializers.CharField(max_length=255)


REQUIRED: Final = ("email", "channel", "channel_code")
REQUIRED_OF_PUT: Final = (*REQUIRED, "extra_field")
# Asked one by one: a serializer copies all of its fields for every body, which costs more than reading them.
FIELDS: Final[Mapping[str, serializers.Field[Any, Any, Any, Any]]] = CustomerWish._declared_fields


def read(body: Any, required: Collection[str]) -> dict[str, Any]:
    """The known fields of a body, each clean. Raises Invalid by field."""
    clean: dict[str, Any] = {}
    refused: dict[str, list[Any]] = {}
    for name, field in FIELDS.items():
        if name not in body:
            if name in required:
                refused[name] = [field.error_messages["required"]]
            continue
        try:
            clean[name] = field.run_validation(body[name])
        except serializers.ValidationError as error:
            refused[name] = list(error.detail)
    if refused:
        raise Invalid(refused)
    return clean
