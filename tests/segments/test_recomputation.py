"""The run over everybody: asked for, replaced, killed and gone on with, and kept up with the time."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from patron.accounts.models import Shopper
from patron.kernel import clock, secrets
from patron.segments import editing, recomputation
from patron.segments.models import Recomputation, Segment, Standing

State = Recomputation.State
WOMEN = {"field": "gender", "op": "eq", "value": "female"}
MEN = {"field": "gender", "op": "eq", "value": "male"}


def many(count: int) -> None:
    """Shoppers, every second one a woman."""
    now = clock.now()
    Shopper.objects.bulk_create(
        Shopper(
            username=secrets.digest(f"many {number}"),
            email=f"many{number}@example.com",
            gender="female" if number % 2 else "male",
            date_joined=now,
            modified_date=now,
        )
        for number in range(count)
    )


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three shoppers a transaction."""
    monkeypatch.setattr(recomputation, "RANGE", 3)


@pytest.mark.django_db
def test_everybody_is_looked_at(small_ranges: None, run_jobs: Any) -> None:
    """By ranges, with the progress and the members counted at the end."""
    many(8)
    women = editing.create({"name": {"en": "Women"}, "rule": WOMEN}, staff_id=None)
    asked = recomputation.latest()
    assert asked is not None
    assert (asked.state, asked.done, asked.started_at) == (State.QUEUED, 0, None)
    run_jobs()
    run = recomputation.latest()
    assert run is not None
    assert (run.state, run.reason, run.total, run.done) == (State.DONE, "edit", 8, 8)
    assert run.members == {str(women.pk): 4}
    assert run.finished_at is not None
    assert Standing.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({"rule": MEN}, True),
        ({"priority": 5}, True),
        ({"is_active": False}, True),
        ({"ends_at": datetime(2999, 1, 1, tzinfo=UTC)}, True),
        ({"name": {"en": "Other"}}, False),
        ({"stock_list_code": "S1"}, False),
        ({"rule": WOMEN}, False),
    ],
)
def test_only_what_decides_asks_for_a_run(change: dict[str, Any], asks: bool, make_segment: Any) -> None:
    """A new name moves nobody."""
    segment = make_segment(rule=WOMEN)
    editing.change(segment.pk, change, staff_id=None)
    assert Recomputation.objects.exists() is asks


@pytest.mark.django_db
def test_a_draft_moves_nobody(make_segment: Any) -> None:
    """A segment that was not active and is not asks for no run."""
    segment = make_segment(is_active=False)
    editing.change(segment.pk, {"rule": MEN}, staff_id=None)
    editing.delete(segment.pk, staff_id=None)
    editing.create({"name": {"en": "Draft"}, "rule": WOMEN, "is_active": False}, staff_id=None)
    assert not Recomputation.objects.exists()


@pytest.mark.django_db
def test_ten_changes_make_one_run(make_segment: Any, run_jobs: Any) -> None:
    """What has not begun yet sees them all."""
    many(2)
    segment = make_segment(rule=WOMEN)
    for priority in range(1, 11):
        editing.change(segment.pk, {"priority": priority}, staff_id=None)
    assert Recomputation.objects.count() == 1
    run_jobs()
    assert Recomputation.objects.get().state == State.DONE


@pytest.mark.django_db
def test_a_change_in_the_middle_begins_anew(small_ranges: None, make_segment: Any) -> None:
    """The run at hand is replaced by one that sees the change from the first shopper on."""
    many(9)
    segment = make_segment(rule=WOMEN)
    old = recomputation.request(Recomputation.Reason.EDIT)
    recomputation._begin()
    assert recomputation._step(old.pk)
    editing.change(segment.pk, {"rule": MEN}, staff_id=None)
    assert not recomputation._step(old.pk), "the old one stops"
    recomputation.run()
    assert list(Recomputation.objects.order_by("id").values_list("state", flat=True)) == [State.REPLACED, State.DONE]
    assert set(Standing.objects.values_list("shopper__gender", flat=True).filter(available=[segment.pk])) == {"male"}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_waits_does_not_begin_before_the_change_it_is_to_see(make_segment: Any) -> None:
    """A change that finds a run queued relies on it, and so holds it back until it is committed."""
    many(4)
    segment = make_segment(rule=WOMEN)
    recomputation.request(Recomputation.Reason.EDIT)

    def work() -> None:
        try:
            recomputation.run()
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        editing.change(segment.pk, {"rule": MEN}, staff_id=None)
        worker.start()
        worker.join(0.3)
        assert worker.is_alive(), "it waits"
    worker.join(10)
    assert Recomputation.objects.get().state == State.DONE
    assert set(Standing.objects.values_list("shopper__gender", flat=True)) == {"male"}


@pytest.mark.django_db(transaction=True)
def test_parallel_changes_ask_for_one_run(make_segment: Any) -> None:
    """The constraint lets one queue it; the other relies on the same."""
    segments = [make_segment(f"S{number}", rule=WOMEN) for number in range(4)]
    ready = threading.Barrier(4)

    def change(segment: Segment) -> None:
        try:
            ready.wait(10)
            editing.change(segment.pk, {"priority": 7}, staff_id=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(change, segments))
    assert Recomputation.objects.get().state == State.QUEUED
    assert set(Segment.objects.values_list("priority", flat=True)) == {7}


@pytest.mark.django_db
def test_staff_who_ask_while_it_runs_get_the_one_that_runs(make_segment: Any) -> None:
    """Asking is not changing."""
    many(2)
    first = recomputation.request(Recomputation.Reason.STAFF)
    assert recomputation.request(Recomputation.Reason.STAFF).pk == first.pk
    recomputation._begin()
    assert recomputation.request(Recomputation.Reason.STAFF).pk == first.pk
    assert recomputation.request(Recomputation.Reason.EDIT).pk != first.pk


@pytest.mark.django_db
def test_a_run_that_broke_is_shown_and_taken_up_again(
    small_ranges: None, make_segment: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where it was, when the time comes round."""
    many(7)
    make_segment(rule=WOMEN)
    recomputation.request(Recomputation.Reason.STAFF)
    whole = recomputation.standing.settle_many

    def breaks(current: Any, after: int, upto: int) -> int:
        if after:
            raise RuntimeError("a bug")
        return whole(current, after, upto)

    monkeypatch.setattr(recomputation.standing, "settle_many", breaks)
    with pytest.raises(RuntimeError):
        recomputation.run()
    broken = recomputation.latest()
    assert broken is not None
    assert (broken.state, broken.done) == (State.FAILED, 3)
    monkeypatch.undo()
    recomputation.keep_up()
    run_jobs()
    mended = recomputation.latest()
    assert mended is not None
    assert (mended.pk, mended.state, mended.done) == (broken.pk, State.DONE, 7)


@pytest.mark.django_db
def test_time_alone_asks_for_a_run(make_segment: Any, advance: Any, run_jobs: Any) -> None:
    """A period that ends, and a new day; not what happened before or is not active."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    advance((noon - clock.now()).total_seconds())
    recomputation.keep_up()
    assert recomputation.latest() is None, "no segment, no run"
    make_segment("Ending", ends_at=clock.now() + timedelta(minutes=30))
    make_segment("Off", starts_at=clock.now() + timedelta(minutes=10), is_active=False)
    recomputation.keep_up()
    run_jobs()
    assert runs() == 1
    recomputation.keep_up()
    advance(20 * 60)
    recomputation.keep_up()
    assert runs() == 1, "nothing turned"
    advance(11 * 60)
    recomputation.keep_up()
    run_jobs()
    recomputation.keep_up()
    assert runs() == 2, "the period ended"
    advance(12 * 3600)
    recomputation.keep_up()
    run_jobs()
    assert runs() == 3, "a new day"


@pytest.mark.django_db
def test_old_runs_are_swept(make_segment: Any, run_jobs: Any, advance: Any) -> None:
    """After ninety days; what is not finished stays."""
    recomputation.request(Recomputation.Reason.STAFF)
    run_jobs()
    recomputation.request(Recomputation.Reason.STAFF)
    advance(91 * 86_400)
    recomputation.sweep()
    assert list(Recomputation.objects.values_list("state", flat=True)) == [State.QUEUED]


def runs() -> int:
    return Recomputation.objects.count()


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_where_it_was(make_segment: Any) -> None:
    """kill -9 in the middle, five times over: nothing is done twice, and in the end everybody stands right."""
    many(20_000)
    segment = make_segment(rule=WOMEN)
    recomputation.request(Recomputation.Reason.STAFF)
    positions = [0]
    for _life in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN], env=os.environ | {"DATABASE_URL": database_url()}, cwd=os.getcwd()
        )
        try:
            wait_for_position(beyond=positions[-1])
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until_alone()
        run = recomputation.latest()
        assert run is not None
        assert run.state == State.RUNNING
        assert run.position > positions[-1]
        assert Standing.objects.filter(shopper_id__gt=run.position).count() == 0, "range and position go together"
        positions.append(run.position)
    recomputation.run()
    done = recomputation.latest()
    assert done is not None
    assert (done.state, done.done, done.members) == (State.DONE, 20_000, {str(segment.pk): 10_000})
    fitting = Shopper.objects.filter(gender="female").values_list("pk", flat=True)
    assert set(Standing.objects.values_list("shopper_id", flat=True)) == set(fitting)


_RUN = """
import django; django.setup()
from patron.kernel import clock; clock.install_offset(None)
from patron.segments import recomputation
recomputation.RANGE = 200
recomputation.run()
"""


def database_url() -> str:
    """The test's own database on the suite's server."""
    parts = connection.settings_dict
    return f"postgresql://{parts['USER'] or 'postgres'}@/{parts['NAME']}?host={parts['HOST']}"


def wait_for_position(beyond: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        run = recomputation.latest()
        assert run is not None
        assert run.state != State.DONE, "too fast to be killed: make it longer"
        if run.position > beyond:
            return
        time.sleep(0.02)
    raise AssertionError("the run does not move")


def wait_until_alone() -> None:
    """The server has noticed that the killed one is gone."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
    raise AssertionError("the killed one is still connected")
