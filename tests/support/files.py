"""Files as people and attackers send them, made by hand so that each holds exactly one thing that is wrong."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import ExifTags, Image

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/{part}" ContentType="{kind}"/>{more}</Types>"""
_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
WORD = ("word/document.xml", _MAIN.format("wordprocessingml.document"))
EXCEL = ("xl/workbook.xml", _MAIN.format("spreadsheetml.sheet"))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\0" * 200
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def photo(note: str = "by the sea") -> bytes:
    """A JPEG as a phone makes it: lying on its side, with a note in its metadata."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = note
    out = io.BytesIO()
    Image.new("RGB", (9, 7), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG whose header promises `side` times `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    header = struct.pack("!2I5B", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def office(kind: tuple[str, str] = WORD, parts: dict[str, bytes] | None = None, more: str = "") -> bytes:
    """A .docx (or .xlsx) with further `parts`; `more`: further lines of [Content_Types].xml."""
    types = _TYPES.format(part=kind[0], kind=kind[1], more=more)
    return packed({"[Content_Types].xml": types.encode(), kind[0]: b"<document/>"} | (parts or {}))


def packed(parts: dict[str, bytes], **fields: Any) -> bytes:
    """A ZIP; `fields` are set on the entry of every part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(entry, field, value)
            archive.writestr(entry, content)
    return out.getvalue()


def compound(streams: dict[str, bytes], storages: tuple[str, ...] = ()) -> bytes:
    """A compound file (.doc, .xls) of sectors of 512 bytes; every stream is padded to be a large one."""
    sectors: list[bytes] = []
    table: list[int] = []

    def write(content: bytes) -> int:
        first = len(sectors)
        for start in range(0, len(content), 512):
            sectors.append(content[start : start + 512].ljust(512, b"\0"))
            table.append(len(sectors))
        table[-1] = END
        return first

    entries = [_entry("Root Entry", 5, END, 0)]
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        entries.append(_entry(name, 2, write(padded), len(padded)))
    entries += [_entry(name, 1, 0, 0) for name in storages]
    directory = write(b"".join(entries).ljust(-(-len(entries) // 4) * 512, b"\0"))
    table.append(FAT)
    fat = len(sectors)
    sectors.append(b"".join(struct.pack("<I", each) for each in table).ljust(512, b"\xff"))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<9I", 0, 1, directory, 0, 4096, END, 0, END, 0)
    return (header + struct.pack("<I", fat)).ljust(512, b"\xff") + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + b"\xff" * 12
        + b"\0" * 36
        + struct.pack("<3I", start, size, 0)
    )


def workbook(sheet_type: int = 0, *, is_locked: bool = False) -> bytes:
    """The records at the head of an .xls with one sheet."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<2H", kind, len(data)) + data

    sheet = struct.pack("<IBB", 0, 0, sheet_type) + b"\x05\0Sheet"
    lock = record(0x2F, b"\0" * 6) if is_locked else b""
    return record(0x809, b"\0" * 16) + lock + record(0x85, sheet) + record(0x0A, b"")
