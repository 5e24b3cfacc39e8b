"""Bodies that come in: JSON objects of bounded size and depth, forms, and nothing else.

Every refusal here is a ParseError, answered 400 `{"non_field_errors": [text]}` before a serializer or a journey runs.
"""

import re
from io import BytesIO
from typing import IO, Any, Final

import msgspec
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser

MAX_JSON_BYTES: Final = 1_000_000
MAX_UPLOAD_BYTES: Final = 12_000_000
MAX_DRAIN_BYTES: Final = 64_000_000
MAX_DEPTH: Final = 32
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class JsonParser(BaseParser):
    """A JSON object. Refuses other JSON, more than 1 MB, more than 32 levels, NUL and half surrogate pairs."""

    media_type = "application/json"
    max_depth = MAX_DEPTH

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        refuse_oversize(parser_context["request"]._request, MAX_JSON_BYTES)
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise ParseError(_("The request body is too large."))
        return json_object(raw, self.max_depth)


class BoundedFormParser(FormParser):
    """A URL-encoded form of at most 1 MB."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        refuse_oversize(parser_context["request"]._request, MAX_JSON_BYTES)
        return super().parse(stream, media_type, parser_context)


class BoundedMultiPartParser(MultiPartParser):
    """A multipart form of at most 12 MB, files included."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        refuse_oversize(parser_context["request"]._request, MAX_UPLOAD_BYTES)
        return super().parse(stream, media_type, parser_context)


def json_object(raw: bytes, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The JSON object in `raw`. Raises ParseError for anything else and for what the database cannot hold."""
    try:
        data = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(_("The request body is not valid JSON.")) from error
    if not isinstance(data, dict):
        raise ParseError(_("The request body must be a JSON object."))
    refuse_unstorable(data, max_depth)
    return data


def refuse_oversize(request: Any, most: int) -> None:
    """Raise ParseError for a body whose stated length is over `most` bytes.

    What was sent is read and dropped first, up to 64 MB: a client that is still sending would see a broken connection
    in place of the answer.
    """
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length <= most:
        return
    left = min(length, MAX_DRAIN_BYTES)
    while left > 0 and (chunk := request.read(min(left, 65536))):
        left -= len(chunk)
    raise ParseError(_("The request body is too large."))


def receive(environ: dict[str, Any]) -> bool:
    """Take the whole body in before anybody acts on it; whether it arrived whole.

    A connection that breaks leaves a beginning, and the beginning of a form is a form. A chunked body gets its length,
    which Django takes a body without one to lack; only JSON shows by itself whether it is whole, so a chunked form is
    not taken. What is over 12 MB stays where it is, to be refused by its length.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not length:
        if not environ.get("CONTENT_TYPE", "").lower().startswith("application/json"):
            return False
        body = environ["wsgi.input"].read(MAX_UPLOAD_BYTES + 1)
        environ["CONTENT_LENGTH"] = str(len(body))
    elif length.isdecimal() and 0 < int(length) <= MAX_UPLOAD_BYTES:
        body = _read(environ["wsgi.input"], int(length))
        if len(body) < int(length):
            return False
    else:
        return True
    environ["wsgi.input"] = BytesIO(body)
    return True


def _read(stream: IO[bytes], length: int) -> bytes:
    parts = []
    while length > 0 and (part := stream.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def refuse_unstorable(value: Any, levels: int) -> None:
    """Raise ParseError for NUL, half surrogate pairs and more than `levels` levels."""
    if levels == 0:
        raise ParseError(_("The request body is nested too deeply."))
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise ParseError(_("Null characters are not allowed."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            refuse_unstorable(key, levels)
            refuse_unstorable(inner, levels - 1)
    elif isinstance(value, list):
        for inner in value:
            refuse_unstorable(inner, levels - 1)
