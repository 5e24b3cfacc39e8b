"""Settings of the embedded PostgreSQL, by the memory of the machine and the number of web processes."""

import os
import sys
from typing import Final

_MEGABYTE: Final = 1024 * 1024


def settings(workers: int) -> tuple[str, ...]:
    """`postgresql.conf` settings for short transactions on a machine that runs other things too; fsync stays on.

    `workers`: web processes, each of which holds one connection a thread.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    return (
        f"shared_buffers={min(max(memory // 8, 64), 1024)}MB",
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
