"""The worker: every queue's jobs in one process, until it is told to stop.

What the library leaves to its users is done here. A job that puts jobs does so in its own transaction. A lost
connection ends the worker's life and starts a new one, so that no job stays "doing" in nobody's hands. Jobs of dead
workers go back to the queue. A job hit by a restart of PostgreSQL is run again when that is back.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg
import structlog
from django.db import DatabaseError, connection, connections
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import close_db_connections, close_db_connections_async
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.psycopg_connector import PsycopgConnector

from patron.gateways.outbox import CODES
from patron.kernel import transactions

_log = structlog.get_logger("patron.worker")
# Codes have threads of their own: however many slow calls fill the others, a code leaves at once.
LANES: Final[tuple[tuple[list[str] | None, int], ...]] = (([CODES], 4), (None, 8))
HEARTBEAT_SECONDS: Final = 5
STALLED_SECONDS: Final = 20
POLL_SECONDS: Final = 1  # a retried or scheduled job is not announced: this is how late it may start
STOP_SECONDS: Final = 20
MOST_ATTEMPTS: Final = 10  # of a job whose worker died; one that kills its worker must end
_LONGEST_PAUSE: Final = 5.0


def work(*, alone: bool) -> None:
    """Run jobs until SIGTERM or SIGINT; those that run then may finish within STOP_SECONDS.

    `alone`: no other worker uses this database, so every job that is "doing" at the start is a dead one's.
    """
    # An idle connection does not notice a restart of the server; one statement a job makes sure.
    connections.databases["default"]["CONN_HEALTH_CHECKS"] = True
    asyncio.run(_live(alone=alone))


async def release_stalled(seconds: float) -> int:
    """Put back what workers left "doing" that have been silent for `seconds`; return how many jobs."""
    released = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        released += await _release(job)
    if released:
        _log.warning("jobs_released", jobs=released)
    return released


def again_after_restart(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Run the job again when its connection was lost under it: its transaction did not commit, or it can bear two runs."""
    try:
        return call_next()
    except DatabaseError as error:
        if not transactions.is_connection_loss(error):
            raise
        _log.warning("job_lost_connection", job=context.job.id)
        connection.close()
        _wait_for_database()
        return call_next()


class _Connector(PsycopgConnector):
    """The library's own pool for its loop; Django's connection for jobs that put jobs."""

    def __init__(self) -> None:
        parameters = connector_params()
        parameters["application_name"] = "patron worker"
        super().__init__(kwargs=parameters, min_size=2, max_size=6, timeout=10)
        self._in_jobs = DjangoConnector()
        self.is_broken = asyncio.Event()

    def get_sync_connector(self) -> BaseConnector:
        return self._in_jobs

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        with self._noting_loss():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        with self._noting_loss():
            return await super().execute_query_one_async(query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        with self._noting_loss():
            return await super().execute_query_all_async(query, **arguments)

    @contextlib.contextmanager
    def _noting_loss(self) -> Iterator[None]:
        try:
            yield
        except exceptions.ConnectorException as error:
            # Whether it was carried out is not known: a job may be fetched, or not be finished, without anybody knowing.
            if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                self.is_broken.set()
            raise


async def _live(*, alone: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(sum(threads for _, threads in LANES), "job"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pause = 0.1
    while not stop.is_set():
        started = loop.time()
        try:
            await _one_life(stop, alone=alone)
        except (exceptions.ConnectorException, psycopg.Error) as error:
            _log.warning("worker_lost_database", error=type(error.__cause__ or error).__name__)
        pause = 0.1 if loop.time() - started > 30 else min(pause * 2, _LONGEST_PAUSE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _one_life(stop: asyncio.Event, *, alone: bool) -> None:
    """Work until told to stop or until a connection is lost."""
    async with _opened() as connector:
        await release_stalled(0 if alone else STALLED_SECONDS)
        lanes = [asyncio.create_task(_lane(queues, threads)) for queues, threads in LANES]
        others = [asyncio.create_task(work) for work in (stop.wait(), connector.is_broken.wait(), _keep_releasing())]
        try:
            await asyncio.wait([*lanes, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*lanes, *others):
                task.cancel()  # a lane takes it as the wish to stop when its jobs are done
            ends = await asyncio.gather(*lanes, *others, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end


@contextlib.asynccontextmanager
async def _opened() -> AsyncIterator[_Connector]:
    connector = _Connector()
    with app.replace_connector(connector):
        async with app.open_async():
            yield connector


async def _lane(queues: list[str] | None, threads: int) -> None:
    await app.run_worker_async(
        queues=queues,
        concurrency=threads,
        install_signal_handlers=False,
        delete_jobs="successful",
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=STOP_SECONDS,
        task_middleware=[close_db_connections, close_db_connections_async, again_after_restart],
    )


async def _keep_releasing() -> None:
    while True:
        await asyncio.sleep(STALLED_SECONDS / 2)
        await release_stalled(STALLED_SECONDS)


async def _release(job: Job) -> bool:
    try:
        if job.attempts >= MOST_ATTEMPTS:
            _log.error("job_given_up", job=job.id, task=job.task_name, attempts=job.attempts)
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job)
    except exceptions.UniqueViolation:
        # Its twin waits already and will do the same work.
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    except exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        return False  # another worker released it first
    return True


def _wait_for_database() -> None:
    import time

    for pause in (0.2, 0.5, 1, 2, 4, 8, 16):
        try:
            connection.ensure_connection()
        except DatabaseError:
            time.sleep(pause)
        else:
            return
