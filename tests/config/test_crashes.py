"""`kill -9` of any process: it is back by itself or with the next start, and what was queued arrives exactly once."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.config.running import Running, environment, is_alive, until

# Each delivery needs a moment, so that a kill finds some of them under way.
_SLOW = "INSERT INTO gateways_fault (gateway, latency_ms, error_rate, outage) VALUES ('sms', 500, 0, false)"
_QUEUED = 80


@pytest.fixture
def sms(patron: Running) -> set[str]:
    """The numbers of SMS that are on their way."""
    numbers = {f"+9055512{index:05}" for index in range(_QUEUED)}
    with patron.database() as database:
        database.execute("TRUNCATE gateways_capturedsms, gateways_fault")
        database.execute(_SLOW)
    _queue(patron, numbers)
    return numbers


def _queue(patron: Running, numbers: set[str]) -> None:
    """Queue one SMS a number, each in a transaction of its own, as requests do."""
    program = (
        "import sys, json, django; django.setup()\n"
        "from patron.gateways import outbox\n"
        "for number in json.load(sys.stdin): outbox.queue_sms(number, 'hello', purpose='test')"
    )
    env = environment(
        patron.data_dir, DATABASE_URL=patron.cluster.url(), DJANGO_SETTINGS_MODULE="patron.config.settings"
    )
    subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(sorted(numbers)), env=env, check=True, text=True, timeout=60
    )


def _arrived(patron: Running) -> list[str]:
    with patron.database() as database:
        return sorted(row[0] for row in database.execute('SELECT "to" FROM gateways_capturedsms').fetchall())


def _has_begun(patron: Running) -> bool:
    return 0 < len(_arrived(patron)) < _QUEUED


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid), 5)


def test_a_killed_worker_is_replaced_and_finishes(patron: Running, sms: set[str]) -> None:
    """The jobs it was at are done by its successor; none is lost and none arrives twice."""
    until(lambda: _has_begun(patron))
    _kill(patron.worker)
    until(lambda: set(_arrived(patron)) == sms, 40)
    assert _arrived(patron) == sorted(sms)
    until(patron.is_ready)


def test_a_killed_web_process_is_replaced(patron: Running) -> None:
    """First one that answers, then the one that keeps those."""
    for name in ("answering", "web"):
        _kill(getattr(patron, name))
        until(lambda: patron.get("/healthz")[0] == 200)


def test_a_killed_postgres_is_replaced_and_everything_goes_on(patron: Running, sms: set[str]) -> None:
    """Web and worker outlive it and use the new one without being started again."""
    until(lambda: _has_begun(patron))
    before = patron.web, patron.answering, patron.worker
    _kill(patron.postmaster())
    until(patron.is_ready)
    until(lambda: set(_arrived(patron)) == sms, 60)
    assert _arrived(patron) == sorted(sms)
    assert (patron.web, patron.answering, patron.worker) == before


def test_a_killed_launcher_takes_everything_down_and_the_next_start_goes_on(patron: Running, sms: set[str]) -> None:
    """No process answers or works unwatched; PostgreSQL may go on, and the next start takes it over."""
    until(lambda: _has_begun(patron))
    assert patron.process
    everyone = [patron.web, patron.answering, patron.worker]
    patron.process.kill()
    patron.process.wait()
    until(lambda: not [pid for pid in everyone if is_alive(pid)], 5)
    assert patron.get("/healthz")[0] == 0
    patron.start()
    until(lambda: set(_arrived(patron)) == sms, 40)
    assert _arrived(patron) == sorted(sms)


@pytest.mark.prove
def test_kills_in_a_row_lose_nothing(patron: Running) -> None:
    """Ten kills of one process after another, while SMS keep being queued."""
    numbers: set[str] = set()
    with patron.database() as database:
        database.execute("TRUNCATE gateways_capturedsms, gateways_fault")
    for turn in range(10):
        more = {f"+90555{turn:02}{index:05}" for index in range(200)}
        _queue(patron, more)
        numbers |= more
        _kill([lambda: patron.worker, lambda: patron.web, patron.postmaster, lambda: patron.answering][turn % 4]())
        until(patron.is_ready, 60)
        time.sleep(1)
    until(lambda: set(_arrived(patron)) == numbers, 120)
    assert _arrived(patron) == sorted(numbers)
