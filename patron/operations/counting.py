"""The folder in which the processes of one start count together. Prepared before the counters are loaded."""

import os
from pathlib import Path

from patron.operations.errors import CannotStart


def prepare(folder: Path) -> None:
    """Make `folder` the place of this process's counters and its children's, without those of processes long gone.

    Raises CannotStart when it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*.db"):
            if not _is_alive(file.stem.rpartition("_")[2]):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The data directory {folder.parent} is not writable ({error.strerror}): "
            "set PATRON_DATA_DIR to a folder this user may write to."
        ) from error
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
