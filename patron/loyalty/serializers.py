"""What requests of the loyalty room may carry. Source: loyalty-card; user-profile-and-segments."""

from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers

from patron.accounts.serializers.profile import ProfileChange
from patron.accounts.serializers.registration import Registration
from patron.kernel.fields import GENDERS, BirthDateField, BooleanField, EmailField, PhoneField

LONGEST_NAME: Final = 30


def is_resend(data: Any) -> bool:
    """Whether a body asks for another code: it need not repeat the rest then."""
    resend = data.get("resend") if hasattr(data, "get") else None
    return isinstance(resend, str | int) and resend in serializers.BooleanField.TRUE_VALUES


class CardUpdate(serializers.Serializer[Any]):
    """What the provider is to hold from now on."""

    phone = PhoneField()
    first_name = serializers.CharField(max_length=LONGEST_NAME)
    last_name = serializers.CharField(max_length=LONGEST_NAME)
    email_allowed = BooleanField(required=False, allow_null=True)
    sms_allowed = BooleanField(required=False, allow_null=True)
    call_allowed = BooleanField(required=False, allow_null=True)
    gender = serializers.ChoiceField(GENDERS)
    date_of_birth = BirthDateField(required=False, allow_null=True)


class CardWish(CardUpdate):
    """Who wants a card."""

    email = EmailField()
    date_of_birth = BirthDateField()


class CardWishWithCode(CardWish):
    """The same, as steps of the phone-code dance: `resend` asks for another code, `code` is the last step."""

    code = serializers.CharField(min_length=4, max_length=20, required=False, allow_blank=True)
    resend = BooleanField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        self.partial = is_resend(data)
        return super().to_internal_value(data)


class AccountSearch(serializers.Serializer[Any]):
    """By what the provider is to find an account."""

    email = EmailField()
    phone = PhoneField(required=False)
    date_of_birth = BirthDateField(required=False)


class ProfileWithLoyaltyChange(ProfileChange):
    """A change of the profile that the card follows: phone and date of birth are always there, but for a resend."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a request without them."""
        missing = [name for name in ("phone", "date_of_birth") if not attrs.get(name)]
        if missing and not attrs.get("resend"):
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing})
        return super().validate(attrs)


class RegistrationWithLoyalty(Registration):
    """A registration with phone, date of birth and the wish for a card."""

    phone = PhoneField()
    date_of_birth = BirthDateField()
    confirm = BooleanField(default=False)
    add_loyalty = BooleanField(required=False)
