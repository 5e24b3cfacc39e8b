"""What a transaction writes last is written by one statement, and only if what caused it was kept."""

from typing import Any

import pytest
from django.db import transaction

from patron.kernel import transactions

pytestmark = pytest.mark.django_db(transaction=True)


class Written:
    """A writer that remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[list[Any]] = []

    def __call__(self, items: list[Any]) -> None:
        self.calls.append(items)


def test_items_of_one_work_are_written_together_at_its_end() -> None:
    """Nothing is written while the work runs; then one call carries everything in its order."""
    written = Written()

    def work() -> None:
        transactions.write_last(written, 1)
        with transaction.atomic(savepoint=False):
            transactions.write_last(written, 2)
        assert written.calls == []

    transactions.run(work)
    assert written.calls == [[1, 2]]


def test_an_item_outside_any_work_is_written_at_once() -> None:
    """There is no end to wait for."""
    written = Written()
    transactions.write_last(written, 1)
    with transaction.atomic():
        transactions.write_last(written, 2)
        assert written.calls == [[1], [2]]


def test_a_work_that_fails_writes_nothing() -> None:
    """Neither at its end nor at the end of the next."""
    written = Written()

    def fail() -> None:
        transactions.write_last(written, 1)
        raise LookupError

    with pytest.raises(LookupError):
        transactions.run(fail)
    transactions.run(lambda: None)
    assert written.calls == []


def test_an_inner_work_that_fails_takes_its_items_along() -> None:
    """The outer one goes on and writes its own."""
    written = Written()

    def inner() -> None:
        transactions.write_last(written, "lost")
        raise LookupError

    def outer() -> None:
        transactions.write_last(written, "kept")
        with pytest.raises(LookupError):
            transactions.run(inner)

    transactions.run(outer)
    assert written.calls == [["kept"]]


def test_an_item_of_a_savepoint_is_written_inside_it() -> None:
    """So that it is rolled back with it."""
    written = Written()

    def work() -> None:
        with transaction.atomic():
            transactions.write_last(written, 1)
            assert written.calls == [[1]]

    transactions.run(work)
    assert written.calls == [[1]]


def test_a_step_that_must_commit_is_refused_inside_a_transaction() -> None:
    """And let through outside one."""
    transactions.refuse_open()
    with transaction.atomic(), pytest.raises(RuntimeError):
        transactions.refuse_open()
