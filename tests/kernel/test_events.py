"""Events put in a transaction and heard by the worker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.kernel import events, transactions

EVENTS = ("tests.first", "tests.second")


class Ear:
    """A listener that remembers, and fails as often as it is told to."""

    def __init__(self, name: str) -> None:
        self.__module__, self.__qualname__ = "tests.ears", name
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.failures = 0

    def __call__(self, event: str, payload: dict[str, Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise LookupError
        self.heard.append((event, payload))


@pytest.fixture
def ears() -> Iterator[tuple[Ear, Ear]]:
    """Two listeners to both events, until the test ends."""
    both = Ear("one"), Ear("other")
    for event in EVENTS:
        for ear in both:
            events.listen(event, ear)
    yield both
    for event in EVENTS:
        events._listeners.pop(event)


def put() -> None:
    events.put("tests.first", number=1)
    events.put("tests.second", number=2)
    events.put("tests.nobody_listens", number=3)


def waiting() -> list[str]:
    return list(ProcrastinateJob.objects.filter(status="todo").order_by("id").values_list("task_name", flat=True))


HEARD = [("tests.first", {"number": 1}), ("tests.second", {"number": 2})]


@pytest.mark.django_db
def test_the_events_of_a_transaction_are_one_job(ears: tuple[Ear, Ear], run_jobs: Callable[[], Any]) -> None:
    """Every listener hears all of them, in their order."""
    transactions.run(put)

    assert waiting() == ["kernel.hear_events"]
    run_jobs()
    assert [ear.heard for ear in ears] == [HEARD, HEARD]


@pytest.mark.django_db
def test_a_listener_that_fails_is_retried_alone(ears: tuple[Ear, Ear], run_jobs: Callable[[], Any]) -> None:
    """The others hear everything once."""
    failing, other = ears
    failing.failures = 1
    events.hear(items=[{"event": name, "payload": payload} for name, payload in HEARD])

    assert (failing.heard, other.heard) == (HEARD[1:], HEARD)
    assert waiting() == ["kernel.deliver_event"]
    run_jobs()
    assert (failing.heard, other.heard) == ([HEARD[1], HEARD[0]], HEARD)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_heard(ears: tuple[Ear, Ear]) -> None:
    """As nothing has happened."""

    def fail() -> None:
        put()
        raise LookupError

    with pytest.raises(LookupError):
        transactions.run(fail)
    assert waiting() == []
