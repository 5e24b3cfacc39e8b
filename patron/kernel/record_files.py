"""Files of records that come in: CSV and NDJSON, plain or gzipped, from a disk or a pipe, of any size.

Read in constant memory: a line that does not end and a quote that does not close become one fault each.
"""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from django.utils.translation import gettext as _

from patron.kernel import file_lines
from patron.kernel.file_content import Content, Unreadable
from patron.kernel.file_lines import Lines, has_unstorable

FORMATS: Final = ("csv", "ndjson")
_AT_ONCE: Final = 500  # lines matched without a pause, in which no other thread can work
_DELIMITERS: Final = ",;\t|"
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


class Fault(NamedTuple):
    """Why a record cannot be taken. `line`: where it begins. `raw`: the record as far as it could be read."""

    line: int
    text: str
    raw: Any


class Mark(NamedTuple):
    """How far a file was read. `records`: how many; `content`: bytes unpacked; `digest`: of these."""

    records: int
    content: int
    digest: str


@dataclass(slots=True)
class Batch:
    """Some records, in order: `rows` of (line, fields), fields being a list (CSV) or a dict (NDJSON).

    `plain`: (line, match) of those that a pattern of whole lines was asked for and found in; they are in no `rows`.
    """

    rows: list[tuple[int, Any]]
    faults: list[Fault]
    mark: Mark
    plain: list[tuple[int, re.Match[str]]] = field(default_factory=list)


class Reader:
    """The records of one file, in order.

    `encoding`, `format`, `delimiter`: as found or as asked for. `names`: the header; it and the delimiter are None for
    NDJSON. `head`: the digest of the first block, by which the same file is known again.
    """

    def __init__(
        self, path: Path | None, *, encoding: str | None = None, kind: str | None = None, delimiter: str | None = None
    ) -> None:
        """`kind`: csv or ndjson, found out unless said. Raises Unreadable."""
        self.content = Content(path)
        try:
            self._begin(path, encoding, kind, delimiter)
        except BaseException:
            self.content.close()
            raise

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *trouble: object) -> None:
        self.content.close()

    def _begin(self, path: Path | None, encoding: str | None, kind: str | None, delimiter: str | None) -> None:
        self._lines = Lines(self.content, encoding)
        self.head = self.content.digest
        self.encoding, self.was_guessed = self._lines.encoding, self._lines.was_guessed
        text = self._lines.first
        self.format = kind or _format_of(path, text)
        self.count = 0
        self._source = iter(self._lines)
        self._ended = 0  # the last line of the last record
        self.names: list[str] | None = None
        head = text.partition("\n")[0]
        self.delimiter = delimiter or max(_DELIMITERS, key=head.count) if self.format == "csv" else None
        self._width = 0
        self._records = self._csv() if self.delimiter else self._ndjson()
        if self.format == "csv":
            self.names = self._header()

    def batches(self, size: int, plain: re.Pattern[str] | None = None) -> Iterator[Batch]:
        """All that is left, `size` records at a time. Raises Unreadable.

        `plain`: of lines of CSV, end and all, each of which is a record where one may begin; its groups are the
        caller's. To match them costs a third of parsing them. Where most lines are others, that is tried no more.
        """
        while batch := self._batch(size, plain):
            plain = plain if len(batch.plain) > len(batch.rows) else None
            yield batch

    def skip_to(self, mark: Mark) -> bool:
        """Pass over what was read before; whether it is the same content as then. Raises Unreadable."""
        while self.count < mark.records and next(self._records, None) is not None:
            self.count += 1
        return (self.count, self.content.size, self.content.digest) == mark

    def _batch(self, size: int, plain: re.Pattern[str] | None) -> Batch | None:
        batch = Batch([], [], Mark(0, 0, ""))
        if plain is None:
            self._sort(itertools.islice(self._records, size), batch)
        else:
            while (left := size - _count(batch)) > 0 and (
                lines := list(itertools.islice(self._source, min(left, _AT_ONCE)))
            ):
                self._match(lines, plain, batch)
        if not _count(batch):
            return None
        self.count += _count(batch)
        batch.mark = Mark(self.count, self.content.size, self.content.digest)
        return batch

    def _sort(self, records: Iterable[tuple[int, Any]], batch: Batch) -> None:
        for each in records:
            line, record = each
            if type(record) is Fault:
                batch.faults.append(record)
            elif self._lines.is_suspicious and type(record) is list and (said := _unstorable(record)):
                batch.faults.append(Fault(line, said, record))
            else:
                batch.rows.append(each)

    def _match(self, lines: list[str], plain: re.Pattern[str], batch: Batch) -> None:
        """Sort lines, and those that are read beyond them where the last begins a record of several."""
        found = [None] * len(lines) if self._lines.is_suspicious else list(map(plain.fullmatch, lines))
        first = self._ended + 1
        if None not in found:
            self._ended += len(lines)
            batch.plain += zip(range(first, first + len(lines)), found, strict=True)  # type: ignore[arg-type]
            return
        ahead = iter(lines)
        others = self._csv(itertools.chain(ahead, self._source))
        while (place := self._ended + 1 - first) < len(lines):
            match = found[place]
            if match is None:
                self._sort(itertools.islice(others, 1), batch)
            else:
                next(ahead)
                self._ended += 1
                batch.plain.append((self._ended, match))

    def _header(self) -> list[str]:
        line, first = next(self._records, (0, None))
        if first is None:
            raise Unreadable(_("The file is empty: its first line must name the columns."))
        if isinstance(first, Fault):
            raise Unreadable(
                _("Line %(line)d, which must name the columns: %(fault)s") % {"line": line, "fault": first.text}
            )
        self._width = len(first)
        names = [name.strip() for name in first]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Unreadable(_("The first line names a column twice: %(names)s") % {"names": ", ".join(twice)})
        return names

    def _csv(self, lines: Iterator[str] | None = None) -> Iterator[tuple[int, Any]]:
        """Records of lines, the first of which follows `_ended`: as do those after, whoever else reads some between."""
        reader = csv.reader(lines or self._source, delimiter=self.delimiter or ",", strict=True)
        read = 0
        while True:
            try:
                for row in reader:
                    begun = self._ended + 1
                    self._ended += reader.line_num - read
                    read = reader.line_num
                    if self._lines.was_too_long(self._ended):
                        yield begun, Fault(begun, _too_long(), None)
                    elif not row:
                        continue
                    elif self._width and len(row) != self._width:
                        said = _("Expected %(expected)d fields, found %(found)d.")
                        yield begun, Fault(begun, said % {"expected": self._width, "found": len(row)}, row)
                    else:
                        yield begun, row
            except csv.Error as error:
                begun = self._ended + 1
                self._ended += reader.line_num - read
                read = reader.line_num
                said = _("This is not valid CSV up to line %(line)d: %(error)s.")
                yield begun, Fault(begun, said % {"line": self._ended, "error": error}, None)
            else:
                return

    def _ndjson(self) -> Iterator[tuple[int, Any]]:
        for number, line in enumerate(self._source, start=1):
            if self._lines.was_too_long(number):
                yield number, Fault(number, _too_long(), None)
            elif not line.isspace():
                try:
                    yield number, _OBJECT.decode(line)
                except UnicodeError:
                    yield number, Fault(number, _other_encoding(), line.rstrip("\r\n"))
                except (msgspec.DecodeError, RecursionError):
                    yield number, Fault(number, _("This is not a JSON object."), line.rstrip("\r\n"))


def _count(batch: Batch) -> int:
    return len(batch.rows) + len(batch.faults) + len(batch.plain)


def by_column(fields: Iterable[str], mapped: Mapping[str, str] | None) -> dict[str, str]:
    """The field that each column holds. `mapped`: field → column; a column that is mapped is of no other field."""
    found = {name: name for name in fields if name not in (mapped or {})}
    return found | {column: name for name, column in (mapped or {}).items()}


def _format_of(path: Path | None, text: str) -> str:
    endings = [suffix.lower() for suffix in path.suffixes] if path else []
    if {".ndjson", ".jsonl"} & set(endings):
        return "ndjson"
    if ".csv" in endings:
        return "csv"
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first == "[":
        raise Unreadable(_("A JSON list cannot be read piece by piece: write one object a line (NDJSON)."))
    return "ndjson" if first == "{" else "csv"


def _unstorable(row: list[str]) -> str | None:
    text = "".join(row)
    if "\x00" in text:
        return _("Null characters are not allowed.")
    return _other_encoding() if has_unstorable(text) else None


def _other_encoding() -> str:
    return _("This is not in the encoding of the file.")


def _too_long() -> str:
    return _("The line is longer than %(most)d characters.") % {"most": file_lines.LONGEST_LINE}
