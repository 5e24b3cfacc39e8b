"""Settings of the embedded PostgreSQL, by the memory of the machine and the number of web processes."""

import os
import sys
from pathlib import Path
from typing import Final

_MEGABYTE: Final = 1024 * 1024
_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN_GROUP: Final = Path("/proc/self/cgroup")


def settings(workers: int) -> tuple[str, ...]:
    """`postgresql.conf` settings for short transactions on a machine that runs other things too; fsync stays on.

    `workers`: web processes, each of which holds one connection a thread.
    """
    memory = _memory() // _MEGABYTE
    return (
        # Taken as it fills, but for some 20 MB a gigabyte. The system may drop its own copies of the files, not these;
        # ten million customers with their indexes are 8 GB.
        f"shared_buffers={min(max(memory // 4, 64), 8192)}MB",
        f"effective_cache_size={max(memory // 2, 256)}MB",
        f"max_connections={workers * 4 + 60}",
        "random_page_cost=1.1",
        "jit=off",  # it costs more than any statement here
        "max_parallel_workers_per_gather=0",  # needs shared memory that small containers do not have
        "wal_compression=off",  # this build has pglz alone, which costs more of a core than it saves of a disk
        "max_wal_size=2GB",  # the first change of a page after a checkpoint writes all of it
        "checkpoint_timeout=15min",
        *(("recovery_init_sync_method=syncfs",) if sys.platform == "linux" else ()),  # one call, not one a file
        "autovacuum_naptime=10s",  # the queue's tables fill with dead rows quickly
        "log_min_messages=log",  # a broken constraint is told to the program; its text may hold personal data
        "log_error_verbosity=terse",
        "log_checkpoints=off",
    )


def _memory() -> int:
    """Bytes that this process may use: those of the machine, or fewer where its control group is given fewer."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits()])


def _limits() -> list[int]:
    """What the control groups (cgroup v2) that the process is in may use: a container's, or a systemd unit's."""
    if not _OWN_GROUP.exists():
        return []  # not Linux
    groups = (line.partition("::/") for line in _OWN_GROUP.read_text().splitlines())
    own = next((_GROUPS / path for number, _colons, path in groups if number == "0"), _GROUPS)
    files = [group / "memory.max" for group in (own, *own.parents)]  # none above _GROUPS; a container's own is there
    found = [file.read_text().strip() for file in files if file.exists()]
    return [int(each) for each in found if each != "max"]
