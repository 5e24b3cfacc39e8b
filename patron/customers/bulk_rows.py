"""Records become rows of customers: (line, given, channel, channel_code, the fields).

`given` has a bit for each field that the record names: what it does not name stays as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.customers.bulk_fields import CODE, FIELDS, KEY, NAMES, READ_ONLY, BadValue
from patron.kernel.record_files import Fault, Unreadable
from patron.kernel.refused_rows import COLUMNS

Row = tuple[Any, ...]
FIRST: Final = 4  # the place of the first field
_WIDTH: Final = FIRST + len(FIELDS)
_ALL: Final = (*KEY, *NAMES)
_PLACES: Final = {name: place for place, name in enumerate(NAMES, start=FIRST)}


class BadRow(ValueError):
    """A record that cannot become a row. `fields`: field → what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = fields


class Shape:
    """How the records of one source become rows.

    `channels`: the channels that may be named. `channel`: the one that all rows belong to, None where each names its
    own. `names`: field → the name it has in the source, where that is another. `ignored`: names to pass over.
    """

    def __init__(
        self,
        channels: frozenset[int],
        *,
        channel: int | None = None,
        names: Mapping[str, str] | None = None,
        ignored: Iterable[str] = (),
    ) -> None:
        self._channels = channels
        self._channel = channel
        self._fields = {(names or {}).get(name, name): name for name in _ALL}
        self._ignored = frozenset((*READ_ONLY, *COLUMNS, *ignored))
        self._plan: list[tuple[int, int, Callable[[Any], Any], Any]] = []
        self._channel_at = self._code_at = 0
        self._given = 0

    def open(self, header: Sequence[str]) -> None:
        """Take a CSV file's columns. Raises Unreadable for one that is unknown, twice there or missing."""
        places = {self._fields[name]: at for at, name in enumerate(header) if name in self._fields}
        unknown = [name for name in header if name not in self._fields and name not in self._ignored]
        if unknown:
            text = _("There is no field for these columns: %(names)s. Map them, or have them ignored.")
            raise Unreadable(text % {"names": ", ".join(unknown)})
        missing = [name for name in KEY if name not in places and not (name == "channel" and self._channel)]
        if missing:
            raise Unreadable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
        self._channel_at, self._code_at = places.get("channel", -1), places["channel_code"]
        self._plan = [
            (places[field.name], _PLACES[field.name], field.from_text, field.empty)
            for field in FIELDS
            if field.name in places
        ]
        self._given = sum(1 << place - FIRST for _at, place, _clean, _empty in self._plan)

    def row_of_cells(self, line: int, cells: Sequence[str]) -> Row:
        """A row of a CSV file. An empty cell means the empty value of its field. Raises BadRow."""
        row: list[Any] = [None] * _WIDTH
        try:
            row[:FIRST] = (line, self._given, self._channel_of(cells), CODE.from_text(cells[self._code_at]))
            for at, place, clean, empty in self._plan:
                cell = cells[at]
                row[place] = clean(cell) if cell else empty
            if row[FIRST] == "" and self._given & 1:
                raise BadValue
        except BadValue:
            raise BadRow(self._wrong_cells(cells)) from None
        return tuple(row)

    def row_of_object(self, line: int, record: Mapping[str, Any], *, is_strict: bool = True) -> Row:
        """A row of a JSON object. Raises BadRow; `is_strict`: for a key that is no field, too."""
        wrong: dict[str, str] = {}
        row: list[Any] = [None] * _WIDTH
        given = 0
        named = {self._fields[key]: value for key, value in record.items() if key in self._fields}
        if is_strict and len(named) != len(record):
            for key in record.keys() - self._fields.keys() - self._ignored:
                wrong[key] = _("There is no such field.")
        for field in FIELDS:
            if field.name in named:
                place = _PLACES[field.name]
                given |= 1 << place - FIRST
                try:
                    row[place] = field.from_json(named[field.name])
                except BadValue as bad:
                    wrong[field.name] = str(bad)
        try:
            row[2] = self._channel_of_object(named)
        except BadValue as bad:
            wrong["channel"] = str(bad)
        try:
            if "channel_code" not in named:
                raise BadValue(_("This field is required."))
            row[3] = CODE.from_json(named["channel_code"])
        except BadValue as bad:
            wrong["channel_code"] = str(bad)
        if wrong:
            raise BadRow(wrong)
        row[0], row[1] = line, given
        return tuple(row)

    def _channel_of(self, cells: Sequence[str]) -> int:
        if self._channel_at < 0:
            return self._channel or 0
        return self._known_channel(cells[self._channel_at])

    def _channel_of_object(self, named: Mapping[str, Any]) -> int:
        if "channel" not in named:
            if self._channel is None:
                raise BadValue(_("This field is required."))
            return self._channel
        return self._known_channel(named["channel"])

    def _known_channel(self, value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 20:
            value = int(value)
        if type(value) is not int:
            raise BadValue(_("Incorrect type. Expected pk value, received %(type)s.") % {"type": type(value).__name__})
        if value not in self._channels or (self._channel is not None and value != self._channel):
            raise BadValue(_('Invalid pk "%(pk)s" - object does not exist.') % {"pk": value})
        return value

    def _wrong_cells(self, cells: Sequence[str]) -> dict[str, str]:
        """Every fault of a row that has one."""
        wrong: dict[str, str] = {}
        checks: list[tuple[str, Callable[[], Any]]] = [
            ("channel", lambda: self._channel_of(cells)),
            ("channel_code", lambda: CODE.from_text(cells[self._code_at])),
        ]
        for at, place, clean, _empty in self._plan:
            if cells[at] or place == FIRST:
                checks.append((NAMES[place - FIRST], lambda clean=clean, at=at: clean(cells[at])))  # type: ignore[misc]
        for name, check in checks:
            try:
                check()
            except BadValue as bad:
                wrong[name] = str(bad)
        return wrong


def last_of_each(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[int, int]]]:
    """One row a key, as if all were applied in order, and the overridden ones as pairs of (line, the later line).

    A field that the last one does not name keeps what an earlier one said.
    """
    found: dict[tuple[int, str], Row] = {}
    repeated = []
    for row in rows:
        key = (row[2], row[3])
        earlier = found.pop(key, None)
        if earlier is not None:
            repeated.append((earlier[0], row[0]))
            row = _over(earlier, row)  # noqa: PLW2901 -- both in one
        found[key] = row
    return list(found.values()), repeated


def fault_of(line: int, bad: BadRow, raw: Any) -> Fault:
    """A refused row as the file of them has it."""
    return Fault(line, str(bad), raw)


def _over(earlier: Row, later: Row) -> Row:
    given = later[1]
    fields = [
        new if given >> place & 1 else old
        for place, (old, new) in enumerate(zip(earlier[FIRST:], later[FIRST:], strict=True))
    ]
    return (later[0], earlier[1] | given, later[2], later[3], *fields)
