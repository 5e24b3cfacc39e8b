"""One Patron a data directory: a lock that the kernel lets go of when its holder dies, however it dies."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from patron.operations.errors import CannotStart

RUN: Final = "run"
COMMAND: Final = "command"
_COMMAND_SECONDS: Final = 60


class Busy(CannotStart):
    """`patron run` holds the data directory."""


@contextlib.contextmanager
def hold(data_dir: Path, purpose: str) -> Iterator[None]:
    """Hold the data directory; wait for a command that has it, raise Busy when `patron run` does."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The data directory {data_dir} is not writable ({error.strerror}): "
            "set PATRON_DATA_DIR to a folder this user may write to."
        ) from error
    try:
        _take(descriptor, data_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{purpose} {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, data_dir: Path) -> None:
    ends = time.monotonic() + _COMMAND_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            purpose, _, pid = os.pread(descriptor, 100, 0).decode().strip().partition(" ")
            if purpose == RUN or time.monotonic() > ends:
                raise Busy(
                    f"Patron runs already on {data_dir} (process {pid}): stop that one, or set PATRON_DATA_DIR "
                    "and PATRON_PORT to start another beside it."
                ) from None
            time.sleep(0.1)
