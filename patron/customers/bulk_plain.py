"""Lines of a CSV file that COPY may read as they stand: a pattern looks at a line, at a third of what its cells cost.

A line is plain where each of its cells is stored as it is written. What is not plain is read by `bulk_rows`, which
means the same by every line; tests hold them to that.
Source: PostgreSQL's manual, COPY, CSV format.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from patron.customers import bulk_values
from patron.customers.bulk_fields import CODE, FIELDS
from patron.customers.bulk_values import DELIMITER

Found = Sequence[tuple[int, re.Match[str]]]
DELIMITERS: Final = ",;\t|"  # that are told from what stands in cells
_ANYTHING: Final = rf'(?:[^"{DELIMITER}\r\n]*+|"[^"\r\n]*+(?:""[^"\r\n]*+)*+")'
_INNER: Final = r'[^"\\\x00-\x1f]*+'
_OBJECT: Final = rf'\{{{_INNER}(?:""{_INNER})*+'
_PATTERNS: Final = {field.name: field.plain for field in FIELDS}
_OBJECTS: Final = tuple(field.name for field in FIELDS if field.sql == "jsonb")


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain lines of one file, as COPY reads them; `numbers`, `texts`, `channels` and `codes` hold one of each.

    `columns`: of the table, in the order of a line, with `delimiter` between them. `given`: of all, see `bulk_rows`.
    """

    columns: tuple[str, ...]
    given: int
    delimiter: str
    numbers: Sequence[int]
    texts: Sequence[str]
    channels: Sequence[int]
    codes: Sequence[str]


class PlainLines:
    """Knows the plain lines of one file by `pattern`, which is to be found in whole lines."""

    def __init__(self, columns: Sequence[str | None], given: int, delimiter: str, channels: Collection[int]) -> None:
        """`columns`: what each holds, None where that is of no use. `channels`: those that may be named.

        Where no column names the channel, there is one.
        """
        self._delimiter = delimiter
        self._channels = {str(channel): channel for channel in channels}
        self._columns = tuple("channel_id" if name == "channel" else name for name in columns if name)
        self._given = given
        between = re.escape(delimiter)
        runs: list[str] = []  # of columns beside each other that are of use
        cells = []
        for is_used, run in groupby(columns, key=bool):
            inner = between.join(map(_cell, run)).replace(DELIMITER, between)
            runs += [f"run{len(runs)}"] if is_used else []
            cells.append(f"(?P<{runs[-1]}>{inner})" if is_used else inner)
        self.pattern = re.compile(between.join(cells) + r"\r?\n?")
        places = self.pattern.groupindex
        self._wanted = [places[name] for name in (*runs, "channel_code", "channel", *_OBJECTS) if name in places]
        self._runs, self._names_channel = len(runs), "channel" in places

    def read(self, found: Found) -> tuple[Plain | None, list[tuple[int, list[str]]]]:
        """The plain ones of lines that the pattern was found in, and the cells of the others."""
        columns = self._cut(found)
        odd = self._odd(columns)
        others = list(self.cells(each for place, each in enumerate(found) if place in odd)) if odd else []
        if odd:
            found = [each for place, each in enumerate(found) if place not in odd]
            columns = self._cut(found)
        if not found:
            return None, others
        runs, codes = columns[: self._runs], columns[self._runs]
        channels = columns[self._runs + 1] if self._names_channel else [next(iter(self._channels))] * len(found)
        texts = runs[0] if len(runs) == 1 else list(map(self._delimiter.join, zip(*runs, strict=True)))
        known = [self._channels[channel] for channel in channels]
        numbers = [number for number, _match in found]
        return Plain(self._columns, self._given, self._delimiter, numbers, texts, known, codes), others

    def cells(self, found: Iterable[tuple[int, re.Match[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The same as records."""
        for number, match in found:
            yield number, next(csv.reader([match.string], delimiter=self._delimiter))

    def _cut(self, found: Found) -> list[Sequence[Any]]:
        return list(zip(*[match.group(*self._wanted) for _number, match in found], strict=True))

    def _odd(self, columns: Sequence[Sequence[Any]]) -> set[int]:
        """The places of lines that hold what the pattern cannot know."""
        odd: set[int] = set()
        rest = columns[self._runs + 1 :]
        if rest and self._names_channel:
            named, *rest = rest
            if unknown := set(named) - self._channels.keys():
                odd.update(place for place, channel in enumerate(named) if channel in unknown)
        for column in rest:
            given = [cell.replace('""', '"') for cell in column if cell]
            if given and not bulk_values.are_plain_objects(given):
                cells = ((place, cell.replace('""', '"')) for place, cell in enumerate(column) if cell)
                odd.update(place for place, cell in cells if not bulk_values.is_plain_object(cell))
        return odd


def _cell(name: str | None) -> str:
    """The pattern of a cell; what is looked at again is a group of its name."""
    match name:
        case None:
            return _ANYTHING
        case "channel":
            return '(?P<quoted>")?+(?P<channel>[0-9]++)(?(quoted)")'
        case "channel_code":
            return f'(?P<wrapped>")?+(?P<channel_code>{CODE.plain})(?(wrapped)")'
        case _ if name in _OBJECTS:
            return rf'(?:\{{\}}|"(?:\{{\}}|(?P<{name}>{_OBJECT}))")'
        case _:
            return f'(?:{_PATTERNS[name]}|"{_PATTERNS[name]}")'
