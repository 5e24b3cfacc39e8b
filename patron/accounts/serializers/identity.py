"""What requests about sign-in, password, e-mail, captcha and currency may carry. Source: 1-shopper, Endpoints."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patron.kernel.fields import BooleanField, EmailField, PhoneField, Shape

LONGEST_PASSWORD: Final = 128  # a longer one would only cost time
_MISMATCH: Final = _("The two password fields didn’t match.")  # Django's own text, translated there


class PasswordField(serializers.CharField):
    """A password as it was typed, spaces included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_PASSWORD,
            trim_whitespace=False,
            style={"input_type": "password"},
            write_only=True,
            **kwargs,
        )


class Credentials(Shape):
    """E-mail and password; the storefront sends more, which is ignored."""

    email = EmailField()
    password = PasswordField()


class CodeSignIn(Shape):
    """Step 1 the phone alone, step 2 with the code, or `resend` for another code."""

    phone = PhoneField()
    code = serializers.CharField(min_length=4, max_length=20, required=False, allow_blank=True)
    resend = BooleanField(required=False)


class SignOut(Shape):
    """The CSRF token, for a form that cannot send the header."""

    csrfmiddlewaretoken = serializers.CharField(required=False, allow_blank=True)


class PasswordReset(Shape):
    """A new password, twice."""

    new_password1 = PasswordField()
    new_password2 = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two that differ."""
        if attrs["new_password1"] != attrs["new_password2"]:
            raise serializers.ValidationError({"new_password2": [_MISMATCH]})
        return attrs


class PasswordChange(PasswordReset):
    """The old password and a new one, twice."""

    old_password = PasswordField()


class PasswordForgotten(Shape):
    """Whose password is forgotten."""

    email = EmailField()


class FirstPassword(Shape):
    """A password, twice; also under the names that the other endpoints give it."""

    password1 = PasswordField()
    password2 = PasswordField()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            names = ("password1", "password2")
            data = {name: data[key] for name in names for key in (f"new_{name}", name) if key in data}
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two that differ."""
        if attrs["password1"] != attrs["password2"]:
            raise serializers.ValidationError({"password2": [_MISMATCH]})
        return attrs


class EmailChange(Shape):
    """The new e-mail, twice, and the password. `email_allowed`: the permission for the new address, if it is stated."""

    email = EmailField()
    emailConfirm = EmailField()  # noqa: N815 -- the published name
    password = PasswordField()
    email_allowed = BooleanField(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two that differ."""
        if attrs["email"] != attrs["emailConfirm"]:
            raise serializers.ValidationError({"emailConfirm": [_("The two e-mail addresses do not match.")]})
        return attrs


class CaptchaAnswer(Shape):
    """What the provider's widget gave, under the widget's own name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"g-recaptcha-response": serializers.CharField(max_length=8192)}


class Currency(Shape):
    """A currency by its code, as `usd`."""

    currency_code = serializers.CharField(max_length=10)
