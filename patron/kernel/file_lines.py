"""The text of a file that comes in, line by line, in the encoding that it is found to be in."""

import codecs
import io
import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from patron.kernel import file_content
from patron.kernel.file_content import Content, Unreadable

LONGEST_LINE: Final = 1_000_000  # characters
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What a spreadsheet of this market saves when it does not save UTF-8: latin-1, but for six letters of Turkish.
FALLBACK_ENCODING: Final = "windows-1254"


class Lines:
    """The lines of a content with their ends; one that is too long comes as an empty one.

    `encoding`: as asked for, or found, which is a guess where it is not UTF-8 and has no mark (`was_guessed`).
    `first`: the text of the first block. `is_suspicious`: some text so far cannot be stored.
    """

    def __init__(self, content: Content, encoding: str | None) -> None:
        """Read the first block. Raises Unreadable."""
        self._content = content
        block = content.block()
        self.was_guessed = False
        self.encoding = _known(encoding) if encoding else self._guess(block)
        self._decode = codecs.getincrementaldecoder(self.encoding)(errors="surrogateescape").decode
        self._is_whole = len(block) < file_content.BLOCK_BYTES
        self.first = self._decode(block, self._is_whole).removeprefix("\ufeff")
        self.is_suspicious = False
        self._too_long: list[int] = []

    def __iter__(self) -> Iterator[str]:
        """All of them, once. Raises Unreadable."""
        return itertools.chain.from_iterable(self._pieces())

    def was_too_long(self, number: int) -> bool:
        """Whether a line up to this one was, of those that were not asked about yet."""
        before = len(self._too_long)
        self._too_long = [each for each in self._too_long if each > number] if before else []
        return len(self._too_long) < before

    def _guess(self, first: bytes) -> str:
        for bom, encoding in _BOMS:
            if first.startswith(bom):
                return encoding
        try:
            codecs.getincrementaldecoder("utf-8")().decode(first, len(first) < file_content.BLOCK_BYTES)
        except UnicodeDecodeError:
            self.was_guessed = True
            return FALLBACK_ENCODING
        return "utf-8"

    def _texts(self) -> Iterator[str]:
        text, is_last = self.first, self._is_whole
        while True:
            self.is_suspicious = self.is_suspicious or has_unstorable(text)
            yield text
            if is_last:
                return
            block = self._content.block()
            is_last = len(block) < file_content.BLOCK_BYTES
            text = self._decode(block, is_last)

    def _pieces(self) -> Iterator[Iterable[str]]:
        """Lines with their ends, some at a time. One that is too long comes as an empty one, noted in `_too_long`."""
        pending, number, dropping = "", 0, False
        for each in self._texts():
            if dropping:
                _dropped, found, each = each.partition("\n")  # noqa: PLW2901 -- the rest of it
                if not found:
                    continue
                dropping = False
            pending += each
            end = pending.rfind("\n") + 1
            whole, pending = pending[:end], pending[end:]
            number += whole.count("\n")
            yield io.StringIO(whole, newline="\n")
            if len(pending) > LONGEST_LINE:
                number += 1
                self._too_long.append(number)
                pending, dropping = "", True
                yield ["\n"]
        if pending:
            yield [pending]


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)  # a codec of something else than text is none here
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError) as error:
        raise Unreadable(_("There is no encoding %(name)s.") % {"name": encoding}) from error


def has_unstorable(text: str) -> bool:
    """Whether PostgreSQL refuses it: a null character, or what was not in the encoding."""
    if "\x00" in text:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
