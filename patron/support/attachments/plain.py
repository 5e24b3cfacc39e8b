"""Pictures and PDF: what they are by their first bytes, and that they are nothing else by the rest."""

import io
import re
import struct
import zipfile
import zlib
from typing import Final

from PIL import Image

from patron.support.attachments.refusals import MISMATCH, TOO_MANY_PIXELS, Unacceptable

MAX_PIXELS: Final = 50_000_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PDF: Final = re.compile(rb"%PDF-[12]\.\d")
_END_OF_PDF: Final = b"%%EOF"
_ARCHIVES: Final = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)  # RAR of both ages, 7z: their readers look for these anywhere
_TAIL: Final = 1024  # where readers of PDF look for its end, and for its beginning
# Tags that a server or a browser would run if it took the picture for a page.
_PAGE: Final = re.compile(rb"<(\?php|script|html|!doctype)", re.IGNORECASE)


def require_pdf(content: bytes) -> None:
    """A PDF from its first byte to its end, and no archive. Raises Unacceptable."""
    if not _PDF.match(content) or _END_OF_PDF not in content[-_TAIL:] or _is_archive(content):
        raise Unacceptable(MISMATCH)


def require_jpeg(content: bytes) -> None:
    """A JPEG. Phones write more pictures behind the first, so a rest is no fault by itself. Raises Unacceptable."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise Unacceptable(MISMATCH)
    _require_picture(content, "JPEG")
    if b"\xff\xd9" not in content:  # its end
        raise Unacceptable(MISMATCH)


def require_png(content: bytes) -> None:
    """A PNG whose every chunk is whole and the last byte of which is that of the last one. Raises Unacceptable."""
    if not content.startswith(_PNG):
        raise Unacceptable(MISMATCH)
    _require_picture(content, "PNG")
    position, kind = len(_PNG), b""
    while kind != b"IEND":
        if position + 12 > len(content):
            raise Unacceptable(MISMATCH)
        (length,) = struct.unpack_from("!I", content, position)
        kind, end = content[position + 4 : position + 8], position + 8 + length
        checksum = content[end : end + 4]
        if len(checksum) < 4 or zlib.crc32(content[position + 4 : end]) != int.from_bytes(checksum, "big"):
            raise Unacceptable(MISMATCH)
        position = end + 4
    if position != len(content):
        raise Unacceptable(MISMATCH)


def _require_picture(content: bytes, kind: str) -> None:
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as image:  # reads the header
            pixels = image.width * image.height
    except Image.DecompressionBombError as error:
        raise Unacceptable(TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise Unacceptable(MISMATCH) from error
    if pixels > MAX_PIXELS:
        raise Unacceptable(TOO_MANY_PIXELS)
    if b"%PDF-" in content[:_TAIL] or _PAGE.search(content) or _is_archive(content):
        raise Unacceptable(MISMATCH)


def _is_archive(content: bytes) -> bool:
    """Whether the file is an archive too; a ZIP is read from its end, whatever stands before it."""
    return zipfile.is_zipfile(io.BytesIO(content)) or any(start in content for start in _ARCHIVES)
