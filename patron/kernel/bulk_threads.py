"""Who is at work while a file comes in or goes out, so that both Python and PostgreSQL have something to do.

In: a thread reads and cleans a batch, a connection takes the one before to the database (and may write it already), and
another connection writes the one before that. Out: two connections read in turns what this thread writes.
"""

import contextlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from django.db import connection
from django.utils import translation

_SWITCH_SECONDS: Final = 0.0002
T = TypeVar("T")


def ahead(batches: Iterator[T]) -> Iterator[T]:
    """The same, each made in a thread while the one before is dealt with."""
    with _thread("patron-bulk-clean") as thread, _switching_soon():
        coming = thread.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, batches, None)
            yield batch


@contextlib.contextmanager
def connected() -> Iterator[list[ThreadPoolExecutor]]:
    """Two threads, each with a connection of its own, which take turns."""
    with contextlib.ExitStack() as stack:
        threads = [stack.enter_context(_thread("patron-bulk-database")) for _ in range(2)]
        for thread in threads:
            stack.callback(thread.submit, _close_connection)
        yield threads


def _close_connection() -> None:
    connection.close()  # the thread's own


def _thread(name: str) -> ThreadPoolExecutor:
    """A thread that speaks the language of this one."""
    return ThreadPoolExecutor(1, name, initializer=translation.activate, initargs=(translation.get_language() or "",))


@contextlib.contextmanager
def _switching_soon() -> Iterator[None]:
    """Let whoever has the interpreter give it away after so long.

    A statement's answer waits for the thread that cleans to do so, at Python's own 5 ms: for a quarter of an import.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
