"""Rows of customers as the lines that COPY reads, a column at a time: a tenth of what a value at a time costs.

Source: PostgreSQL's manual, COPY, text format.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from patron.customers.bulk_fields import FIELDS
from patron.customers.bulk_plain import Plain
from patron.customers.bulk_rows import PART, Row

_NULL: Final = "\\N"
_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_FLAGS: Final = {True: "t", False: "f", None: _NULL}


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows, and `lines`: the same as COPY reads them, in some pieces. `plain`: others, of one file with these.

    `same`: place in a row → the value that all rows have there, which is in no line.
    """

    rows: Sequence[Row]
    lines: list[bytes]
    same: Mapping[int, Any]
    plain: Plain | None = None

    def __len__(self) -> int:
        return len(self.rows) + (len(self.plain.numbers) if self.plain else 0)

    def with_keys(self) -> Iterator[tuple[int, int, str]]:
        """Line, channel and code of each."""
        for row in self.rows:
            yield row[0], row[2], row[3]
        if self.plain:
            yield from zip(self.plain.numbers, self.plain.channels, self.plain.codes, strict=True)

    def channels(self) -> set[int]:
        """Of all."""
        return {row[2] for row in self.rows}.union(self.plain.channels if self.plain else ())


def pack(rows: Sequence[Row], plain: Plain | None = None) -> Packed:
    """Write the lines of rows."""
    parts = [list(zip(*rows[first : first + PART], strict=True)) for first in range(0, len(rows), PART)]
    first = rows[0] if rows else ()
    same = {
        place: first[place]
        for place in range(1, len(first))
        if all(part[place].count(first[place]) == len(part[place]) for part in parts)
    }
    writers = [(place, write) for place, write in enumerate(_WRITERS) if place not in same]
    return Packed(rows, [_lines([write(part[place]) for place, write in writers]) for part in parts], same, plain)


def _lines(columns: Sequence[Iterable[str]]) -> bytes:
    return ("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n").encode()


def _texts(column: Sequence[str | None]) -> Sequence[str]:
    given = list(filter(None, column)) if None in column else column
    if not _SPECIAL.search("".join(given)):  # type: ignore[arg-type]
        return column if given is column else [_NULL if each is None else each for each in column]  # type: ignore[return-value]
    return [_NULL if each is None else each.translate(_ESCAPED) for each in column]


def _flags(column: Sequence[bool | None]) -> Iterable[str]:
    return map(_FLAGS.__getitem__, column)


def _numbers(column: Sequence[int]) -> Iterable[str]:
    return map(str, column)


_Write = Callable[[Any], Iterable[str]]
_WRITERS: Final[tuple[_Write, ...]] = (
    _numbers,
    _numbers,
    _numbers,
    _texts,
    *(_flags if field.sql == "boolean" else _texts for field in FIELDS),
)
