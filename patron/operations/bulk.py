"""Imports and exports as a person at a terminal sees them: a bar, or a line every few seconds where there is none."""

import gc
import itertools
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from patron.kernel import import_runs, importing
from patron.kernel.file_content import Unreadable
from patron.kernel.importing import Target
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader
from patron.operations import server
from patron.operations.errors import CannotStart

EVERY_SECONDS: Final = 5.0
_AGAIN: Final = "Run the same command again: it goes on where it was."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was asked for. `file`: None for standard input. `errors`: where refused rows go."""

    file: Path | None
    errors: Path
    encoding: str | None = None
    kind: str | None = None
    delimiter: str | None = None
    is_rehearsal: bool = False
    restart: bool = False


class Watch:
    """Shows on standard error how far something is. `size`: of what is read, in bytes, where that is known."""

    def __init__(self, size: int | None) -> None:
        self._console = Console(stderr=True)
        self._started = self._told = time.monotonic()
        self._first: int | None = None
        self._bar: Progress | None = None
        self._size = size

    def __enter__(self) -> "Watch":
        if self._console.is_terminal:
            columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._console)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._size)
        return self

    def __exit__(self, *trouble: object) -> None:
        if self._bar:
            self._bar.stop()

    def tell(self, rows: int, done: int) -> None:
        """`rows` so far, `done` bytes of the size."""
        now = time.monotonic()
        self._first = rows if self._first is None else self._first
        text = f"{rows:,} rows, {(rows - self._first) / max(now - self._started, 0.001):,.0f}/s"
        if self._bar:
            self._bar.update(self._task, completed=done if self._size else None, description=text)
        elif now - self._told >= EVERY_SECONDS:
            self._told = now
            sys.stderr.write(f"{text}\n")


def bring_in(make_target: Callable[[], Target], asked: Asked) -> FileImport:
    """Import a file, or rehearse it. Raises CannotStart with what a person can mend."""
    if asked.file and asked.file.exists() and asked.errors.exists() and asked.file.samefile(asked.errors):
        raise CannotStart("--errors names the file that is read: choose another.")
    gc.set_threshold(200_000)  # a batch is that many lists and none in a circle; looking for some doubles its cost
    try:
        with server.told("" if asked.is_rehearsal else _AGAIN), ExitStack() as stack:
            reader = stack.enter_context(
                Reader(asked.file, encoding=asked.encoding, kind=asked.kind, delimiter=asked.delimiter)
            )
            if reader.was_guessed:
                sys.stderr.write(f"This is not UTF-8: read as {reader.encoding}. Say --encoding if it is another.\n")
            watch = stack.enter_context(Watch(reader.content.packed_size))
            calls = itertools.count()

            def progress(current: FileImport, at: Reader) -> None:
                if next(calls) == 0 and current.position and not asked.is_rehearsal:
                    sys.stderr.write(f"Going on behind record {current.position:,}, where it was stopped.\n")
                watch.tell(current.position, at.content.packed_position)

            name = os.fsencode(asked.file.name).decode("utf-8", "backslashreplace") if asked.file else "-"
            target = make_target()
            if asked.is_rehearsal:
                return importing.rehearse(target, reader, asked.errors, name=name, progress=progress)
            return importing.run(target, reader, asked.errors, name=name, progress=progress, restart=asked.restart)
    except import_runs.Changed as error:
        raise CannotStart(f"{error} Say --restart to do so.") from error
    except Unreadable as error:
        raise CannotStart(str(error)) from error
    except import_runs.Taken as error:
        raise CannotStart("Another process is importing this file at this moment.") from error
    except OSError as error:
        raise CannotStart(f"{error.filename or asked.errors}: {error.strerror}") from error


def summary(run: FileImport) -> str:
    """One line of what became of the rows."""
    parts = {
        "made": run.created_rows,
        "changed": run.updated_rows,
        "unchanged": run.unchanged_rows,
        "overridden by later rows": run.repeated_rows,
        "refused": run.refused_rows,
    }
    told = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
    return f"{run.position:,} rows: {told or 'none'}."


def send_out(write: Callable[[Callable[[int], None]], int]) -> int:
    """Export by `write`, which is given what to tell of its rows. Raises CannotStart."""
    try:
        with Watch(None) as watch:
            return write(lambda rows: watch.tell(rows, 0))
    except OSError as error:
        raise CannotStart(f"{error.filename or 'output'}: {error.strerror}") from error
