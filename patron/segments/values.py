"""Values of a rule: what a comparison can be made with, and what is said of anything else."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

LONGEST: Final = 255
MOST: Final = 1_000
LARGEST: Final = 10**15
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Clean = Callable[[Any], Any]


class Unfit(ValueError):
    """A value of the wrong shape. `expected` says what would do; `at` where in a list it stands."""

    def __init__(self, expected: str, at: int | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.at = at


def several(clean: Clean, value: Any) -> list[Any]:
    """A list of 1 to MOST values. Raises Unfit."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        raise Unfit(_("expected a list of 1 to %(most)d values") % {"most": MOST})
    cleaned = []
    for at, each in enumerate(value):
        try:
            cleaned.append(clean(each))
        except Unfit as unfit:
            raise Unfit(unfit.expected, at) from None
    return cleaned


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit(_("expected true or false"))
    return value


def text(value: Any) -> str:
    """Text that can be stored, not empty."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST or not _is_storable(value):
        raise Unfit(_("expected text of 1 to %(longest)d characters") % {"longest": LONGEST})
    return value


def lower_text(value: Any) -> str:
    """The same for what is compared in lower case."""
    return text(value).lower()


def code(value: Any) -> str:
    """A code, which may be given as its number: a channel is called 6 or "6"."""
    return text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def one_of(options: Sequence[str]) -> Clean:
    """One of a closed list."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise Unfit(_("expected one of %(options)s") % {"options": ", ".join(options)})
        return value

    return clean


def whole(low: int, high: int) -> Clean:
    """A whole number in a range."""

    def clean(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Unfit(_("expected a whole number from %(low)d to %(high)d") % {"low": low, "high": high})
        return value

    return clean


def number(value: Any) -> Decimal:
    """A number, exactly as it is written."""
    if not _is_number(value):
        raise Unfit(_("expected a number"))
    return Decimal(repr(value))


def day(value: Any) -> date:
    """A date."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or not _EARLIEST <= found <= _LATEST:
        raise Unfit(_("expected a date as 2024-05-31"))
    return found


def json_scalar(value: Any) -> str | bool | int | float:
    """Text, a number, or true or false."""
    if isinstance(value, bool) or _is_number(value):
        found: bool | int | float = value
        return found
    if isinstance(value, str):
        return text(value)
    raise Unfit(_("expected text, a number, or true or false"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_storable(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
