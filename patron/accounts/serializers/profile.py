"""What a profile change may carry. Source: user-profile-and-segments, PATCH Update User Profile."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.kernel import dynamic
from patron.kernel.fields import (
    GENDERS,
    AttributesField,
    BirthDateField,
    BooleanField,
    LanguageField,
    PhoneField,
    Shape,
)


class ProfileChange(Shape):
    """Every field is optional but those USER_REQUIRED_FIELDS names; what is absent stays as it is."""

    first_name = serializers.CharField(max_length=50, required=False)
    last_name = serializers.CharField(max_length=50, required=False)
    email_allowed = BooleanField(required=False)
    sms_allowed = BooleanField(required=False)
    call_allowed = BooleanField(required=False, allow_null=True)
    gender = serializers.ChoiceField(GENDERS, required=False, allow_null=True)
    date_of_birth = BirthDateField(required=False, allow_null=True)
    phone = PhoneField(required=False)
    attributes = AttributesField(required=False)
    language_code = LanguageField(required=False)
    avatar = serializers.FileField(required=False, allow_null=True)
    code = serializers.CharField(min_length=4, max_length=20, required=False, allow_blank=True)
    resend = BooleanField(required=False)
    end_other_sessions = BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a request that lacks a field USER_REQUIRED_FIELDS names."""
        missing = [name for name in dynamic.get("USER_REQUIRED_FIELDS") if name not in attrs]
        if missing:
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing})
        return attrs
