"""Orders of the list: by named columns that an index has in order, told apart by the id at last.

A place in an order is the values of its columns in the row where a page ended; the rows behind it are found by their
index, however deep they lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from patron.customers.conditions import Conditions
from patron.kernel.errors import Invalid

# Published name → column and its PostgreSQL type. Texts of many rows that are alike have no order worth an index.
SORTABLE: Final = {
    "id": ("id", "bigint"),
    "pk": ("id", "bigint"),
    "created_date": ("created_date", "timestamptz"),
    "modified_date": ("modified_date", "timestamptz"),
    "email": ("email", "text"),
    "channel_code": ("channel_code", "text"),
}
_IN_CHANNEL: Final = frozenset({"id", "created_date,id", "modified_date,id", "email,id", "channel_code,id"})
PYTHON: Final[dict[str, type]] = {"bigint": int, "timestamptz": datetime, "text": str}


@dataclass(frozen=True, slots=True)
class Key:
    """One column and its direction."""

    column: str
    kind: str
    is_down: bool

    def turned(self) -> Self:
        """The other way round."""
        return type(self)(self.column, self.kind, not self.is_down)


@dataclass(frozen=True, slots=True)
class Order:
    """Keys, the last of which is the id."""

    keys: tuple[Key, ...]

    @property
    def signature(self) -> str:
        """The order in one word."""
        return ",".join(f"{'-' if key.is_down else ''}{key.column}" for key in self.keys)

    @property
    def has_index_of_channel(self) -> bool:
        """Whether an index has the rows of each channel in this order."""
        return self.signature.replace("-", "") in _IN_CHANNEL and len({key.is_down for key in self.keys}) == 1

    def within_channel(self) -> Self:
        """By channel first: of rows of one channel the same order, for which no other channel's need be walked past."""
        return type(self)((Key("channel_id", "bigint", self.keys[0].is_down), *self.keys))

    def turned(self) -> Self:
        """Backwards."""
        return type(self)(tuple(key.turned() for key in self.keys))

    def sql(self, table: str) -> str:
        """After ORDER BY."""
        return ", ".join(f"{table}.{key.column}{' DESC' if key.is_down else ''}" for key in self.keys)

    def columns(self, table: str) -> str:
        """The columns alone."""
        return ", ".join(f"{table}.{key.column}" for key in self.keys)

    def behind(self, table: str, place: Sequence[Any], found: Conditions) -> str:
        """The condition of the rows of `table` behind a place."""
        bound = [found.bind(value, key.kind) for key, value in zip(self.keys, place, strict=True)]
        if len({key.is_down for key in self.keys}) == 1:
            sign = "<" if self.keys[0].is_down else ">"
            return f"({self.columns(table)}) {sign} ({', '.join(bound)})"
        either = []
        for number, key in enumerate(self.keys):
            same = [f"{table}.{each.column} = {bound[place]}" for place, each in enumerate(self.keys[:number])]
            either.append(" AND ".join([*same, f"{table}.{key.column} {'<' if key.is_down else '>'} {bound[number]}"]))
        # which follows from the rest, and leads an index there
        first = f"{table}.{self.keys[0].column} {'<=' if self.keys[0].is_down else '>='} {bound[0]}"
        return f"({first} AND (" + " OR ".join(f"({each})" for each in either) + "))"


def read(values: Sequence[str]) -> Order:
    """The order of `sort=-created_date,email`, repeated or with commas; by id without. Raises Invalid."""
    keys: list[Key] = []
    for name in ",".join(values).split(","):
        known = SORTABLE.get(name.removeprefix("-"))
        if known is None:
            if name:
                raise Invalid({"sort": [_("Expected any of %(fields)s.") % {"fields": ", ".join(SORTABLE)}]})
            continue
        # what comes behind the id, or a second time, orders nothing
        if not any(key.column in ("id", known[0]) for key in keys):
            keys.append(Key(*known, name.startswith("-")))
    if not keys or keys[-1].column != "id":
        # in the direction of the last one, as its index has it
        keys.append(Key("id", "bigint", bool(keys) and keys[-1].is_down))
    return Order(tuple(keys))
