"""Dynamic settings from the command line."""

import difflib
import json
from collections.abc import Iterator
from typing import Any

from patron.kernel import dynamic
from patron.kernel.dynamic import BadValue
from patron.operations.errors import CannotStart


def everything(*, reveal: bool) -> Iterator[tuple[str, str]]:
    """Every setting's name and value as JSON, by name; secrets are masked unless `reveal`."""
    for name in sorted(dynamic.REGISTRY):
        yield name, read(name, reveal=reveal)


def read(name: str, *, reveal: bool) -> str:
    """One setting's value as JSON. Raises CannotStart for a name nobody declared."""
    _refuse_unknown(name)
    value = dynamic.get(name)
    return _json(value if reveal else dynamic.masked(value, name))


def write(name: str, text: str) -> None:
    """Store a value given as JSON. Raises CannotStart when the name is unknown, or the text no JSON or refused."""
    _refuse_unknown(name)
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CannotStart('The value is no JSON: write true, 300, \'"words"\', \'["a", "b"]\'.') from error
    try:
        dynamic.put(name, value, staff_id=None, source="command")
    except BadValue as error:
        raise CannotStart(f"{name}: {error}") from error


def _refuse_unknown(name: str) -> None:
    if name not in dynamic.REGISTRY:
        close = difflib.get_close_matches(name.upper(), dynamic.REGISTRY, n=1)
        raise CannotStart(f"There is no setting {name}" + (f": did you mean {close[0]}?" if close else "."))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
