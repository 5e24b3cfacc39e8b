"""Files that people sent in, kept in the data directory under random names.

They lie outside every folder that is served, without an ending, and only their owner may read them. A row of some room
holds the key; a file is written before its row is committed and taken away by a job of the transaction that drops the
row, so a crash leaves at most a file that nobody refers to, which the hourly sweep takes away.
With several machines the folder `files` of the data directory is shared by them.
"""

import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from patron.kernel import jobs

DISCARD: Final = "kernel.discard_files"
QUEUE: Final = "default"
SPARED_SECONDS: Final = 3600  # an upload whose row is not committed yet
_PRIORITY: Final = -20
_MOST_AT_ONCE: Final = 1000
_KEY: Final = re.compile(r"[0-9a-f]{64}")
InUse = Callable[[Collection[str]], Collection[str]]
_users: list[InUse] = []


class Gone(Exception):
    """There is no file of that key: it was discarded, or lies on another machine."""


def used_by(in_use: InUse) -> None:
    """Declare who refers to files: of some keys `in_use` returns those it knows. Called when the room is ready."""
    _users.append(in_use)


def keep(content: bytes) -> str:
    """Write a file so that it survives a crash, and return its key (64 hex characters)."""
    key = secrets.token_hex(32)
    path = _path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-") as file:  # readable by its owner only
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        os.link(file.name, path)
    return key


def read(key: str) -> bytes:
    """The content. Raises Gone."""
    try:
        return _path(key).read_bytes()
    except FileNotFoundError as error:
        raise Gone(key[:8]) from error


def discard(keys: Collection[str]) -> None:
    """Take the files away, if the transaction at hand commits."""
    wanted = sorted(key for key in keys if key)
    for start in range(0, len(wanted), _MOST_AT_ONCE):
        jobs.put(DISCARD, queue=QUEUE, priority=_PRIORITY, keys=wanted[start : start + _MOST_AT_ONCE])


def remove(keys: Collection[str]) -> None:
    """Take the files away now; one that is not there is no fault."""
    for key in keys:
        _path(key).unlink(missing_ok=True)


def sweep() -> int:
    """Take away what is older than an hour and nobody refers to; return how many that were."""
    old = time.time() - SPARED_SECONDS
    removed = 0
    for folder in _folders():
        found = {path.name: path for path in folder.iterdir() if path.stat().st_mtime < old}
        used = {key for in_use in _users for key in in_use(list(found))}
        for path in (path for name, path in found.items() if name not in used):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _folders() -> Iterator[Path]:
    root = Path(settings.DATA_DIR) / "files"
    return root.iterdir() if root.is_dir() else iter(())


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise Gone("no key")
    return Path(settings.DATA_DIR) / "files" / key[:2] / key
