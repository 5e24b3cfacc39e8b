"""Fixtures every room uses."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from pytest_django import DjangoDbBlocker

from patron.gateways import faults, outbox
from patron.gateways.delivery import Postponed
from patron.gateways.models import CapturedMail, CapturedSms
from patron.kernel import clock, dynamic

_FETCH = """
SELECT id, queue_name, task_name, priority, lock, queueing_lock, args, status, scheduled_at, attempts
FROM procrastinate_fetch_job_v2(%s::varchar[], NULL)
"""


@pytest.fixture(autouse=True, scope="session")
def own_clock() -> None:
    """The clock of the sandbox reads the database by a connection of its own: only tests of the clock install it."""
    clock.install_offset(None)


@pytest.fixture(autouse=True, scope="session")
def no_stragglers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A thread of a test's server may outlive it with its connection, which would keep the test database from going."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The queue's tables are not Django's, so what a transactional test left in them is taken out here."""
    yield
    marker = request.node.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction")
    if is_marked or {"transactional_db", "live_server"} & set(request.fixturenames):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def fresh_snapshots() -> Iterator[None]:
    """What a process knows of settings and faults ends with each test, as its transaction does."""
    yield
    dynamic.forget()
    faults.forget()


@pytest.fixture
def setting(db: None) -> Callable[[str, Any], None]:
    """`setting(name, value)` changes a dynamic setting for the test, with its validation."""
    return lambda name, value: dynamic.put(name, value, staff_id=None, source="test")


@pytest.fixture
def run_jobs() -> Callable[..., int]:
    """`run_jobs()` does the worker's work in the test's own transaction: every job that is due, in the worker's order.

    `run_jobs(queues=[…])` only those. A delivery that is postponed is rescheduled as the worker would; any other
    exception, which the worker would try again later, is the test's. Returns how many jobs ran.
    """
    return _run_jobs


@pytest.fixture
def sms_outbox() -> Callable[[], list[CapturedSms]]:
    """`sms_outbox()` delivers what is queued and returns every captured SMS, newest first."""

    def deliver() -> list[CapturedSms]:
        _run_jobs(queues=[outbox.CODES, outbox.MESSAGES])
        return list(CapturedSms.objects.order_by("-message_id"))

    return deliver


@pytest.fixture
def mail_outbox() -> Callable[[], list[CapturedMail]]:
    """`mail_outbox()` delivers what is queued and returns every captured mail, newest first."""

    def deliver() -> list[CapturedMail]:
        _run_jobs(queues=[outbox.CODES, outbox.MESSAGES])
        return list(CapturedMail.objects.order_by("-message_id"))

    return deliver


def _run_jobs(queues: list[str] | None = None) -> int:
    ran = 0
    while (job := _fetch(queues)) is not None:
        _run(job)
        ran += 1
    return ran


def _fetch(queues: list[str] | None) -> Job | None:
    with connection.cursor() as cursor:
        cursor.execute(_FETCH, [queues])
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description]
    found = dict(zip(columns, row, strict=True))
    if found["id"] is None:
        return None
    return Job(queue=found.pop("queue_name"), task_kwargs=json.loads(found.pop("args")), **found)


def _run(job: Job) -> None:
    task = app.tasks[job.task_name]
    try:
        task.func(**job.task_kwargs)
    except Postponed as error:
        again = task.get_retry_exception(exception=error, job=job)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [job.id, again.retry_decision.retry_at]
            )
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [job.id])
