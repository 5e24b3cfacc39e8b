"""Profile pictures: accepted by content, re-encoded, kept under a random name.

Source: 1-shopper, Profile: JPEG, PNG or WebP; at most 5 MB and 25 megapixels; re-encoded, metadata gone.
"""

import io
import secrets
import struct
from dataclasses import dataclass
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from patron.accounts.models import Avatar, Shopper
from patron.kernel import clock
from patron.kernel.errors import Invalid

MAX_BYTES: Final = 5_000_000
MAX_PIXELS: Final = 25_000_000
SIDE: Final = 512
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
# What the library lets out of a broken picture; the second line is its reader of metadata (fields of the wrong type or
# length, a fraction over zero, a tag that is not there).
_DAMAGED: Final = (
    *(OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError),
    *(struct.error, TypeError, ArithmeticError, LookupError),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture fit to keep and to serve."""

    name: str
    content: bytes
    content_type: str


def reencode(upload: "UploadedFile[bytes]") -> Picture:
    """A clean WebP of at most 512 x 512 pixels. Raises Invalid on `avatar` for anything that is no such picture."""
    if (upload.size or 0) > MAX_BYTES:
        raise _unusable(_("The picture must be at most 5 MB."))
    content = upload.read(MAX_BYTES + 1)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            # the header tells the size: checked before a pixel is decoded
            if image.width * image.height > MAX_PIXELS:
                raise _unusable(_("The picture must have at most 25 megapixels."))
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            clean = ImageOps.exif_transpose(image)
            clean.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            clean.convert("RGBA" if "A" in clean.mode or "transparency" in clean.info else "RGB").save(
                out, "WEBP", quality=85, exif=b"", icc_profile=b""
            )
    except _DAMAGED as error:
        raise _unusable(_("Upload a JPEG, PNG or WebP picture.")) from error
    return Picture(f"{secrets.token_hex(16)}.webp", out.getvalue(), "image/webp")


def replace(shopper: Shopper, picture: Picture | None) -> None:
    """Put the picture in the place of the old one, None takes it away. The caller saves the shopper."""
    Avatar.objects.filter(shopper_id=shopper.pk).delete()
    shopper.avatar = None
    if picture is not None:
        Avatar.objects.create(
            name=picture.name,
            shopper_id=shopper.pk,
            content=picture.content,
            content_type=picture.content_type,
            created_at=clock.now(),
        )
        shopper.avatar = picture.name


def _unusable(text: str) -> Invalid:
    return Invalid({"avatar": [text]})
