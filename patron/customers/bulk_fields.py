"""What a customer's fields take in when many come at once: from text (CSV) and from JSON, without a serializer.

A serializer costs 0.3 ms a row, these functions some microseconds, and a column of thousands of cells less than one a
cell. They hold values to the bounds of the API's own serializer and say what it says of those beyond. Of the forms of
a value they know fewer (a day is YYYY-MM-DD), and to them an empty text is no value where a field may have none.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any, Final

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.exceptions import ValidationError as Unfit

from patron.kernel import parsing
from patron.kernel.fields import MAX_ATTRIBUTES_BYTES, EmailField, is_too_large

Clean = Callable[[Any], Any]
CleanColumn = Callable[[Sequence[str]], list[Any] | None]
KEY: Final = ("channel", "channel_code")
# Enough to know most addresses for good ones; of the others the API's own check decides.
_PLAIN_EMAIL: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]{1,40}\.){1,4}[A-Za-z]{2,20}")
_EMAIL: Final = EmailField()
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS: Final[dict[Any, bool]] = {
    **dict.fromkeys(("true", "True", "TRUE", "1", "t", "T", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0", "f", "F", "n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_PLAIN_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00(?::00)?)", re.ASCII)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_EXPONENT: Final = re.compile(r"\d[eE]")
_SHORT: Final = MAX_ATTRIBUTES_BYTES // 110  # 9e308, the most, is four characters with its comma and 309 digits


class BadValue(ValueError):
    """A value that its field does not take; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `from_text` and `from_json` clean a value or raise BadValue; `sql` is its PostgreSQL type.

    `from_texts` cleans all cells at once, or gives None where some have to be looked at one by one. `empty`: what an
    empty cell means, and what a new row holds where nothing was said; `is_needed`: an empty cell is a fault.
    """

    name: str
    sql: str
    from_text: Clean
    from_json: Clean
    from_texts: CleanColumn
    empty: Any
    is_needed: bool = False

    def column(self, cells: Sequence[str], bad: set[int]) -> list[Any]:
        """What the cells mean. The places of those that have a fault are added to `bad`, and hold None."""
        found = self.from_texts(cells)
        return self._each(cells, bad) if found is None else found

    def _each(self, cells: Sequence[str], bad: set[int]) -> list[Any]:
        values = []
        for place, cell in enumerate(cells):
            try:
                values.append(self.from_text(cell) if cell or self.is_needed else self.empty)
            except BadValue:
                bad.add(place)
                values.append(None)
        return values


def _text(longest: int, value: str) -> str:
    value = value.strip()
    if len(value) > longest:
        raise BadValue(_("Ensure this field has no more than %(most)d characters.") % {"most": longest})
    if "\x00" in value:
        raise BadValue(_("Null characters are not allowed."))
    return value


def _texts(longest: int, empty: str | None, cells: Sequence[str]) -> list[Any] | None:
    values = list(map(str.strip, cells))
    if len(max(values, key=len)) > longest or "\x00" in "".join(values):
        return None
    if empty is None and "" in cells:
        return [value if cell else None for cell, value in zip(cells, values, strict=True)]
    return values


def _needed_texts(longest: int, cells: Sequence[str]) -> list[Any] | None:
    values = _texts(longest, "", cells)
    return None if values is None or "" in values else values


def _json_text(longest: int, value: Any) -> str:
    if type(value) is str:
        return _text(longest, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _text(longest, str(value))
    raise BadValue(_("Not a valid string.") if value is not None else _("This field may not be null."))


def _nullable(clean: Clean, value: Any) -> Any:
    return None if value is None else clean(value)


def _needed(clean: Clean, value: Any) -> Any:
    cleaned = clean(value)
    if cleaned == "":
        raise BadValue(_("This field may not be blank."))
    return cleaned


def _email(value: str) -> str:
    value = value.strip()
    if len(value) <= 254 and _PLAIN_EMAIL.fullmatch(value):
        return value
    try:
        if not value:
            raise BadValue(_("This field may not be blank."))
        validate_email(value)
        return str(_EMAIL.run_validation(value))
    except (ValidationError, Unfit) as error:
        detail = error.messages if isinstance(error, ValidationError) else error.detail
        raise BadValue(str(next(iter(detail)))) from error


def _emails(cells: Sequence[str]) -> list[Any] | None:
    values = _texts(254, "", cells)
    return values if values is not None and all(map(_PLAIN_EMAIL.fullmatch, values)) else None


def _json_email(value: Any) -> str:
    return _email(value if type(value) is str else _json_text(254, value))


def _flag(value: Any) -> bool:
    if type(value) is bool:
        return value
    try:
        return _FLAGS[value if type(value) is str else str(value)]
    except KeyError:
        raise BadValue(_("This field may not be null.") if value is None else _("Must be a valid boolean.")) from None


def _among(known: dict[str, Any], cells: Sequence[str]) -> list[Any] | None:
    return [known[cell] for cell in cells] if known.keys() >= set(cells) else None


def _choice(options: tuple[str, ...], value: Any) -> str | None:
    if value in options:
        return str(value)
    if value is None or value == "":
        return None
    raise BadValue(_('"%(value)s" is not a valid choice.') % {"value": str(value)[:50]})


def _day(value: Any) -> str | None:
    """As text, which COPY reads; PostgreSQL's dates are wider than Python's, so a date of Python's will do."""
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise BadValue(
            _("Date has wrong format. Use one of these formats instead: %(format)s.") % {"format": "YYYY-MM-DD"}
        ) from None
    return value


@lru_cache(maxsize=50_000)  # more than there are birthdays
def _known_day(cell: str) -> str | None:
    return _day(cell)


def _all(clean: Clean, cells: Sequence[str]) -> list[Any] | None:
    try:
        return list(map(clean, cells))
    except BadValue:
        return None


def _moment(value: Any) -> str | None:
    """As text in UTC, which COPY reads."""
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str) or len(value) < 10:
            raise ValueError
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            found, value = found.replace(tzinfo=UTC), value + "Z"
        # to write it anew takes three times as long as to read it
        return value if _PLAIN_MOMENT.fullmatch(value) else found.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        text = _("Datetime has wrong format. Use one of these formats instead: %(format)s.")
        raise BadValue(text % {"format": "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"}) from None


def _object_text(value: str) -> str:
    if value in ("{}", ""):
        return "{}"
    if len(value) > MAX_ATTRIBUTES_BYTES:
        raise BadValue(_("The attributes are too large."))
    try:
        return _object(_OBJECT.decode(value))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadValue(_("Expected an object.")) from None


def _object(value: Any) -> str:
    if value == {}:
        return "{}"
    if not isinstance(value, dict):
        raise BadValue(_("Expected an object.") if value is not None else _("This field may not be null."))
    try:
        parsing.refuse_unstorable(value, parsing.MAX_DEPTH)
    except ParseError as error:
        raise BadValue(str(error.detail)) from error
    if is_too_large(value):
        raise BadValue(_("The attributes are too large."))
    return msgspec.json.encode(value).decode()


def _objects(cells: Sequence[str]) -> list[Any] | None:
    try:
        return ["{}" if cell in ("{}", "") else _plain_object(cell) for cell in cells]
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def _plain_object(cell: str) -> str:
    # nothing that cannot be stored comes without an escape, no depth without brackets, and no number of many digits in
    # few characters without an exponent, of which a short cell has not enough
    if "\\" in cell or len(cell) > MAX_ATTRIBUTES_BYTES // 4 or cell.count("{") + cell.count("[") >= parsing.MAX_DEPTH:
        raise msgspec.DecodeError
    if len(cell) > _SHORT and _EXPONENT.search(cell):
        raise msgspec.DecodeError
    return msgspec.json.encode(_OBJECT.decode(cell)).decode()


def _varchar(name: str, longest: int, *, empty: str | None) -> Field:
    from_json = partial(_json_text, longest)
    if empty is None:
        from_json = partial(_nullable, from_json)
    return Field(name, "text", partial(_text, longest), from_json, partial(_texts, longest, empty), empty)


def _boolean(name: str) -> Field:
    return Field(name, "boolean", _flag, _flag, partial(_among, {"": False, **_FLAGS}), False)


def _json(name: str) -> Field:
    return Field(name, "jsonb", _object_text, _object, _objects, "{}")


def _enumerated(name: str, *options: str) -> Field:
    clean = partial(_choice, options)
    return Field(name, "text", clean, clean, partial(_among, {"": None, **{each: each for each in options}}), None)


CODE: Final = Field(
    "channel_code",
    "text",
    partial(_needed, partial(_text, 64)),
    partial(_needed, partial(_json_text, 64)),
    partial(_needed_texts, 64),
    "",
    is_needed=True,
)
# In this order they stand in a row, and from the lowest bit on in its `given`.
FIELDS: Final = (
    Field("email", "text", _email, _json_email, _emails, "", is_needed=True),
    _varchar("first_name", 255, empty=""),
    _varchar("last_name", 255, empty=""),
    _varchar("phone_number", 128, empty=None),
    _varchar("erp_code", 64, empty=None),
    _boolean("is_active"),
    _boolean("email_allowed"),
    _boolean("sms_allowed"),
    _boolean("call_allowed"),
    _enumerated("gender", "male", "female"),
    _enumerated("user_type", "guest", "registered"),
    Field("date_of_birth", "date", _day, _day, partial(_all, _known_day), None),
    Field("date_joined", "timestamptz", _moment, _moment, partial(_all, _moment), None),
    _json("extra_field"),
    _json("attributes"),
    _json("attributes_kwargs"),
    _json("localized_attributes"),
    _json("localized_attributes_kwargs"),
)
NAMES: Final = tuple(field.name for field in FIELDS)
EMAIL_BIT: Final = 1
# What an export holds besides: an import passes over it, since the database gives these.
READ_ONLY: Final = ("pk", "id", "created_date", "modified_date")
