import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import close_old_connections, connection, connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.gateways.outbox import CODES
from patron.kernel import clock
from patron.kernel.models import Counter
from patron.operations import worker

pytestmark = pytest.mark.django_db(transaction=True)
ran: list[str] = []
gate = threading.Event()


@app.task(name="tests.note")
def note(word: str) -> None:
    ran.append(word)


@app.task(name="tests.note_in_transaction")
def note_in_transaction(fails: bool) -> None:
    """Puts a job and a row in one transaction, and breaks it."""
    with transaction.atomic():
        Counter.objects.create(key="from a job", started_at=clock.now(), hits=1)
        note.defer(word="put by a job")
        if fails:
            raise ValueError("after both were written")


@app.task(name="tests.wait")
def wait() -> None:
    gate.wait(10)
    ran.append("slow")


@app.task(name="tests.lose_connection", retry=RetryStrategy(max_attempts=1))
def lose_connection() -> None:
    """Its connection is ended under it the first time, as by a restart of the server."""
    ran.append("try")
    if ran.count("try") == 1:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    ran.append("done")


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    ran.clear()
    gate.clear()
    server = connections.databases["default"]
    before = dict(server)
    server["CONN_MAX_AGE"] = 0  # the worker's threads keep theirs as long as the process lives; here it goes on
    yield
    server.update(before)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def _jobs(status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = %s", [status])
        count: int = cursor.fetchone()[0]
        return count


def work_until(holds: Callable[[], bool], *, alone: bool = True, seconds: float = 10) -> None:
    """Run the worker in this process until `holds()`, at most `seconds`, then as SIGTERM ends it."""
    outcome: list[bool] = []

    def watch() -> None:
        ends = time.monotonic() + seconds
        while not (held := holds()) and time.monotonic() < ends:
            close_old_connections()
            time.sleep(0.05)
        outcome.append(held)
        connections.close_all()
        gate.set()
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    worker.work(alone=alone)
    watcher.join()
    assert outcome == [True], ran


def test_a_job_puts_jobs_in_its_own_transaction() -> None:
    """When the job's transaction breaks, what it put is gone with the rest; else both are there."""
    note_in_transaction.defer(fails=True)
    note_in_transaction.defer(fails=False)
    work_until(lambda: "put by a job" in ran and _jobs("failed") == 1)
    assert ran == ["put by a job"]
    assert Counter.objects.count() == 1


def test_codes_leave_while_everything_else_is_stuck() -> None:
    """A slow provider that holds every other thread does not hold a code."""
    for _ in range(20):
        wait.defer()
    note.configure(queue=CODES, priority=100).defer(word="code")
    work_until(lambda: "code" in ran)
    assert ran[0] == "code"


def test_jobs_of_dead_workers_go_on() -> None:
    """Left "doing" by nobody: done now, counted, and given up after ten deaths."""
    for word in ("left", "deadly"):
        note.defer(word=word)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 10 WHERE args ->> 'word' = 'deadly'")
    work_until(lambda: "left" in ran, alone=False)
    assert ran == ["left"]
    assert _jobs("failed") == 1


def test_a_job_whose_twin_waits_already_is_dropped() -> None:
    """Two with one queueing lock cannot both wait; the work is done once."""
    note.configure(queueing_lock="nightly").defer(word="twin")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    note.configure(queueing_lock="nightly").defer(word="twin")
    work_until(lambda: "twin" in ran)
    assert ran == ["twin"]


@pytest.mark.parametrize("alone", [True, False])
def test_what_another_worker_does_is_left_to_it(alone: bool) -> None:
    """Its heart beats, so its job is its own, unless we know that there can be no other worker."""
    note.defer(word="somebody's")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [cursor.fetchone()[0]])
    note.defer(word="ours")
    work_until(lambda: "ours" in ran and (not alone or len(ran) == 2), alone=alone)
    assert ("somebody's" in ran) == alone


def test_a_job_that_loses_its_connection_is_run_again_at_once() -> None:
    """A restart of PostgreSQL costs the job a second run and not one of its tries."""
    lose_connection.defer()
    work_until(lambda: "done" in ran)
    assert ran == ["try", "try", "done"]


def test_ends_within_its_time_and_lets_a_job_finish() -> None:
    """SIGTERM in the middle of a job: it ends first, and the worker's row is gone."""
    wait.defer()
    work_until(lambda: _jobs("doing") == 1)
    assert ran == ["slow"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone() == (0,)


@pytest.mark.prove
def test_a_backlog_delays_no_code() -> None:
    """With 100,000 jobs waiting, 200 codes put one after another are each done within a quarter of a second.

    Half of the backlog waits for its time, so that fetching has to read past it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, scheduled_at)
            SELECT 'default', 'tests.note', 10, '{"word": "backlog"}',
                   CASE WHEN i % 2 = 0 THEN now() + interval '1 hour' END
            FROM generate_series(1, 100000) AS i"""
        )
    times: list[float] = []

    def put_codes() -> None:
        for number in range(200):
            began = time.monotonic()
            note.configure(queue=CODES, priority=100).defer(word=str(number))
            while str(number) not in ran[-500:] and time.monotonic() - began < 10:
                time.sleep(0.005)
            times.append(time.monotonic() - began)
        connections.close_all()

    thread = threading.Thread(target=put_codes)
    thread.start()
    work_until(lambda: len(times) == 200, seconds=120)
    thread.join()
    assert sorted(times)[190] < 0.25
    assert ran.count("backlog") > 100, "the backlog itself must not stand still meanwhile"
