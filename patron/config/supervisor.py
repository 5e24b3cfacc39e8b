"""Keeps processes alive: starts them, starts them again when they die, ends them.

They are forked from a process that has loaded everything and opened nothing: they share its memory, and one that died
is back within milliseconds.
"""

import gc
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from patron.operations.orphans import die_with

STOP_SECONDS: Final = 30  # longer than either child's own patience
TICK_SECONDS: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
_LOG_BYTES: Final = 20_000_000
_fork = multiprocessing.get_context("fork")


@dataclass
class Child:
    """A process to keep. `work` runs in it and returns when it is told to stop; `log` takes what it prints."""

    name: str
    work: Callable[[], None]
    log: Path
    failures: int = 0
    process: BaseProcess | None = None
    _started_at: float = field(default=0.0)
    _due_at: float = field(default=0.0)

    def tend(self) -> None:
        """Start it when it does not run and its pause is over; the pause doubles with every quick death."""
        now = time.monotonic()
        if self.process is not None and not self.process.is_alive():
            self.process.join()
            self.process = None
            self.failures = 1 if now - self._started_at > _STEADY_SECONDS else self.failures + 1
            self._due_at = now + min(0.05 * 2**self.failures, _LONGEST_PAUSE)
        if self.process is None and now >= self._due_at:
            self.process = _fork.Process(target=_become, args=(os.getpid(), self.name, self.work, self.log))
            self.process.start()
            self._started_at = now


@dataclass
class Supervisor:
    """The children in the order they are stopped. `also` is called on every round (the embedded database's turn)."""

    children: Sequence[Child]
    also: Callable[[], None]
    logs: Sequence[Path]

    def start(self) -> None:
        gc.collect()
        gc.freeze()  # so that the children's collector does not touch, and thereby copy, what they share
        self._round()

    def keep(self) -> None:
        """Tend the children for ever; ends by an exception, as a signal's handler raises it."""
        while True:
            self.wait(TICK_SECONDS)

    def wait(self, seconds: float) -> None:
        """One round after at most `seconds`, or as soon as a child dies."""
        alive = [child.process.sentinel for child in self.children if child.process]
        if alive:
            connection.wait(alive, timeout=seconds)
        else:
            time.sleep(seconds)
        self._round()

    def stop(self) -> None:
        """Ask every child to end, wait, and kill what is left."""
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        ends = time.monotonic() + STOP_SECONDS
        for process in running:
            process.join(max(0.0, ends - time.monotonic()))
        self.kill()

    def kill(self) -> None:
        """End every child at once."""
        for child in self.children:
            if child.process and child.process.is_alive():
                child.process.kill()
                child.process.join()

    def _round(self) -> None:
        self.also()
        for child in self.children:
            child.tend()
        for log in self.logs:
            _bound(log)


def _become(parent: int, name: str, work: Callable[[], None], log: Path) -> None:
    os.setsid()  # Ctrl-C is the launcher's to hear
    if sys.platform == "linux":
        Path("/proc/self/comm").write_text(f"patron-{name}")  # what `ps` and `top` call it
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with(parent)
    sys.stdout.flush()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    work()


def _bound(log: Path) -> None:
    """Keep a log and the one before it. Its writers append, so it is emptied under them rather than moved away."""
    try:
        if log.stat().st_size > _LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(log.suffix + ".1"))
            os.truncate(log, 0)
    except FileNotFoundError:
        pass
