"""How a customer's values are read when many come at once: from text (CSV) and from JSON, without a serializer.

A serializer costs 0.3 ms a row, these functions some microseconds, and a column of thousands of cells less than one a
cell. They hold values to the bounds of the API's own serializer and say what it says of those beyond. Of the forms of
a value they know fewer (a day is YYYY-MM-DD), and to them an empty text is no value where a field may have none.

What reads one value raises BadValue. What reads a column gives None where some of its cells have to be read one by one.
"""

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
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
# Enough to know most addresses for good ones; of the others the API's own check decides.
_PLAIN_EMAIL: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]{1,40}\.){1,4}[A-Za-z]{2,20}")
_EMAIL: Final = EmailField()
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS: Final[dict[Any, bool]] = {
    **dict.fromkeys(("true", "True", "TRUE", "1", "t", "T", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "0", "f", "F", "n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_CELL_FLAGS: Final[dict[Any, bool]] = {"": False, **_FLAGS}
_PLAIN_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00(?::00)?)", re.ASCII)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_NO_OBJECT: Final = (msgspec.DecodeError, RecursionError, UnicodeError)
_LONG_NUMBER: Final = re.compile(r"[:,\[]\s*+-?(?:[0-9.]{17}|[0-9.]++[eE])")
_EXPONENT: Final = re.compile(r"\d[eE]")
_SHORT: Final = MAX_ATTRIBUTES_BYTES // 60  # 9e307 and its comma are six characters, and 308 digits in the database


# Cells that COPY stores as they are written, each a part of what the functions here take. DELIMITER stands for what is
# between them. Nothing in them is tried twice, so that a line costs what it is long.
DELIMITER: Final = "%s"
_SPACE: Final = r"[^\S\t\r\n]"
_DATE: Final = (
    "[12][0-9]{3}-(?>(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME: Final = (
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6}+)?+(?:Z|[+-](?:0[0-9]|1[0-3])(?::[0-5][0-9])?+)"
)
PLAIN_EMAIL: Final = (
    r"(?=[^@]{1,64}+@)[A-Za-z0-9_+-]++(?:\.[A-Za-z0-9_+-]++)*+@(?:[A-Za-z0-9]{1,40}+\.){1,4}+[A-Za-z]{2,20}+"
)
PLAIN_FLAG: Final = f"(?>{'|'.join(sorted(_FLAGS, key=len, reverse=True))})"
PLAIN_DAY: Final = f"(?:{_DATE})?+"
PLAIN_MOMENT: Final = f"(?:{_DATE}[T ]{_TIME})?+"
PLAIN_OBJECT: Final = r"\{\}"


class BadValue(ValueError):
    """A value that its field does not take; the message says what is expected."""


def text(longest: int, value: str) -> str:
    """Without space around it, at most so many characters."""
    value = value.strip()
    if len(value) > longest:
        raise BadValue(_("Ensure this field has no more than %(most)d characters.") % {"most": longest})
    if "\x00" in value:
        raise BadValue(_("Null characters are not allowed."))
    return value


def plain_text(shortest: int, longest: int) -> str:
    """The pattern of a cell that holds a text."""
    return rf"(?!{_SPACE})[^\"\\{DELIMITER}\x00-\x1f]{{{shortest},{longest}}}+(?<!{_SPACE})"


def texts(longest: int, empty: str | None, cells: Sequence[str]) -> list[Any] | None:
    """A column of them. `empty`: what an empty cell is."""
    values = list(map(str.strip, cells))
    if len(max(values, key=len)) > longest or "\x00" in "".join(values):
        return None
    if empty is None and "" in cells:
        return [value if cell else None for cell, value in zip(cells, values, strict=True)]
    return values


def needed_texts(longest: int, cells: Sequence[str]) -> list[Any] | None:
    """A column of them, none of them empty."""
    values = texts(longest, "", cells)
    return None if values is None or "" in values else values


def json_text(longest: int, value: Any) -> str:
    """A text, or a number as one."""
    if type(value) is str:
        return text(longest, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text(longest, str(value))
    raise BadValue(_("Not a valid string.") if value is not None else _("This field may not be null."))


def nullable(clean: Clean, value: Any) -> Any:
    """What `clean` makes of it, or null."""
    return None if value is None else clean(value)


def needed(clean: Clean, value: Any) -> Any:
    """What `clean` makes of it, if that is not empty."""
    cleaned = clean(value)
    if cleaned == "":
        raise BadValue(_("This field may not be blank."))
    return cleaned


def email(value: str) -> str:
    """An address, its letter case as it came."""
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


def emails(cells: Sequence[str]) -> list[Any] | None:
    """A column of plain ones."""
    values = texts(254, "", cells)
    return values if values is not None and all(map(_PLAIN_EMAIL.fullmatch, values)) else None


def json_email(value: Any) -> str:
    """The same of JSON."""
    return email(value if type(value) is str else json_text(254, value))


def flag(value: Any) -> bool:
    """True or false, in the words that the API takes."""
    if type(value) is bool:
        return value
    try:
        return _FLAGS[value if type(value) is str else str(value)]
    except KeyError:
        raise BadValue(_("This field may not be null.") if value is None else _("Must be a valid boolean.")) from None


def flags(cells: Sequence[str]) -> list[Any] | None:
    """A column of flags; an empty cell is false."""
    return among(_CELL_FLAGS, cells)


def among(known: dict[str, Any], cells: Sequence[str]) -> list[Any] | None:
    """A column of few values. `known`: cell → what it means."""
    return [known[cell] for cell in cells] if known.keys() >= set(cells) else None


def choice(options: tuple[str, ...], value: Any) -> str | None:
    """One of these, or null."""
    if value in options:
        return str(value)
    if value is None or value == "":
        return None
    raise BadValue(_('"%(value)s" is not a valid choice.') % {"value": str(value)[:50]})


def day(value: Any) -> str | None:
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


def days(cells: Sequence[str]) -> list[Any] | None:
    """A column of days."""
    return _all(_known_day, cells)


@lru_cache(maxsize=50_000)  # more than there are birthdays
def _known_day(cell: str) -> str | None:
    return day(cell)


def _all(clean: Clean, cells: Sequence[str]) -> list[Any] | None:
    try:
        return list(map(clean, cells))
    except BadValue:
        return None


def moment(value: Any) -> str | None:
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


def moments(cells: Sequence[str]) -> list[Any] | None:
    """A column of moments."""
    return _all(moment, cells)


def object_text(value: str) -> str:
    """An object, from its text to the text that is stored."""
    if value in ("{}", ""):
        return "{}"
    if len(value) > MAX_ATTRIBUTES_BYTES:
        raise BadValue(_("The attributes are too large."))
    try:
        return object_json(_OBJECT.decode(value))
    except _NO_OBJECT:
        raise BadValue(_("Expected an object.")) from None


def object_json(value: Any) -> str:
    """An object, to the text that is stored."""
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


def are_plain_objects(cells: Sequence[str]) -> bool:
    """Whether texts that begin with {, without an escape or a control character, are objects and stored as they are.

    Sure of those that are short and hold no others, nor numbers that PostgreSQL keeps more of than JSON here does.
    """
    lines = "\n".join(cells)
    if (
        "[" in lines
        or lines.count("{") != len(cells)
        or _LONG_NUMBER.search(lines)
        or len(max(cells, key=len)) > _SHORT
    ):
        return False
    # as many as braces, so that none holds another, and each is a line
    with contextlib.suppress(*_NO_OBJECT):
        return len(_OBJECT.decode_lines(lines)) == len(cells)
    return False


def is_plain_object(cell: str) -> bool:
    """Whether this one is."""
    return not _LONG_NUMBER.search(cell) and objects([cell]) is not None


def objects(cells: Sequence[str]) -> list[Any] | None:
    """A column of plain ones, from their texts."""
    try:
        return ["{}" if cell in ("{}", "") else msgspec.json.encode(_plain_object(cell)).decode() for cell in cells]
    except _NO_OBJECT:
        return None


def _plain_object(cell: str) -> dict[str, Any]:
    # nothing that cannot be stored comes without an escape, no depth without brackets, and no number of many digits in
    # few characters without an exponent, of which a short cell has not enough
    if "\\" in cell or len(cell) > MAX_ATTRIBUTES_BYTES // 4 or cell.count("{") + cell.count("[") >= parsing.MAX_DEPTH:
        raise msgspec.DecodeError
    if len(cell) > _SHORT and _EXPONENT.search(cell):
        raise msgspec.DecodeError
    return _OBJECT.decode(cell)
