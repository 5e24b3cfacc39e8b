"""Functions that clean a dynamic setting's value or say in one sentence what was expected."""

import ipaddress
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from patron.kernel import limits
from patron.kernel.dynamic import BadValue


def boolean(value: Any) -> bool:
    """True or false, also as the words an operator types."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() in words:
        return words[str(value).strip().lower()]
    raise BadValue("expected true or false")


def integer(low: int, high: int, *, why: str = "") -> Callable[[Any], int]:
    """A whole number from `low` to `high`; `why` is added to the refusal."""

    def clean(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,12}", str(value).strip()):
            raise BadValue("expected a whole number")
        number = int(value)
        if not low <= number <= high:
            raise BadValue(f"expected a number from {low} to {high}{'; ' + why if why else ''}")
        return number

    return clean


def text(longest: int, *, pattern: str = r"[^\x00]*", expected: str = "text") -> Callable[[Any], str]:
    """A string of at most `longest` characters that matches `pattern` whole."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value, re.DOTALL):
            raise BadValue(f"expected {expected} of at most {longest} characters")
        return value

    return clean


def regular_expression(value: Any) -> str:
    """An expression that compiles."""
    if not isinstance(value, str) or len(value) > 500:
        raise BadValue("expected a regular expression of at most 500 characters")
    try:
        re.compile(value)
    except re.error as error:
        raise BadValue(f"the regular expression does not compile: {error}") from error
    return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list, which a form can offer."""

    options: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if value not in self.options:
            raise BadValue(f"expected one of {', '.join(sorted(self.options))}")
        return str(value)


def choice(options: Collection[str]) -> Choice:
    """One of a closed list."""
    return Choice(tuple(options))


def duration(value: Any) -> Any:
    """Seconds, or a duration as limits are written: 30, 30s, 10m, 1h, 1d."""
    try:
        limits.parse_duration(value)
    except ValueError as error:
        raise BadValue(str(error)) from error
    return value


def list_of(item: Callable[[Any], Any], *, most: int = 1000) -> Callable[[Any], list[Any]]:
    """A list whose every item is clean."""

    def clean(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise BadValue(f"expected a list of at most {most} items")
        return [item(each) for each in value]

    return clean


def network(value: Any) -> str:
    """An address or a network, as `10.0.0.0/8`."""
    try:
        return str(ipaddress.ip_network(str(value), strict=False))
    except ValueError as error:
        raise BadValue(f"{value!r} is no address or network such as 10.0.0.0/8") from error


def http_url(value: Any) -> str:
    """An absolute http or https address."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise BadValue("expected an address that starts with http:// or https://")
    return value.rstrip("/")


def shaped(
    fields: dict[str, Callable[[Any], Any]], *, optional: Collection[str] = ()
) -> Callable[[Any], dict[str, Any]]:
    """An object with exactly these fields, those in `optional` may be absent."""

    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise BadValue(f"expected an object with {', '.join(fields)}")
        unknown = set(value) - set(fields)
        missing = set(fields) - set(value) - set(optional)
        if unknown or missing:
            raise BadValue(
                f"expected an object with {', '.join(fields)}"
                + (f"; unknown: {', '.join(sorted(unknown))}" if unknown else "")
                + (f"; missing: {', '.join(sorted(missing))}" if missing else "")
            )
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
            raise BadValue("expected an object from names to values")
        cleaned = {}
        for key, each in value.items():
            if not re.fullmatch(key_pattern, str(key)):
                raise BadValue(f"{key!r} is no name of letters, digits, - and _")
            try:
                cleaned[str(key)] = inner(each)
            except BadValue as error:
                raise BadValue(f"{key}: {error}") from error
        return cleaned

    return clean
