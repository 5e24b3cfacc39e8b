"""What a message of the contact form carries. Source: user-support-and-conversations, POST Contact Us."""

import unicodedata
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patron.kernel.fields import EmailField
from patron.support.serializers.optional import OrNone

_LARGEST_ID: Final = 2**63 - 1
_BREAKS: Final = ("Cc", "Zl", "Zp")


class LineField(serializers.CharField):
    """One line: a break in it could only be meant for somebody's header."""

    default_error_messages = {"breaks": _("Line breaks and control characters are not allowed here.")}

    def to_internal_value(self, data: Any) -> str:
        line = str(super().to_internal_value(data))
        if any(unicodedata.category(char) in _BREAKS for char in line):
            self.fail("breaks")
        return line


class _OrderField(OrNone, serializers.IntegerField):
    pass


class _FileField(OrNone, serializers.FileField):
    pass


class ContactForm(serializers.Serializer[Any]):
    """`order`, `file` and `operation` may be left out or, as a page sends an empty field, be empty."""

    subject = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID)
    full_name = LineField(max_length=70)
    email = EmailField()
    phone = LineField(max_length=70, required=False, allow_blank=True, allow_null=True)
    message = serializers.CharField(max_length=10_000)
    file = _FileField()
    order = _OrderField(min_value=1, max_value=_LARGEST_ID)
    operation = serializers.CharField(max_length=50, required=False, allow_blank=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Every field, so that what follows asks for none that may be absent."""
        optional = {"file": None, "order": None, "operation": None}
        return optional | attrs | {"phone": attrs.get("phone") or ""}
