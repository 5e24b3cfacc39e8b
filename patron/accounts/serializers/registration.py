"""What a registration may carry. Source: 1-shopper, `POST /users/registration/`."""

from typing import Any

from rest_framework import serializers

from patron.kernel.fields import (
    GENDERS,
    AttributesField,
    BirthDateField,
    BooleanField,
    EmailField,
    LanguageField,
    PhoneField,
    Shape,
)


class Registration(Shape):
    """A whole form, or `resend` with as much of it as the client repeats. `username` and unknown keys are ignored."""

    first_name = serializers.CharField(max_length=50)
    last_name = serializers.CharField(max_length=50)
    email = EmailField()
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    confirm = BooleanField(help_text="Whether the shopper agreed to the terms; kept in `attributes`.")
    phone = PhoneField(required=False, allow_null=True, allow_blank=True)
    email_allowed = BooleanField(required=False)
    sms_allowed = BooleanField(required=False)
    call_allowed = BooleanField(required=False, allow_null=True)
    gender = serializers.ChoiceField(GENDERS, required=False, allow_null=True)
    date_of_birth = BirthDateField(required=False, allow_null=True)
    attributes = AttributesField(required=False)
    language_code = LanguageField(required=False)
    code = serializers.CharField(min_length=4, max_length=20, required=False, allow_blank=True)
    resend = BooleanField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        resend = data.get("resend") if hasattr(data, "get") else None
        if isinstance(resend, str | int) and resend in serializers.BooleanField.TRUE_VALUES:
            self.partial = True
        return super().to_internal_value(data)
