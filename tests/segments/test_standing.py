"""Writers of one shopper's standing meet: the last one knows the newest facts, and one choice is left."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from patron.accounts.models import Shopper
from patron.kernel.errors import Refusal
from patron.segments import roster, standing
from patron.segments.models import Standing

WOMEN = {"field": "gender", "op": "eq", "value": "female"}


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment; what each returned. Raises what one of them raised."""
    ready = threading.Barrier(len(works))

    def go(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(10)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(go, works))


@pytest.mark.django_db(transaction=True)
def test_two_parallel_sets_leave_one_chosen(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """Both are answered, and one row holds one of the two."""
    shopper = make_shopper()
    segments = [make_segment(f"S{number}") for number in range(2)]
    clients = [sign_in(shopper) for _each in segments]
    for _round in range(5):
        answers = at_once(
            *(
                lambda client=client, segment=segment: client.post(f"/users/segments/{segment.pk}/set/")
                for client, segment in zip(clients, segments, strict=True)
            )
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert Standing.objects.get(shopper=shopper).chosen_id in {segment.pk for segment in segments}


@pytest.mark.django_db(transaction=True)
def test_a_choice_and_an_evaluation_at_once_keep_the_choice(make_shopper: Any, make_segment: Any) -> None:
    """An event that is heard in this very moment does not undo it, in whichever order they come."""
    shopper = make_shopper()
    make_segment("First", priority=0)
    wanted = make_segment("Wanted", priority=1)
    for _round in range(10):
        Standing.objects.all().delete()
        standing.settle(shopper.pk)
        at_once(
            lambda: standing.choose(shopper.pk, wanted.pk, "en"),
            lambda: standing.settle(shopper.pk),
            lambda: standing.settle_many(roster.current(), 0, shopper.pk),
        )
        assert Standing.objects.get(shopper=shopper).chosen_id == wanted.pk


@pytest.mark.django_db(transaction=True)
def test_an_evaluation_waits_for_the_one_before_and_sees_what_it_saw(make_shopper: Any, make_segment: Any) -> None:
    """Evaluation B, begun while A holds the row, looks at the shopper after A has ended, not as it was at its start."""
    women = make_segment("Women", rule=WOMEN)
    shopper = make_shopper(gender="male")
    held, done = threading.Event(), threading.Event()

    def second() -> None:
        held.wait(10)
        try:
            standing.settle(shopper.pk)
        finally:
            done.set()
            connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        standing.settle(shopper.pk)
        held.set()
        assert not done.wait(0.3), "the second waits"
        Shopper.objects.filter(pk=shopper.pk).update(gender="female")
    thread.join(10)
    assert Standing.objects.get(shopper=shopper).available == [women.pk]


@pytest.mark.django_db(transaction=True)
def test_a_slow_range_does_not_overwrite_a_newer_evaluation(make_shopper: Any, make_segment: Any) -> None:
    """The range read the shopper as a man; before it writes, she is a woman and was looked at again."""
    women = make_segment("Women", rule=WOMEN)
    men = make_segment("Men", rule={"not": WOMEN})
    shopper = make_shopper(gender="male")
    standing.settle(shopper.pk)
    make_segment("Everybody", priority=9)
    started = threading.Event()

    def slow_range() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL application_name = 'slow range'")
                started.set()
                standing.settle_many(roster.current(), 0, shopper.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow_range)
    with transaction.atomic():
        # holds the row, so that the range has read everything and waits to write
        Shopper.objects.filter(pk=shopper.pk).update(gender="female")
        standing.settle(shopper.pk)
        thread.start()
        started.wait(10)
        wait_for_lock("slow range")
    thread.join(10)
    kept = Standing.objects.get(shopper=shopper)
    assert women.pk in kept.available
    assert men.pk not in kept.available


@pytest.mark.django_db
def test_a_range_writes_only_what_changed(make_shopper: Any, make_segment: Any) -> None:
    """Neither who stands as before nor who stands nowhere is written; a choice that fits stays."""
    women = make_segment("Women", rule=WOMEN)
    hers, his = make_shopper(gender="female"), make_shopper(gender="male")
    assert standing.settle_many(roster.current(), 0, his.pk) == 1
    assert standing.settle_many(roster.current(), 0, his.pk) == 0
    assert list(Standing.objects.values_list("shopper_id", "chosen_id")) == [(hers.pk, women.pk)]
    Shopper.objects.filter(pk=his.pk).update(gender="female")
    assert standing.settle_many(roster.current(), 0, hers.pk) == 0, "beyond the range"
    assert standing.settle_many(roster.current(), hers.pk, his.pk) == 1


@pytest.mark.django_db
def test_who_is_not_active_stands_nowhere(make_shopper: Any, make_segment: Any) -> None:
    """Neither alone nor in a range, and cannot choose."""
    segment = make_segment()
    shopper = make_shopper(is_active=False)
    standing.settle(shopper.pk)
    standing.settle_first(shopper.pk)
    assert standing.settle_many(roster.current(), 0, shopper.pk) == 0
    with pytest.raises(Refusal):
        standing.choose(shopper.pk, segment.pk, "en")
    assert not Standing.objects.exists()


def wait_for_lock(application: str) -> None:
    """Return when a connection of that name waits for another's lock."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'",
                [application],
            )
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError(f"{application} does not wait")
