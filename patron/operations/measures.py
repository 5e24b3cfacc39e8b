"""`/metrics`: what the processes counted, and what the database says of the queue and the messages when asked."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import DatabaseError, connection
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_log = structlog.get_logger("patron.operations")
FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it when it is first imported

# The queue keeps no time of entry in the job itself; that of the oldest one is read from its first event.
_JOBS: Final = """
WITH jobs AS (
    SELECT queue_name, priority,
           CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'scheduled'
                WHEN status = 'todo' THEN 'waiting' WHEN status = 'doing' THEN 'running' ELSE status::text END AS state,
           count(*) AS jobs, min(id) AS oldest, min(scheduled_at) AS scheduled_at
    FROM procrastinate_jobs GROUP BY 1, 2, 3
)
SELECT queue_name, priority, state, jobs,
       CASE WHEN state = 'waiting' THEN greatest(0, extract(epoch FROM now() - greatest(
           scheduled_at,
           (SELECT min(at) FROM procrastinate_events e WHERE e.job_id = jobs.oldest AND e.type = 'deferred')
       )))::float8 END
FROM jobs
"""
_MESSAGES: Final = """
SELECT kind, state, count(*) FROM (
    SELECT 'sms' AS kind, state FROM gateways_outgoingsms WHERE state = 'queued'
    UNION ALL SELECT 'mail', state FROM gateways_outgoingmail WHERE state = 'queued'
    UNION ALL SELECT 'sms', state FROM gateways_outgoingsms
        WHERE state IN ('sent', 'failed') AND created_at > now() - interval '1 hour'
    UNION ALL SELECT 'mail', state FROM gateways_outgoingmail
        WHERE state IN ('sent', 'failed') AND created_at > now() - interval '1 hour'
) AS messages GROUP BY kind, state
"""


class _Database(Collector):
    """Read when scraped."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("patron_database_up", "Whether the database answered")
        try:
            yield from (*self._jobs(), *self._messages())
            up.add_metric([], 1)
        except DatabaseError as error:
            _log.warning("metrics_without_database", error=type(error).__name__)
            connection.close()
            up.add_metric([], 0)
        yield up

    def _jobs(self) -> tuple[Metric, ...]:
        labels = ["queue", "priority"]
        depth = GaugeMetricFamily("patron_jobs", "Jobs of the queue", labels=[*labels, "state"])
        age = GaugeMetricFamily("patron_jobs_oldest_seconds", "Age of the oldest job that waits", labels=labels)
        for queue, priority, state, jobs, oldest in _rows(_JOBS):
            depth.add_metric([queue, str(priority), state], jobs)
            if oldest is not None:
                age.add_metric([queue, str(priority)], oldest)
        return depth, age

    def _messages(self) -> tuple[Metric, ...]:
        messages = GaugeMetricFamily(
            "patron_outgoing_messages",
            "Outgoing messages: all that are queued, those sent and failed of the last hour's",
            labels=["kind", "state"],
        )
        for kind, state, count in _rows(_MESSAGES):
            messages.add_metric([kind, state], count)
        return (messages,)


def exposition() -> bytes:
    """Everything in Prometheus' text format: of every process of this machine, or of this one where it is alone."""
    folder = os.environ.get(FOLDER_VARIABLE)
    database = CollectorRegistry()
    database.register(_Database())
    if folder and Path(folder).is_dir():
        processes = CollectorRegistry()
        MultiProcessCollector(processes, path=folder)  # type: ignore[no-untyped-call]
    else:
        processes = REGISTRY
    return generate_latest(processes) + generate_latest(database)


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
