"""Office documents of today (.docx, .xlsx): a ZIP of parts, each looked at before anybody opens one.

What is declared is not believed: entries may not overlap or leave room between them, nothing stands before the first or
behind the last, and each is unpacked with an eye on how much comes out.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from patron.support.attachments import ole, relations
from patron.support.attachments.refusals import BOMB, LOCKED, MACROS, MISMATCH, Unacceptable

MAX_UNPACKED: Final = 100_000_000
MAX_PARTS: Final = 3000
_MAX_DEPTH: Final = 2  # a chart holds its numbers as a workbook of its own
_CHUNK: Final = 65_536
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_DESCRIPTOR: Final = 24  # the longest record that may stand behind a part
_END: Final = 22
_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.{}.main+xml"
# By type alone: the part is `word/document.xml` for most, and `word/document2.xml` from Word in a browser.
_WORD: Final = _MAIN.format("wordprocessingml.document")
_EXCEL: Final = _MAIN.format("spreadsheetml.sheet")
_MACRO_WORDS: Final = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "activex", "ms-office.script")
# What the library lets out of a broken archive. A name that is not in the encoding it is flagged with is
# UnicodeDecodeError, a version that it does not know NotImplementedError.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    UnicodeDecodeError,
)
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")


def require_word(content: bytes) -> None:
    """A Word document without macros. Raises Unacceptable."""
    _require(content, (_WORD,), _Budget(), 1)


def require_excel(content: bytes) -> None:
    """An Excel workbook without macros. Raises Unacceptable."""
    _require(content, (_EXCEL,), _Budget(), 1)


class _Budget:
    """How much may still come out of a file and all that is packed in it."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Unacceptable(BOMB)


def _require(content: bytes, kinds: tuple[str, ...], budget: _Budget, depth: int) -> None:
    if not content.startswith(b"PK\x03\x04"):
        raise Unacceptable(LOCKED if ole.is_locked_document(content) else MISMATCH)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _require_plain(parts)
            _require_seamless(content, parts, archive.start_dir)
            types = _types(archive)
            names = {part.filename.lower() for part in parts}
            if not any(kind in kinds and part.lower() in names for part, kind in types):
                raise Unacceptable(MISMATCH)
            for part in parts:
                _look_into(archive, part, budget, depth)
    except _DAMAGED as error:
        raise Unacceptable(MISMATCH) from error


def _require_plain(parts: list[zipfile.ZipInfo]) -> None:
    """Names that stay where they are unpacked, each once; methods that every reader knows; no password."""
    names = {part.filename.lower() for part in parts}
    if len(parts) > MAX_PARTS or len(names) != len(parts):
        raise Unacceptable(MISMATCH)
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unacceptable(BOMB)
    for part in parts:
        name = part.orig_filename
        steps = name.split("/")
        is_link = part.external_attr >> 28 == 0xA
        if "\\" in name or ":" in name or name.startswith("/") or ".." in steps or is_link or not name.isprintable():
            raise Unacceptable(MISMATCH)
        if part.flag_bits & 0x1:
            raise Unacceptable(LOCKED)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unacceptable(MISMATCH)
        if any(word in name.lower() for word in _MACRO_WORDS):
            raise Unacceptable(MACROS)


def _require_seamless(content: bytes, parts: list[zipfile.ZipInfo], directory: int) -> None:
    """The parts lie side by side from the first byte on, the directory behind them, its end at the last byte."""
    position = 0
    for part in sorted(parts, key=lambda each: each.header_offset):
        if not 0 <= part.header_offset - position <= _DESCRIPTOR or (position == 0 and part.header_offset):
            raise Unacceptable(MISMATCH)
        local = _LOCAL.unpack_from(content, part.header_offset)
        position = part.header_offset + _LOCAL.size + local[9] + local[10] + part.compress_size
    has_end = content[-_END:].startswith(b"PK\x05\x06") and content[-2:] == b"\0\0"
    if not 0 <= directory - position <= _DESCRIPTOR or not has_end:
        raise Unacceptable(MISMATCH)


def _types(archive: zipfile.ZipFile) -> set[tuple[str, str]]:
    """What each named part says it is: pairs of part and type, by extension as `*.xml`."""
    if _TYPES not in archive.namelist():
        raise Unacceptable(MISMATCH)
    with archive.open(_TYPES) as file:
        raw = file.read(relations.MAX_BYTES + 1)
    found = set()
    for element in relations.root(raw):
        kind = element.get("ContentType", "")
        if any(word in kind.lower() for word in _MACRO_WORDS):
            raise Unacceptable(MACROS)
        found.add((element.get("PartName", "").lstrip("/") or f"*.{element.get('Extension', '')}", kind))
    return found


def _look_into(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget, depth: int) -> None:
    """Unpack a part, and look at one that is a file in itself."""
    chunks = _unpacked(archive, part, budget)
    head = next(chunks, b"")
    if head.startswith((ole.MAGIC, b"PK\x03\x04")):
        _look_into_file(head + b"".join(chunks), budget, depth + 1)
        return
    if head.startswith(_PROGRAMS):
        raise Unacceptable(MACROS)
    if part.filename.lower().endswith(".rels"):
        if part.file_size > relations.MAX_BYTES:
            raise Unacceptable(MISMATCH)
        relations.require_local(head + b"".join(chunks))
        return
    for _chunk in chunks:
        pass


def _look_into_file(content: bytes, budget: _Budget, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise Unacceptable(MISMATCH)
    if content.startswith(ole.MAGIC):
        ole.require_harmless(content)
    else:
        _require(content, (_WORD, _EXCEL), budget, depth)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """The content in chunks. The library stops at the declared size and compares the checksum."""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            budget.take(len(chunk))
            yield chunk
