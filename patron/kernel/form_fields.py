"""Fields of the console's forms that take in no more than the API does."""

from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from rest_framework.exceptions import ParseError

from patron.kernel import parsing


class JsonField(forms.JSONField):
    """JSON that the database can hold and every client can read.

    The framework's own takes NaN, which is no JSON, and fails on half a surrogate pair and on a thousand levels.
    """

    def to_python(self, value: Any) -> Any:
        """What the text says. Raises ValidationError."""
        if self.disabled or not isinstance(value, str):
            return value
        if value in self.empty_values:
            return None
        try:
            read = msgspec.json.decode(value)
            parsing.refuse_unstorable(read, parsing.MAX_DEPTH)
        except (msgspec.DecodeError, UnicodeError, RecursionError, ParseError):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from None
        # a text is told from JSON that waits to be read
        return super().to_python(value) if isinstance(read, str) else read

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the form shows once more: what cannot be read, as it came."""
        try:
            self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)
