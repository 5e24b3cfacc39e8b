"""What the parts of an Office document say of each other, and what they fetch from elsewhere when it is opened.

A document without a macro can name a template or an object at an address, and the program that opens it runs what comes
from there. Source: ECMA-376, part 2 (relationships). Links that people click, and pictures, are let through.
"""

import re
from typing import Final
from xml.etree import ElementTree

from patron.support.attachments.refusals import MACROS, MISMATCH, Unacceptable

MAX_BYTES: Final = 1_000_000
_OPENED: Final = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "afchunk"})
# A drive, or a path without a scheme; a share of another computer has two slashes. Word notes where a template lay.
_LOCAL: Final = re.compile(r"(file:/{2,3})?[a-z]:[/\\%]|(?![a-z][\w+.-]*:|[/\\]{2})", re.IGNORECASE)


def root(raw: bytes) -> ElementTree.Element:
    """The element of a small part that nobody but a program writes. Raises Unacceptable."""
    # no document declares entities here, and a declared one could grow without bound
    if len(raw) > MAX_BYTES or b"<!" in raw or b"\0" in raw:
        raise Unacceptable(MISMATCH)
    try:
        return ElementTree.fromstring(raw)  # noqa: S314 -- nothing is declared in it, so there is nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last: an encoding that nobody knows
        raise Unacceptable(MISMATCH) from error


def require_local(raw: bytes) -> None:
    """Nothing that is opened with the document comes from elsewhere. Raises Unacceptable."""
    for relation in root(raw).iter():
        kind = relation.get("Type", "").rpartition("/")[2].lower()
        is_elsewhere = relation.get("TargetMode", "").lower() == "external"
        if kind in _OPENED and is_elsewhere and not _LOCAL.match(relation.get("Target", "").strip()):
            raise Unacceptable(MACROS)
