"""The fields of a customer that come many at once, in the order in which a row holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from patron.customers import bulk_values as values
from patron.customers.bulk_values import BadValue, Clean, CleanColumn

KEY: Final = ("channel", "channel_code")


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `from_text` and `from_json` clean a value or raise BadValue; `sql` is its PostgreSQL type.

    `from_texts` cleans all cells at once, or gives None where some have to be looked at one by one. `plain`: pattern of
    cells that are stored as they are written (see `bulk_values`), an empty one as `empty`. `empty`: what an
    empty cell means, and what a new row holds where nothing was said; `is_needed`: an empty cell is a fault.
    `has_two_empties`: null and the empty text are two values of it, which look the same in a cell.
    """

    name: str
    sql: str
    from_text: Clean
    from_json: Clean
    from_texts: CleanColumn
    plain: str
    empty: Any
    is_needed: bool = False
    has_two_empties: bool = False

    def column(self, cells: Sequence[str], bad: set[int]) -> list[Any]:
        """What the cells mean. The places of those that have a fault are added to `bad`, and hold None."""
        found = self.from_texts(cells)
        return self._each(cells, bad) if found is None else found

    def _each(self, cells: Sequence[str], bad: set[int]) -> list[Any]:
        read = []
        for place, cell in enumerate(cells):
            try:
                read.append(self.from_text(cell) if cell or self.is_needed else self.empty)
            except BadValue:
                bad.add(place)
                read.append(None)
        return read


def _varchar(name: str, longest: int, *, empty: str | None) -> Field:
    from_json = partial(values.json_text, longest)
    if empty is None:
        from_json = partial(values.nullable, from_json)
    from_texts = partial(values.texts, longest, empty)
    from_text, plain = partial(values.text, longest), values.plain_text(0, longest)
    return Field(name, "text", from_text, from_json, from_texts, plain, empty, has_two_empties=empty is None)


def _boolean(name: str) -> Field:
    return Field(name, "boolean", values.flag, values.flag, values.flags, values.PLAIN_FLAG, False)


def _json(name: str) -> Field:
    return Field(name, "jsonb", values.object_text, values.object_json, values.objects, values.PLAIN_OBJECT, "{}")


def _enumerated(name: str, *options: str) -> Field:
    clean, known = partial(values.choice, options), {"": None, **{each: each for each in options}}
    plain = f"(?:{'|'.join(options)})?+"
    return Field(name, "text", clean, clean, partial(values.among, known), plain, None)


CODE: Final = Field(
    "channel_code",
    "text",
    partial(values.needed, partial(values.text, 64)),
    partial(values.needed, partial(values.json_text, 64)),
    partial(values.needed_texts, 64),
    values.plain_text(1, 64),
    "",
    is_needed=True,
)
# In this order they stand in a row, and from the lowest bit on in its `given`.
FIELDS: Final = (
    Field("email", "text", values.email, values.json_email, values.emails, values.PLAIN_EMAIL, "", is_needed=True),
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
    Field("date_of_birth", "date", values.day, values.day, values.days, values.PLAIN_DAY, None),
    Field("date_joined", "timestamptz", values.moment, values.moment, values.moments, values.PLAIN_MOMENT, None),
    _json("extra_field"),
    _json("attributes"),
    _json("attributes_kwargs"),
    _json("localized_attributes"),
    _json("localized_attributes_kwargs"),
)
NAMES: Final = tuple(field.name for field in FIELDS)
EMAIL_BIT: Final = 1
CELLS_BIT: Final = 1 << 30  # of a row that was read from cells
# What an export holds besides: an import passes over it, since the database gives these.
READ_ONLY: Final = ("pk", "id", "created_date", "modified_date")
