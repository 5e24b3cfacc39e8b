"""Functions that clean a dynamic setting's value or say in one sentence what was expected."""

import ipaddress
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from patron.kernel import limits
from patron.kernel.dynamic import BadValue
from patron.kernel.errors import Text


def boolean(value: Any) -> bool:
    """True or false, also as the words an operator types."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() in words:
        return words[str(value).strip().lower()]
    raise BadValue(_("expected true or false"))


def integer(low: int, high: int, *, why: Text | None = None) -> Callable[[Any], int]:
    """A whole number from `low` to `high`; `why` is added to the refusal."""

    def clean(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,12}", str(value).strip()):
            raise BadValue(_("expected a whole number"))
        number = int(value)
        if not low <= number <= high:
            expected = _("expected a number from %(low)d to %(high)d") % {"low": low, "high": high}
            raise BadValue(f"{expected}; {why}" if why else expected)
        return number

    return clean


def text(longest: int, *, pattern: str = r"[^\x00]*", expected: Text | None = None) -> Callable[[Any], str]:
    """A string of at most `longest` characters that matches `pattern` whole; `expected` says what it is."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value, re.DOTALL):
            raise BadValue(
                _("expected %(what)s of at most %(longest)d characters")
                % {"what": expected or _("text"), "longest": longest}
            )
        return value

    return clean


def regular_expression(value: Any) -> str:
    """An expression that compiles."""
    if not isinstance(value, str) or len(value) > 500:
        raise BadValue(_("expected a regular expression of at most 500 characters"))
    try:
        re.compile(value)
    except re.error as error:
        raise BadValue(_("the regular expression does not compile: %(error)s") % {"error": error}) from error
    return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list, which a form can offer."""

    options: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if value not in self.options:
            raise BadValue(_("expected one of %(options)s") % {"options": ", ".join(sorted(self.options))})
        return str(value)


def choice(options: Collection[str]) -> Choice:
    """One of a closed list."""
    return Choice(tuple(options))


def duration(value: Any) -> Any:
    """Seconds, or a duration as limits are written: 30, 30s, 10m, 1h, 1d."""
    try:
        limits.parse_duration(value)
    except ValueError as error:
        raise BadValue(_("%(value)s is no duration such as 30, 30s, 10m, 1h or 1d") % {"value": repr(value)}) from error
    return value


def list_of(item: Callable[[Any], Any], *, most: int = 1000) -> Callable[[Any], list[Any]]:
    """A list whose every item is clean."""

    def clean(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise BadValue(_("expected a list of at most %(most)d items") % {"most": most})
        return [item(each) for each in value]

    return clean


def network(value: Any) -> str:
    """An address or a network, as `10.0.0.0/8`."""
    try:
        return str(ipaddress.ip_network(str(value), strict=False))
    except ValueError as error:
        raise BadValue(_("%(value)s is no address or network such as 10.0.0.0/8") % {"value": repr(value)}) from error


def http_url(value: Any) -> str:
    """An absolute http or https address."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise BadValue(_("expected an address that starts with http:// or https://"))
    return value.rstrip("/")


def shaped(
    fields: dict[str, Callable[[Any], Any]], *, optional: Collection[str] = ()
) -> Callable[[Any], dict[str, Any]]:
    """An object with exactly these fields, those in `optional` may be absent."""

    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise BadValue(_("expected an object with %(fields)s") % {"fields": ", ".join(fields)})
        unknown = set(value) - set(fields)
        missing = set(fields) - set(value) - set(optional)
        if unknown or missing:
            parts = [_("expected an object with %(fields)s") % {"fields": ", ".join(fields)}]
            if unknown:
                parts.append(_("unknown: %(fields)s") % {"fields": ", ".join(sorted(unknown))})
            if missing:
                parts.append(_("missing: %(fields)s") % {"fields": ", ".join(sorted(missing))})
            raise BadValue("; ".join(parts))
        cleaned = {}
        for key, inner in value.items():
            try:
                cleaned[key] = fields[key](inner)
            except BadValue as error:
                raise BadValue(f"{key}: {error}") from error
        return cleaned

    return clean


def mapping_to(
    inner: Callable[[Any], Any], *, key_pattern: str = r"[A-Za-z0-9_-]{1,50}"
) -> Callable[[Any], dict[str, Any]]:
    """An object from names to clean values."""

    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > 200:
            raise BadValue(_("expected an object from names to values"))
        cleaned = {}
        for key, each in value.items():
            if not re.fullmatch(key_pattern, str(key)):
                raise BadValue(_("%(key)s is no name of letters, digits, - and _") % {"key": repr(key)})
            try:
                cleaned[str(key)] = inner(each)
            except BadValue as error:
                raise BadValue(f"{key}: {error}") from error
        return cleaned

    return clean
