"""Cursors: where a page ended, in a word that a client hands back and need not understand.

It holds the count too, so that only the first page counts. It is worth something for the list it came from only: the
same filters, order and channels; what it says is checked like any other input.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from patron.channels.access import Scope
from patron.customers.filters import OTHERS
from patron.customers.ordering import Order
from patron.customers.reads import CustomerRow
from patron.kernel.errors import Invalid

_FIELDS: Final = {"id": "pk"}  # column → field of a row, where they differ
_LARGEST: Final = 2**63 - 1


class Cursor(msgspec.Struct, array_like=True):
    """`list`: a digest of what the list is. `place`: see `ordering`. `is_back`: the page lies before the place."""

    list: bytes
    count: int
    is_estimated: bool
    is_back: bool
    place: Sequence[int | str]


def digest(parameters: QueryDict, order: Order, scope: Scope) -> bytes:
    """What a list is, in eight bytes."""
    filters = sorted((name, values) for name, values in parameters.lists() if name not in OTHERS)
    return hashlib.blake2b(msgspec.msgpack.encode((filters, order.signature, scope.parameter)), digest_size=8).digest()


def seal(cursor: Cursor) -> str:
    """The word."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def opened(word: str, known: bytes) -> Cursor:
    """The cursor of a word that `seal` made for the list `known`. Raises Invalid."""
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.msgpack.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise _invalid() from None
    if cursor.list != known or not 0 <= cursor.count <= _LARGEST:
        raise _invalid()
    return cursor


def place_of(row: CustomerRow, order: Order) -> list[int | str]:
    """Where a row stands."""
    return [getattr(row, _FIELDS.get(key.column, key.column)) for key in order.keys]


def values(cursor: Cursor, order: Order) -> list[Any]:
    """The place as values of the order's columns. Raises Invalid."""
    if len(cursor.place) != len(order.keys):
        raise _invalid()
    return [_value(value, key.kind) for value, key in zip(cursor.place, order.keys, strict=True)]


def _value(value: int | str, kind: str) -> int | str | datetime:
    try:
        if kind == "timestamptz":
            return datetime.fromisoformat(str(value))
    except ValueError:
        raise _invalid() from None
    if kind == "bigint":
        if isinstance(value, int) and abs(value) <= _LARGEST:
            return value
    elif isinstance(value, str) and "\x00" not in value:
        return value
    raise _invalid()


def _invalid() -> Invalid:
    return Invalid({"cursor": [_("Invalid cursor")]})
