"""Office documents of old (.doc, .xls): a file system in a file, read as far as its directory and its macros.

Source: [MS-CFB], and [MS-XLS] for the sheets of a workbook. Every chain is followed through as many sectors as there
are and no further, so a loop ends.
"""

import struct
from dataclasses import dataclass
from typing import Final

from patron.support.attachments.refusals import LOCKED, MACROS, MISMATCH, Unacceptable

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_IN_HEADER: Final = 109  # sectors of the allocation table that the header itself names
_SMALL: Final = 4096  # a stream below it lies in the small sectors
_SMALL_SECTOR: Final = 64
_STREAM, _ROOT = 2, 5
# Storages and streams that only macros and wrapped programs have.
_MACROS: Final = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "\x01ole10native"})
_LOCKED: Final = frozenset({"encryptedpackage", "encryptioninfo"})
_BOUNDSHEET, _FILEPASS, _END_OF_RECORDS = 0x85, 0x2F, 0x0A
_MACRO_SHEETS: Final = (1, 6)  # of Excel 4, of Visual Basic


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


def require_word(content: bytes) -> None:
    """A Word document without macros. Raises Unacceptable."""
    directory = _harmless(content)
    if not directory.has("worddocument"):
        raise Unacceptable(MISMATCH)


def require_excel(content: bytes) -> None:
    """An Excel workbook without macros, in sheets of Excel 4 either. Raises Unacceptable."""
    directory = _harmless(content)
    book = directory.stream("workbook") or directory.stream("book")
    if book is None:
        raise Unacceptable(MISMATCH)
    _require_no_macro_sheet(book)


def require_harmless(content: bytes) -> None:
    """Whatever it is, without macros and wrapped programs. Raises Unacceptable."""
    directory = _harmless(content)
    book = directory.stream("workbook") or directory.stream("book")
    if book is not None:
        _require_no_macro_sheet(book)


def is_locked_document(content: bytes) -> bool:
    """Whether it is one of today's documents behind a password, which is wrapped like one of old."""
    try:
        return content.startswith(MAGIC) and any(_Directory(content).has(name) for name in _LOCKED)
    except Unacceptable:
        return False


def _harmless(content: bytes) -> "_Directory":
    directory = _Directory(content)
    if any(directory.has(name) for name in _LOCKED):
        raise Unacceptable(LOCKED)
    if any(directory.has(name) for name in _MACROS):
        raise Unacceptable(MACROS)
    return directory


def _require_no_macro_sheet(book: bytes) -> None:
    position = 0
    while position + 4 <= len(book):
        kind, length = struct.unpack_from("<2H", book, position)
        data = book[position + 4 : position + 4 + length]
        if kind == _FILEPASS:
            raise Unacceptable(LOCKED)
        if kind == _BOUNDSHEET and len(data) > 5 and data[5] in _MACRO_SHEETS:
            raise Unacceptable(MACROS)
        if kind == _END_OF_RECORDS:
            return
        position += 4 + length
    raise Unacceptable(MISMATCH)


class _Directory:
    """The entries of a compound file. Raises Unacceptable for what is none."""

    def __init__(self, content: bytes) -> None:
        try:
            self._read(content)
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise Unacceptable(MISMATCH) from error

    def has(self, name: str) -> bool:
        """Whether there is a storage or stream of that name (lower case)."""
        return name in self._entries

    def stream(self, name: str) -> bytes | None:
        """The content of a stream, None where there is none. Raises Unacceptable."""
        entry = self._entries.get(name)
        if entry is None or entry.kind != _STREAM:
            return None
        try:
            if entry.size >= _SMALL:
                return self._chain(entry.start)[: entry.size]
            return self._small_chain(entry.start)[: entry.size]
        except (struct.error, IndexError) as error:
            raise Unacceptable(MISMATCH) from error

    def _read(self, content: bytes) -> None:
        shift = struct.unpack_from("<H", content, 30)[0]
        if not content.startswith(MAGIC) or shift not in (9, 12):
            raise Unacceptable(MISMATCH)
        self._content, self._sector = content, 1 << shift
        self._most = len(content) // self._sector + 1
        directory, small_table = struct.unpack_from("<I", content, 48)[0], struct.unpack_from("<I", content, 60)[0]
        self._table = self._numbers(b"".join(self._at(number) for number in self._table_sectors()))
        raw = self._chain(directory)
        entries = [_entry(raw, position) for position in range(0, len(raw) - _ENTRY + 1, _ENTRY)]
        self._entries = {entry.name: entry for entry in entries if entry.kind}
        root = next((entry for entry in entries if entry.kind == _ROOT), None)
        if root is None:
            raise Unacceptable(MISMATCH)
        self._small_table = self._numbers(self._chain(small_table))
        self._small = self._chain(root.start)

    def _table_sectors(self) -> list[int]:
        """Where the allocation table lies: the header names the first, a chain of sectors the others."""
        sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 76))
        following = struct.unpack_from("<I", self._content, 68)[0]
        for _step in range(self._most):
            if following >= _LAST_SECTOR:
                break
            *named, following = self._numbers(self._at(following))
            sectors += named
        found = [sector for sector in sectors if sector < _LAST_SECTOR]
        if len(found) > self._most:
            raise Unacceptable(MISMATCH)
        return found

    def _chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _LAST_SECTOR and len(parts) <= self._most:
            parts.append(self._at(number))
            number = self._table[number]
        if len(parts) > self._most:
            raise Unacceptable(MISMATCH)
        return b"".join(parts)

    def _small_chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _LAST_SECTOR and len(parts) <= len(self._small_table):
            parts.append(self._small[number * _SMALL_SECTOR : (number + 1) * _SMALL_SECTOR])
            number = self._small_table[number]
        return b"".join(parts)

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        if start >= len(self._content):
            raise Unacceptable(MISMATCH)
        return self._content[start : start + self._sector]

    def _numbers(self, raw: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _entry(raw: bytes, position: int) -> _Entry:
    length = struct.unpack_from("<H", raw, position + 64)[0]
    kind = raw[position + 66]
    start, size = struct.unpack_from("<2I", raw, position + 116)
    name = raw[position : position + max(0, min(length, 64) - 2)].decode("utf-16-le")
    return _Entry(name.lower(), kind, start, size)
