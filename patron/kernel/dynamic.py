"""Settings an operator changes while Patron runs.

A room declares each with a default, one sentence and a function that cleans a value or says why it is bad. They are
stored by django-constance and read through a snapshot of each process that is at most two seconds old, so an access
costs no query.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from patron.kernel.errors import Text

SNAPSHOT_SECONDS: Final = 2.0
_SECRET_WORDS: Final = ("password", "secret", "token")


class BadValue(ValueError):
    """A value that its setting refuses; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting. `clean` returns the value to store or raises BadValue."""

    name: str
    default: Any
    help: Text
    clean: Callable[[Any], Any]
    group: str


REGISTRY: dict[str, Setting] = {}
_lock = threading.Lock()
_values: Mapping[str, Any] | None = None
_read_at = 0.0


def declare(name: str, default: Any, sentence: Text, clean: Callable[[Any], Any], *, group: str) -> None:
    """Add a setting. The default must pass its own `clean`."""
    REGISTRY[name] = Setting(name, clean(default), sentence, clean, group)


def get(name: str) -> Any:
    """The value in force, at most two seconds old. Raises KeyError for a name nobody declared."""
    values = _values
    if values is None or time.monotonic() - _read_at > SNAPSHOT_SECONDS:
        values = _refresh()
    return values[name]


def put(name: str, value: Any, *, staff_id: int | None, source: str) -> None:
    """Store a cleaned value and its audit row in one transaction. Raises BadValue, KeyError."""
    from constance.models import Constance
    from django.db import transaction

    from patron.kernel import clock
    from patron.kernel.models import SettingChange

    setting = REGISTRY[name]
    cleaned = setting.clean(value)
    with transaction.atomic():
        row = Constance.objects.select_for_update().filter(key=name).first()
        old = _load(row.value) if row else setting.default
        if old == cleaned:
            return
        Constance.objects.update_or_create(key=name, defaults={"value": _dump(cleaned)})
        SettingChange.objects.create(
            name=name,
            old_value=masked(old),
            new_value=masked(cleaned),
            staff_id=staff_id,
            source=source,
            changed_at=clock.now(),
        )
        transaction.on_commit(forget)
    forget()


def forget() -> None:
    """Drop this process's snapshot, so that the next access reads."""
    global _values
    _values = None


def masked(value: Any) -> Any:
    """The value with every password, secret and token in it replaced, fit to show and to keep in the audit."""
    if isinstance(value, dict):
        return {
            key: "********" if any(word in str(key).lower() for word in _SECRET_WORDS) and inner else masked(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value


def _refresh() -> Mapping[str, Any]:
    global _values, _read_at
    # One thread reads; the others go on with the value they have, unless there is none yet.
    if not _lock.acquire(blocking=_values is None):
        return _values or _refresh()
    try:
        _values = {name: setting.default for name, setting in REGISTRY.items()} | _stored()
        _read_at = time.monotonic()
        return _values
    finally:
        _lock.release()


def _stored() -> dict[str, Any]:
    from constance.models import Constance

    return {key: _load(value) for key, value in Constance.objects.values_list("key", "value") if key in REGISTRY}


def _load(stored: Any) -> Any:
    from constance.codecs import loads

    return loads(stored)


def _dump(value: Any) -> str:
    from constance.codecs import dumps

    json.dumps(value)  # a declared setting is plain JSON; anything else is a bug of its `clean`
    return str(dumps(value))
