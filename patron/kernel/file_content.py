"""The content of a file that comes in, from a disk or a pipe, plain or gzipped, block by block.

What was read so far has a digest, so that a run that was stopped can tell whether it goes on in the same content.
"""

import gzip
import hashlib
import sys
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

BLOCK_BYTES: Final = 1 << 20


class Unreadable(Exception):
    """The file as a whole cannot be read. The message says why and what to do."""


class Content:
    """The bytes of a file in blocks of one size, unpacked if need be, and the digest of all that was handed out."""

    def __init__(self, path: Path | None) -> None:
        """`path`: None for standard input. Raises Unreadable."""
        try:
            opened: Any = path.open("rb") if path else sys.stdin.buffer
            self._raw = opened
            self.packed_size = path.stat().st_size if path and path.is_file() else None
            packed = opened.peek(2)[:2] == b"\x1f\x8b"
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}") from error
        self._stream: BinaryIO = gzip.GzipFile(fileobj=self._raw) if packed else self._raw  # type: ignore[assignment]
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def packed_position(self) -> int:
        """How far in the file as it lies on the disk."""
        return int(self._raw.tell()) if self.packed_size is not None else 0

    @property
    def digest(self) -> str:
        """Of all blocks so far."""
        return self._hash.hexdigest()

    def block(self) -> bytes:
        """The next block, short only at the end. Raises Unreadable for a damaged archive or device."""
        parts, left = [], BLOCK_BYTES
        try:
            while left and (part := self._stream.read(left)):
                parts.append(part)
                left -= len(part)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable(_("The compressed file is damaged or cut off.")) from error
        except OSError as error:
            raise Unreadable(str(error.strerror)) from error
        block = b"".join(parts)
        self._hash.update(block)
        self.size += len(block)
        return block

    def close(self) -> None:
        """Give the file back; standard input stays open."""
        if self._raw is not sys.stdin.buffer:
            self._raw.close()
