"""The worker: how many SMS a second, and how soon a code leaves while a hundred thousand others wait."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from bench import machine, processes
from bench.load import Spoiled
from patron.gateways import outbox
from patron.gateways.models import CapturedSms, OutgoingSms
from patron.kernel import clock

CODE_EVERY: Final = 0.1  # seconds
_DRAIN_SECONDS: Final = 900
_PORTION: Final = 5_000
# One message is queued by the product; this repeats its row and its job, as a campaign of so many would stand there.
_REPEAT: Final = """
WITH first AS MATERIALIZED (
    SELECT * FROM gateways_outgoingsms WHERE id = %(id)s  -- else looked for at each row, in the table that grows
), messages AS (
    INSERT INTO gateways_outgoingsms (sealed_content, purpose, state, attempts, trouble, gateway, created_at, queued_at,
        sent_at, expires_at, shopper_id, request_id, "to", is_otp)
    SELECT sealed_content, purpose, state, attempts, trouble, gateway, created_at, queued_at, sent_at, expires_at,
        shopper_id, request_id, '+90533' || lpad(n::text, 7, '0'), is_otp
    FROM first, generate_series(1, %(more)s) AS n RETURNING id
)
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
SELECT %(queue)s, %(task)s, %(priority)s, jsonb_build_object('message_id', id) FROM messages
"""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the commit that queues a code to the phone."""

    p50_ms: float
    p99_ms: float
    worst_ms: float
    codes: int


@dataclass(frozen=True, slots=True)
class Found:
    """`per_second`: ordinary SMS with nothing else to do; `backlog_per_second`: while codes go first.

    `to_its_end`: codes from then until the last of the backlog has left; `backlog_seconds`: how long all of it took.
    """

    per_second: float
    alone: Latency
    behind_backlog: Latency
    backlog: int
    backlog_per_second: float
    to_its_end: Latency
    backlog_seconds: float
    memory_mb: float


def measure(folder: Path, *, burst: int, backlog: int, seconds: int) -> Found:
    """One worker: a burst of SMS, codes alone, codes with a backlog. Raises Spoiled."""
    _clear()
    _queue(burst)
    with processes.worker(folder) as pid:
        per_second = _drain(burst)
        alone = _codes(seconds / 3)
        _queue(backlog)
        before, started = _captured(), time.monotonic()
        behind = _codes(seconds)
        drained = (_captured() - before - behind.codes) / (time.monotonic() - started)
        if _waiting() == 0:
            raise Spoiled("the backlog was gone before the last code: make it larger")
        to_its_end = _codes(_DRAIN_SECONDS, every=1.0, is_over=lambda: _waiting() == 0)
        took = time.monotonic() - started
        return Found(per_second, alone, behind, backlog, drained, to_its_end, took, machine.memory_mb(pid))


def _clear() -> None:
    """Drop what the load before left in the queue (notices of changed phones)."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE gateways_capturedsms, gateways_outgoingsms; TRUNCATE procrastinate_jobs CASCADE")


def _queue(count: int) -> None:
    job: dict[str, Any] = {"queue": outbox.MESSAGES, "task": outbox.DELIVER_SMS, "priority": outbox.MESSAGE_PRIORITY}
    # in one transaction, so that the first is not sent before the others are made like it
    with transaction.atomic(), connection.cursor() as cursor:
        first = outbox.queue_sms("+905330000000", "The autumn sale begins tomorrow.", purpose="bench")
        for done in range(1, count, _PORTION):
            cursor.execute(_REPEAT, job | {"id": first, "more": min(_PORTION, count - done)})
            # PostgreSQL checks foreign keys by a plan made for the table as it was last analyzed: empty
            cursor.execute("ANALYZE procrastinate_jobs, gateways_outgoingsms")


def _drain(count: int) -> float:
    """SMS a second between the first and the last to arrive, which leaves the worker's own start out."""
    ends = time.monotonic() + _DRAIN_SECONDS
    while _captured() < count:
        if time.monotonic() > ends:
            raise Spoiled(f"{count} SMS did not leave within {_DRAIN_SECONDS} s")
        time.sleep(0.5)
    (seconds,) = _row(
        "SELECT extract(epoch FROM max(created_date) - min(created_date))::float8 FROM gateways_capturedsms"
    )
    return count / float(seconds)


def _codes(seconds: float, every: float = CODE_EVERY, is_over: Callable[[], bool] = lambda: False) -> Latency:
    """Queue a code now and then; wait for the last. Ends sooner when `is_over`."""
    queued: dict[int, float] = {}
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not is_over():
        message = outbox.queue_sms(
            f"+90544{time.monotonic_ns() % 10**7:07d}", "Patron: 471142", purpose="bench", is_otp=True
        )
        queued[message] = clock.now().timestamp()
        time.sleep(every)
    for _ in range(100):
        arrived = dict(CapturedSms.objects.filter(message_id__in=queued).values_list("message_id", "created_date"))
        if len(arrived) == len(queued):
            took = sorted((arrived[message].timestamp() - at) * 1000 for message, at in queued.items())
            return Latency(statistics.median(took), took[int(len(took) * 0.99)], took[-1], len(took))
        time.sleep(0.1)
    raise Spoiled(f"{len(queued) - len(arrived)} of {len(queued)} codes did not arrive within 10 s")


def _captured() -> int:
    return CapturedSms.objects.count()


def _waiting() -> int:
    return OutgoingSms.objects.filter(state="queued").count()


def _row(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
