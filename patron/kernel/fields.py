"""Shapes that several rooms take in."""

import math
import re
import threading
import unicodedata
from datetime import date
from functools import cached_property
from typing import Any, Final

import msgspec
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.fields import empty

from patron.kernel import clock, dynamic, languages, parsing

MAX_ATTRIBUTES_BYTES: Final = 16_384
GENDERS: Final = ("male", "female", "unknown")


class Shape(serializers.Serializer[Any]):
    """A serializer whose fields are made once a thread, where the framework makes them for each request.

    Making the fifteen of a profile's change took a sixth of all it costs. Two of one class must not be used in turns by
    one thread: the fields belong to the one that asked for them last.
    """

    @cached_property
    def fields(self) -> Any:
        made = _thread.made.get(type(self))
        if made is None:
            made = _thread.made[type(self)] = super().fields
        for field in made.values():
            field.parent = self
        return made


class _Thread(threading.local):
    def __init__(self) -> None:
        self.made: dict[type[Shape], Any] = {}


_thread: Final = _Thread()


class BooleanField(serializers.BooleanField):
    """True or false. Absent from a form it is absent, as from JSON: a caller is a program, which leaves out what stays.

    To the framework a form without it is a person's, who has not ticked its box.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.default_empty_html = empty


class EmailField(serializers.EmailField):
    """An e-mail that can be written to; its letter case is kept.

    Django's check ignores case by regular expression, so that it takes `İ` and the Kelvin sign for ASCII letters, and
    its domain may hold characters that cannot be seen.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        email = str(super().to_internal_value(data))
        local, _at, domain = email.rpartition("@")
        if not local.isascii() or not all(unicodedata.category(char)[0] in "LMN" or char in "-." for char in domain):
            self.fail("invalid")
        return email


class PhoneField(serializers.CharField):
    """A phone that matches USER_PHONE_REGEX and can be read as a number; kept as it was given."""

    default_error_messages = {"invalid": _("Enter a valid phone number.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        from patron.kernel import phones

        phone = str(super().to_internal_value(data))
        # ASCII: a storefront holds the phone against the same expression, and its \d knows no other digits
        matches = phone.isascii() and re.search(dynamic.get("USER_PHONE_REGEX"), phone)
        if not matches or not phones.e164(phone, dynamic.get("DEFAULT_PHONE_REGION")):
            self.fail("invalid")
        return phone


class BirthDateField(serializers.DateField):
    """A past date after 1900."""

    default_error_messages = {"past": _("Enter a past date after 1900.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, value: Any) -> date:
        born: date = super().to_internal_value(value)
        if not date(1900, 1, 1) < born < clock.now().date():
            self.fail("past")
        return born


class LanguageField(serializers.CharField):
    """A language Patron speaks, with or without a region; kept in lower case."""

    default_error_messages = {"unknown": _("This language is not supported.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = str(super().to_internal_value(data)).lower().replace("_", "-")
        if languages.base(code) is None or not re.fullmatch(r"[a-z]{2}(-[a-z0-9]{2,8})?", code):
            self.fail("unknown")
        return code


def is_too_large(attributes: dict[str, Any]) -> bool:
    """Whether attributes, a shopper's own or all of one together, are more than 16 KB as they are stored."""
    # jsonb writes a number with all its digits, 309 for 1e308
    return len(msgspec.json.encode(attributes)) + _hidden_digits(attributes) > MAX_ATTRIBUTES_BYTES


def _hidden_digits(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_hidden_digits, value.values()))
    if isinstance(value, list):
        return sum(map(_hidden_digits, value))
    return abs(int(math.log10(abs(value)))) if isinstance(value, float) and value else 0


@extend_schema_field({"type": "object", "additionalProperties": {}})
class AttributesField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object of at most 16 KB; in a form, its text."""

    default_error_messages = {
        "not_a_dict": _("Expected an object."),
        "too_large": _("The attributes are too large."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, str):
            try:
                data = parsing.json_object(data.encode())
            except (ParseError, UnicodeEncodeError):
                self.fail("not_a_dict")
        if not isinstance(data, dict):
            self.fail("not_a_dict")
        if is_too_large(data):
            self.fail("too_large")
        return data

    def to_representation(self, value: Any) -> Any:
        return value
