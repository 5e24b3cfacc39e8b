"""The runs of imports: which one a file goes on with, that one process alone does so, and how far it is.

A stopped run is gone on with as long as no other import that overwrites has written since. If one has, what this one
had brought may be gone, and the file is imported from its beginning.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from patron.kernel import advisory, clock, transactions
from patron.kernel.file_content import Unreadable
from patron.kernel.models import FileImport
from patron.kernel.record_files import Mark, Reader

_WAIT_SECONDS: Final = 10.0  # for the connection of a process that was killed to be closed
_FORGET_KEYS: Final = "DELETE FROM kernel_importedkey WHERE import_id = ANY (%s)"
State = FileImport.State
Counts = dict[str, int]


class Taken(Exception):
    """Another process goes on with the same import at this moment."""


class Changed(Unreadable):
    """The file is not what it was when its import stopped."""


@contextlib.contextmanager
def alone(
    kind: str,
    options: Mapping[str, Any],
    reader: Reader,
    name: str,
    *,
    restart: bool,
    overwrites: bool,
) -> Iterator[FileImport]:
    """The run to go on with, the reader being behind what it had read, or a new one: for this process alone.

    `options`: what changes the meaning of the same file. `restart`: a new one in any case. `overwrites`: whether
    imports of the kind change what others have brought. Raises Changed, Unreadable, Taken. Must not run inside a
    transaction.
    """
    known_by = _known_by(kind, options, reader)
    with advisory.alone(int(known_by[:16], 16) - 2**63, _WAIT_SECONDS) as is_alone:
        if not is_alone:
            raise Taken
        found = None if restart else _unfinished(kind, known_by, reader, overwrites=overwrites)
        yield found or transactions.run(lambda: _begin(kind, options, reader, name, known_by))


def hold(current: FileImport) -> None:
    """Have it for the transaction at hand. Raises Taken where it is not as it was."""
    mine = FileImport.objects.select_for_update().filter(pk=current.pk, position=current.position, state=State.RUNNING)
    if not mine.exists():
        raise Taken


def advance(current: FileImport, added: Counts, **values: Any) -> FileImport:
    """Note in the transaction at hand what was added and the new values; the run as it then is. Raises Taken."""
    mine = FileImport.objects.filter(pk=current.pk, position=current.position, state=State.RUNNING)
    sums = {name: F(name) + count for name, count in added.items()}
    values["modified_at"] = clock.now()
    if not mine.update(**sums, **values):
        raise Taken
    return counted(current, added, values)


def counted(current: FileImport, added: Counts, values: Mapping[str, Any] | None = None) -> FileImport:
    """The run with more counted, and other values."""
    found = copy(current)
    for name, count in added.items():
        setattr(found, name, getattr(found, name) + count)
    for name, value in (values or {}).items():
        setattr(found, name, value)
    return found


def forget_keys(ids: Iterable[int]) -> None:
    """Of runs that have ended."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_KEYS, [list(ids)])


def _known_by(kind: str, options: Mapping[str, Any], reader: Reader) -> str:
    wish = msgspec.json.encode(
        [reader.head, kind, reader.encoding, reader.format, reader.delimiter, options], order="sorted"
    )
    return hashlib.sha256(wish).hexdigest()


def _unfinished(kind: str, known_by: str, reader: Reader, *, overwrites: bool) -> FileImport | None:
    """The run of the same content that was stopped, with the reader behind what it had read."""
    same = FileImport.objects.filter(kind=kind, head_digest=known_by, state=State.RUNNING)
    # held for a moment: a process that was killed may have left the server a batch to end
    found = transactions.run(lambda: same.select_for_update().order_by("-id").first())
    if found is None or not found.position:
        return found
    since = FileImport.objects.filter(kind=kind, modified_at__gt=found.modified_at).exclude(pk=found.pk)
    if overwrites and since.exists():
        return None
    if reader.skip_to(Mark(found.position, found.content_bytes, found.content_digest)):
        return found
    text = _("An import of this file stopped at record %(position)d, and the file has changed since: begin anew.")
    raise Changed(text % {"position": found.position})


def _begin(kind: str, options: Mapping[str, Any], reader: Reader, name: str, known_by: str) -> FileImport:
    """A new run, in the place of those of the same content that were stopped."""
    now = clock.now()
    stopped = FileImport.objects.filter(kind=kind, head_digest=known_by, state=State.RUNNING)
    forget_keys(stopped.values_list("pk", flat=True))
    stopped.update(state=State.REPLACED)
    return FileImport.objects.create(
        kind=kind,
        name=name[-255:],
        options=dict(options) | {"encoding": reader.encoding, "format": reader.format},
        head_digest=known_by,
        started_at=now,
        modified_at=now,
    )
