import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from patron.gateways import outbox


def _heartbeat(seconds_ago: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)",
            [timezone.now() - timedelta(seconds=seconds_ago)],
        )


def test_alive_needs_no_database(client: Client) -> None:
    """The process answers for itself, with and without a slash; without the `db` fixture a query would fail."""
    for path in ("/healthz", "/healthz/"):
        response = client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_answers_reads(client: Client, path: str) -> None:
    """Another method is refused in the shape of the whole API."""
    response = client.post(path)
    assert response.status_code == 405
    assert "detail" in response.json()


@pytest.mark.django_db
def test_ready_when_every_part_is(client: Client) -> None:
    """Database, migrations and a worker that was heard of within 30 seconds."""
    _heartbeat(5)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert {part: response.json()[part]["ok"] for part in ("database", "migrations", "worker")} == {
        "database": True,
        "migrations": True,
        "worker": True,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seconds_ago", [31, None])
def test_not_ready_without_a_worker(client: Client, seconds_ago: float | None) -> None:
    """A worker that went silent and one that never came are told alike; the rest is said to be well."""
    _heartbeat(seconds_ago or 0)
    if seconds_ago is None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_workers")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert not response.json()["worker"]["ok"]
    assert response.json()["database"]["ok"]


@pytest.mark.django_db
def test_not_ready_before_the_database_is_migrated(client: Client) -> None:
    """A migration of this code that the database has not is counted."""
    _heartbeat(0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operations'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] == {"ok": False, "missing": 1}


@pytest.fixture
def no_database(db: None) -> Iterator[None]:
    """Every statement fails, as when the server is away."""

    def fail(*_: Any) -> Any:
        raise OperationalError("the server is away; secret-host.example")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.django_db(transaction=True)
def test_says_that_the_database_is_away(client: Client, no_database: None) -> None:
    """503 with each part, and nothing of the error's own text; the metrics go on and say it too."""
    response = client.get("/readyz")
    assert response.status_code == 503
    assert not json.loads(response.content)["database"]["ok"]
    assert b"secret-host" not in response.content
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert b"patron_database_up 0.0" in metrics.content


@pytest.mark.django_db
def test_measures_requests_the_queue_and_messages(client: Client) -> None:
    """Waiting jobs by queue and priority with the age of the oldest, messages by state; no phone number anywhere."""
    outbox.queue_sms("+905551112233", "code 123456", purpose="test", is_otp=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '90 seconds'")
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    values = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[0] != "#"}
    assert values['patron_jobs{priority="100",queue="codes",state="waiting"}'] == 1
    assert 89 < values['patron_jobs_oldest_seconds{priority="100",queue="codes"}'] < 120
    assert values['patron_outgoing_messages{kind="sms",state="queued"}'] == 1
    assert values["patron_database_up"] == 1
    assert any("patron_requests_total" in name and "healthz" in name for name in values)
    assert "905551112233" not in text


@pytest.mark.django_db
def test_a_job_for_later_does_not_wait(client: Client, run_jobs: Callable[..., int]) -> None:
    """A retry that is not due is counted apart and has no age."""
    outbox.queue_sms("+905551112233", "hello", purpose="test")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    text = client.get("/metrics").content.decode()
    assert 'patron_jobs{priority="10",queue="messages",state="scheduled"} 1.0' in text
    assert 'patron_jobs_oldest_seconds{priority="10"' not in text
