"""Cores, processor time and memory of this machine, as Linux tells them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
_ALLOWED: Final = sorted(os.sched_getaffinity(0))
IS_SHARED: Final = len(_ALLOWED) < 2
SERVER_CORE: Final = _ALLOWED[0]
LOAD_CORE: Final = _ALLOWED[-1]
_COUNTED: Final = 5_000_000
# Gives way to everybody, and ends with who started it.
_SPIN: Final = """
import os, sys
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""


@contextmanager
def awake() -> Iterator[None]:
    """No core halts meanwhile: each has something to do that gives way to everything else.

    A halted core of a virtual machine waits for the host to wake it, for up to a millisecond at each answer of the
    database: what is measured then is the host. A machine of one's own is told the same by `idle=poll`.
    """
    spinners = []
    try:
        for core in _ALLOWED:
            with on_core(core):
                spinners.append(subprocess.Popen([sys.executable, "-c", _SPIN, str(os.getpid())]))
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started inside inherits the core, and so does all that it starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def on_every_core(pid: int) -> Iterator[None]:
    """The process, everything below it and what is started inside use whichever core is free."""
    before = os.sched_getaffinity(0)
    _let_use([*tree(pid), 0], set(_ALLOWED))
    try:
        yield
    finally:
        _let_use([*tree(pid), 0], before)


def _let_use(pids: list[int], cores: set[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it has ended since it was found
            os.sched_setaffinity(pid, cores)


def parent(pid: int) -> int:
    """The process that started this one."""
    return int(_stat(pid)[1])


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the process and everything below it so far, in steps of a hundredth of a second."""
    return sum(_ticks(each) for each in tree(pid)) / TICKS


def _ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12])


def _stat(pid: int) -> list[str]:
    # the name in brackets may hold anything, so the fields are counted from behind it
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory_mb(pid: int) -> float:
    """Resident memory of the largest process of the tree: the worker, beside which the launcher is small."""
    return max(_resident_kb(each) for each in tree(pid)) / 1024


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def speed() -> float:
    """Millions of numbers that Python adds up in a second: where a host is shared, not always as many."""
    total, started = 0, time.perf_counter()
    for number in range(_COUNTED):
        total += number
    return _COUNTED / 1e6 / (time.perf_counter() - started)


def times() -> tuple[int, int]:
    """Time of all cores so far in ticks, and how much of it the host gave to others, as far as it tells."""
    # user, nice, system, idle, waiting, two of interrupts, stolen; what guests had is counted in the first
    ticks = [int(each) for each in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]]
    return sum(ticks), ticks[7]


def name() -> str:
    """The processor and how many of its cores are ours, for the head of a report."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{models[0] if models else os.uname().machine}, {len(_ALLOWED)} cores"
