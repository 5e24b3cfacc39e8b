"""What happens at a certain moment of a test: before the nth call of something, or while something is held."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection


def before_call(patch: pytest.MonkeyPatch, owner: Any, name: str, number: int, act: Callable[[], Any]) -> None:
    """Have `act` done, in its thread, by whoever makes the call of this number, counted from one."""
    whole, calls = getattr(owner, name), []

    def work(*given: Any, **words: Any) -> Any:
        calls.append(name)
        if len(calls) == number:
            act()
        return whole(*given, **words)

    patch.setattr(owner, name, work)


def die() -> None:
    """As a process does that is told to stop."""
    raise KeyboardInterrupt


def has_to_wait(somebody: ThreadPoolExecutor, work: Callable[[], Any]) -> Future[Any]:
    """Have somebody do it over a connection of their own, and see that they wait for what is held at the moment."""

    def alone() -> Any:
        try:
            return work()
        finally:
            connection.close()

    doing = somebody.submit(alone)
    with pytest.raises(TimeoutError):
        doing.result(0.5)
    return doing
