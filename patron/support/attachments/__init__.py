"""Files that strangers send: taken in only when name and content say the same harmless thing.

Source: 4-support, Contact us. The ending decides what the content must be; each kind is read as far as it takes to know
that it is nothing else as well: whole for a document, by its header for a picture, of which no pixel is decoded.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import UploadedFile

from patron.support.attachments import naming, office, ole, plain
from patron.support.attachments.refusals import NOT_ACCEPTED, TOO_LARGE, Unacceptable

MAX_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file fit to keep. `name`: cleaned, with its ending. `content_type`: what the content is."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What the content is known by, 64 hex characters."""
        return hashlib.sha256(self.content).hexdigest()


_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS: Final[dict[str, tuple[str, Callable[[bytes], None]]]] = {
    "pdf": ("application/pdf", plain.require_pdf),
    "jpg": ("image/jpeg", plain.require_jpeg),
    "jpeg": ("image/jpeg", plain.require_jpeg),
    "png": ("image/png", plain.require_png),
    "xls": ("application/vnd.ms-excel", ole.require_excel),
    "xlsx": (_EXCEL, office.require_excel),
    "doc": ("application/msword", ole.require_word),
    "docx": (_WORD, office.require_word),
}
ENDINGS: Final = tuple(_KINDS)


def check(upload: "UploadedFile[bytes]") -> Attachment:
    """The file, known to be what its name says. Raises Unacceptable with the text for whoever sent it."""
    name, ending = naming.cleaned(upload.name or "")
    if ending not in _KINDS or naming.hides_another(name):
        raise Unacceptable(NOT_ACCEPTED)
    if (upload.size or 0) > MAX_BYTES:
        raise Unacceptable(TOO_LARGE)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unacceptable(TOO_LARGE)
    content_type, require = _KINDS[ending]
    require(content)
    return Attachment(name, content_type, content)
