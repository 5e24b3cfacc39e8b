"""The clock that can be moved."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.kernel import clock
from patron.kernel.errors import Invalid
from patron.sandbox import timeshift
from patron.sandbox.models import ClockOffset

TASK = "tests.waiting"


def ahead() -> float:
    return (clock.now() - datetime.now(UTC)).total_seconds()


def test_the_clock_moves_forth_and_back(moving_clock):
    """By the sum of what was asked; reset sets it right."""
    timeshift.move(3600)
    assert ahead() == pytest.approx(3600, abs=1)
    timeshift.move(-600)
    assert ahead() == pytest.approx(3000, abs=1)
    timeshift.reset()
    assert ahead() == pytest.approx(0, abs=1)


def test_another_process_feels_it_within_a_second(moving_clock):
    """Each reads the stored offset again when its snapshot is old."""
    assert ahead() == pytest.approx(0, abs=1)
    ClockOffset.objects.create(id=1, seconds=3600)  # as another process would
    time.sleep(timeshift.SNAPSHOT_SECONDS + 0.05)

    assert timeshift.SNAPSHOT_SECONDS <= 0.5
    assert ahead() == pytest.approx(3600, abs=1)


def test_waiting_jobs_come_due_with_the_clock(moving_clock):
    """A retry in half an hour is due when the clock was moved by half an hour; a running job is left alone."""
    due = datetime.now(UTC) + timedelta(minutes=30)
    app.configure_task(TASK, schedule_at=due).defer(timestamp=0)
    app.configure_task(TASK).defer(timestamp=1)
    timeshift.move(1801)

    waiting, at_once = ProcrastinateJob.objects.filter(task_name=TASK).order_by("id")
    assert waiting.scheduled_at == due - timedelta(seconds=1801)
    assert at_once.scheduled_at is None


def test_ten_years_are_the_most(moving_clock):
    """Farther is refused and changes nothing, in one step or in several."""
    timeshift.move(timeshift.FARTHEST)
    with pytest.raises(Invalid) as refused:
        timeshift.move(1)

    assert list(refused.value.fields) == ["advance"]
    assert ClockOffset.objects.get().seconds == timeshift.FARTHEST


def test_a_missing_table_stops_no_clock(moving_clock):
    """Before the first migration, and in the middle of somebody's transaction, which goes on."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sandbox_clockoffset RENAME TO elsewhere")
    try:
        with transaction.atomic():
            assert ahead() == pytest.approx(0, abs=1)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                assert cursor.fetchone() == (1,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO sandbox_clockoffset")


def test_a_lost_connection_stops_no_clock(moving_clock):
    """The last known offset stays; a later reading opens a new connection."""
    timeshift.move(3600)
    time.sleep(timeshift.SNAPSHOT_SECONDS + 0.05)
    assert ahead() == pytest.approx(3600, abs=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    time.sleep(timeshift.SNAPSHOT_SECONDS + 0.05)
    assert ahead() == pytest.approx(3600, abs=1)

    ClockOffset.objects.update(seconds=7200)
    time.sleep(timeshift.PAUSE_SECONDS + 0.05)
    assert ahead() == pytest.approx(7200, abs=1)
