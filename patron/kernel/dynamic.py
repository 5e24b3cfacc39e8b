"""Settings an operator changes while Patron runs.

A room declares each with a default, one sentence and a function that cleans a value or says why it is bad. They are
stored by django-constance and read through a snapshot of each process that is at most two seconds old, so an access
costs no query.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.kernel.errors import Text

SNAPSHOT_SECONDS: Final = 2.0
MASK: Final = "********"
_SECRET: Final = re.compile(r"(^|[_-])(passwords?|secrets?|tokens?|(api|private|secret)_?key)$", re.IGNORECASE)


class BadValue(ValueError):
    """A value that its setting refuses; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting.

    `clean` returns the value to store or raises BadValue. `agree` raises BadValue for a clean value that contradicts
    other settings, which it may `get`.
    """

    name: str
    default: Any
    help: Text
    clean: Callable[[Any], Any]
    group: str
    agree: Callable[[Any], None]


REGISTRY: dict[str, Setting] = {}
_lock = threading.Lock()
_values: Mapping[str, Any] | None = None
_read_at = 0.0


def declare(
    name: str,
    default: Any,
    sentence: Text,
    clean: Callable[[Any], Any],
    *,
    group: str,
    agree: Callable[[Any], None] = lambda value: None,
) -> None:
    """Add a setting. The default must pass its own `clean`."""
    REGISTRY[name] = Setting(name, clean(default), sentence, clean, group, agree)


def get(name: str) -> Any:
    """The value in force, at most two seconds old. Raises KeyError for a name nobody declared."""
    values = _values
    if values is None or time.monotonic() - _read_at > SNAPSHOT_SECONDS:
        values = _refresh()
    return values[name]


def put(name: str, value: Any, *, staff_id: int | None, source: str) -> None:
    """Store a cleaned value and its audit row in one transaction. Raises BadValue, KeyError.

    A secret that comes as its mask, as it was shown, stays what it is.
    """
    from constance.models import Constance
    from django.db import transaction

    from patron.kernel import clock
    from patron.kernel.models import SettingChange

    setting = REGISTRY[name]
    with transaction.atomic():
        row = Constance.objects.select_for_update().filter(key=name).first()
        old = _load(row.value) if row else setting.default
        cleaned = setting.clean(_unmasked(value, old, _is_secret(name)))
        if old == cleaned:
            return
        setting.agree(cleaned)
        Constance.objects.update_or_create(key=name, defaults={"value": _dump(cleaned)})
        SettingChange.objects.create(
            name=name,
            old_value=masked(old, name),
            new_value=masked(cleaned, name),
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


def masked(value: Any, name: str = "") -> Any:
    """The value of setting `name` with every password, secret and token in it replaced, fit to show and to audit."""
    return _masked(value, _is_secret(name))


def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _masked(value: Any, secret: bool) -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, secret or _is_secret(str(key))) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, secret) for inner in value]
    return MASK if secret and isinstance(value, str) and value else value


def _unmasked(value: Any, old: Any, secret: bool) -> Any:
    if isinstance(value, dict):
        olds = old if isinstance(old, dict) else {}
        return {key: _unmasked(inner, olds.get(key), secret or _is_secret(str(key))) for key, inner in value.items()}
    if isinstance(value, list):
        olds_in_order = [*old, *[None] * len(value)] if isinstance(old, list) else [None] * len(value)
        return [_unmasked(inner, before, secret) for inner, before in zip(value, olds_in_order, strict=False)]
    if not secret or value != MASK:
        return value
    if not isinstance(old, str):
        raise BadValue(_("there is no secret behind ******** here: enter it"))
    return old


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
