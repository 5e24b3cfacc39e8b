"""Records become rows of customers: (line, given, channel, channel_code, the fields).

`given` has a bit for each field that the record names: what it does not name stays as it is. One more is for a row of
cells, in which what is empty leaves an empty text as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from patron.customers.bulk_fields import CELLS_BIT, CODE, EMAIL_BIT, FIELDS, KEY, NAMES, READ_ONLY, Field
from patron.customers.bulk_plain import DELIMITERS, PlainLines
from patron.customers.bulk_values import BadValue
from patron.kernel.file_content import Unreadable
from patron.kernel.record_files import Fault, by_column
from patron.kernel.refused_rows import COLUMNS

Row = tuple[Any, ...]
FIRST: Final = 4  # the place of the first field
PART: Final = 500  # rows looked at together: so many stay in the cache of a processor
_WIDTH: Final = FIRST + len(FIELDS)
_ALL: Final = (*KEY, *NAMES)
_TWO_EMPTIES: Final = tuple(place for place, field in enumerate(FIELDS, start=FIRST) if field.has_two_empties)
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
        if unknown := [name for name in names or () if name not in _ALL]:
            raise Unreadable(f"{', '.join(unknown)}: " + _("There is no such field."))
        self._channels = channels
        self._channel = channel
        self._fields = by_column(_ALL, names)
        self._ignored = frozenset((*READ_ONLY, *COLUMNS, *ignored))
        self._plan: list[tuple[int, int, Field]] = []
        self._columns: list[str | None] = []
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
        self._columns = [self._fields.get(name) for name in header]
        self._channel_at, self._code_at = places.get("channel", -1), places["channel_code"]
        self._plan = [(places[field.name], _PLACES[field.name], field) for field in FIELDS if field.name in places]
        self._given = CELLS_BIT | sum(1 << place - FIRST for _at, place, _field in self._plan)

    def plain_lines(self, delimiter: str) -> PlainLines | None:
        """Those of the CSV file whose columns were taken; None where there are none, or of customers without e-mail."""
        if not self._given & EMAIL_BIT or delimiter not in DELIMITERS:
            return None
        channels = self._channels if self._channel is None else (self._channel,)
        return PlainLines(self._columns, self._given, delimiter, channels)

    def rows_of_cells(
        self, records: Sequence[tuple[int, Sequence[str]]]
    ) -> tuple[list[Row], list[tuple[int, Sequence[str], BadRow]]]:
        """Rows of a CSV file, a column at a time, and those that cannot be rows: line, cells, why.

        An empty cell means the empty value of its field, or the other one that is there, where it has two.
        """
        rows: list[Row] = []
        wrong: list[tuple[int, Sequence[str], BadRow]] = []
        for first in range(0, len(records), PART):
            self._add_rows(records[first : first + PART], rows, wrong)
        return rows, wrong

    def _add_rows(
        self,
        records: Sequence[tuple[int, Sequence[str]]],
        rows: list[Row],
        wrong: list[tuple[int, Sequence[str], BadRow]],
    ) -> None:
        lines, cells = zip(*records, strict=True)
        read = list(zip(*cells, strict=True))
        bad: set[int] = set()
        columns: list[Sequence[Any]] = [[None] * len(lines)] * _WIDTH
        columns[0], columns[1] = lines, [self._given] * len(lines)
        columns[2] = self._channels_of(read, len(lines), bad)
        columns[3] = CODE.column(read[self._code_at], bad)
        for at, place, field in self._plan:
            columns[place] = field.column(read[at], bad)
        found = zip(*columns, strict=True)
        rows += [row for place, row in enumerate(found) if place not in bad] if bad else found
        wrong += [(lines[place], cells[place], BadRow(self._wrong_cells(cells[place]))) for place in sorted(bad)]

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

    def _channels_of(self, read: Sequence[Sequence[str]], count: int, bad: set[int]) -> Sequence[Any]:
        if self._channel_at < 0:
            return [self._channel] * count
        named = read[self._channel_at]
        known: dict[str, int | None] = {}
        for each in set(named):
            try:
                known[each] = self._known_channel(each)
            except BadValue:
                known[each] = None
        channels = [known[each] for each in named]
        if None in known.values():
            bad.update(place for place, channel in enumerate(channels) if channel is None)
        return channels

    def _channel_of_object(self, named: Mapping[str, Any]) -> int:
        if "channel" not in named:
            if self._channel is None:
                raise BadValue(_("This field is required."))
            return self._channel
        return self._known_channel(named["channel"])

    def _known_channel(self, value: Any) -> int:
        if value is None:
            raise BadValue(_("This field may not be null."))
        if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 20:
            value = int(value)
        if type(value) is not int:
            raise BadValue(_("Incorrect type. Expected pk value, received %(type)s.") % {"type": type(value).__name__})
        if value not in self._channels or (self._channel is not None and value != self._channel):
            raise BadValue(unknown_channel(value))
        return value

    def _wrong_cells(self, cells: Sequence[str]) -> dict[str, str]:
        """Every fault of a row that has one."""
        wrong: dict[str, str] = {}
        checks = [("channel_code", self._code_at, CODE.from_text)]
        if self._channel_at >= 0:
            checks.insert(0, ("channel", self._channel_at, self._known_channel))
        checks += [
            (field.name, at, field.from_text) for at, _place, field in self._plan if cells[at] or field.is_needed
        ]
        for name, at, clean in checks:
            try:
                clean(cells[at])
            except BadValue as bad:
                wrong[name] = str(bad)
        return wrong


def unknown_channel(channel: int) -> str:
    """What is said of one that is not there."""
    return _('Invalid pk "%(pk)s" - object does not exist.') % {"pk": channel}


def last_of_each(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[int, int]]]:
    """One row a key, as if all were applied in order, and the overridden ones as pairs of (line, the later line).

    A field that the last one does not name keeps what an earlier one said.
    """
    if len({row[2:FIRST] for row in rows}) == len(rows):
        return list(rows), []
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
    given |= earlier[1]
    if any(earlier[place] is not None and fields[place - FIRST] is None for place in _TWO_EMPTIES):
        given &= ~CELLS_BIT  # what the earlier one said is emptied by the later one
    return (later[0], given, later[2], later[3], *fields)
