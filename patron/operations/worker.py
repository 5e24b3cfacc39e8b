"""The worker: every queue's jobs in one process, until it is told to stop.

What the library leaves to its users is done here. A job that puts jobs does so in its own transaction. A lost
connection ends the worker's life and starts a new one, so that no job stays "doing" in nobody's hands. Jobs of dead
workers go back to the queue. A job hit by a restart of PostgreSQL is run again when that is back.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from procrastinate import App, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import close_db_connections, close_db_connections_async
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from patron.gateways.outbox import CODES

_log = structlog.get_logger("patron.worker")


@dataclass(frozen=True, slots=True)
class Lane:
    """Threads that take jobs of `queues` (None: all), by priority. `options`: of its connections to PostgreSQL."""

    queues: list[str] | None
    threads: int
    options: str = ""


# Codes have threads of their own: however many slow calls fill the others, a code leaves at once.
# The options make fetching a job cost the same with 100,000 waiting as with one. A plan for any set of queues reads
# through all jobs of the other queues (80 ms), so the one queue's is planned anew (1 ms). Over all queues the index
# on priority always leads straight to the next job, and counts of rows that are out of date must not suggest to sort.
LANES: Final = (
    Lane([CODES], 4, "-c plan_cache_mode=force_custom_plan"),
    Lane(None, 8, "-c enable_sort=off -c enable_bitmapscan=off -c enable_seqscan=off"),
)
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


async def release_stalled(queue: App, seconds: float) -> int:
    """Put back what workers left "doing" that have been silent for `seconds`; return how many jobs.

    `queue`: an open app of the library.
    """
    released = 0
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        released += await _release(queue, job)
    if released:
        _log.warning("jobs_released", jobs=released)
    return released


def again_after_restart(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Run the job again when its connection was lost under it: what did not commit was not done."""
    try:
        return call_next()
    except (OperationalError, InterfaceError, exceptions.ConnectorException):
        if connection.connection is not None and connection.is_usable():
            raise  # the statement's own trouble
        _log.warning("job_lost_connection", job=context.job.id)
        connection.close()
        _wait_for_database()
        return call_next()


def _pool(**arguments: Any) -> AsyncConnectionPool:
    # Not the question before every statement whether the server is still there: a lost connection ends a life here.
    return AsyncConnectionPool(**{**arguments, "check": None})


async def _autocommit(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(
        True
    )  # each statement stands alone, so BEGIN and COMMIT would be two trips for nothing


class _Connector(PsycopgConnector):
    """The library's own pool, which tells when a connection was lost."""

    def __init__(self, is_broken: asyncio.Event, options: str) -> None:
        parameters = connector_params()
        parameters["application_name"] = "patron worker"
        # A crash of the server that forgets the last ticks of the queue's own book-keeping only runs those jobs again.
        parameters["options"] = f"{parameters.get('options', '')} -c synchronous_commit=off {options}"
        super().__init__(
            pool_factory=_pool, configure=_autocommit, kwargs=parameters, min_size=2, max_size=4, timeout=10
        )
        self._is_broken = is_broken

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        with self._noting_loss():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        with self._noting_loss():
            row: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
            return row

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        with self._noting_loss():
            rows: list[dict[str, Any]] = await super().execute_query_all_async(query, **arguments)
            return rows

    @contextlib.contextmanager
    def _noting_loss(self) -> Iterator[None]:
        try:
            yield
        except exceptions.ConnectorException as error:
            # Whether it was carried out is not known: a job may be fetched, or not finished, without anybody knowing.
            if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                self._is_broken.set()
            raise


async def _live(*, alone: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(sum(lane.threads for lane in LANES), "job"))
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
    is_broken = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        queues = [await stack.enter_async_context(_queue(is_broken, lane).open_async()) for lane in LANES]
        await release_stalled(queues[0], 0 if alone else STALLED_SECONDS)
        lanes = [asyncio.create_task(_work(queue, lane)) for queue, lane in zip(queues, LANES, strict=True)]
        others = [asyncio.create_task(end) for end in (stop.wait(), is_broken.wait(), _keep_releasing(queues[0]))]
        try:
            await asyncio.wait([*lanes, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*lanes, *others):
                task.cancel()  # a lane takes it as the wish to stop when its jobs are done
            ends = await asyncio.gather(*lanes, *others, return_exceptions=True)
            # The clock of periodic jobs puts them by a connection of Django's own, which was lost like the others.
            await sync_to_async(connections.close_all)()
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _queue(is_broken: asyncio.Event, lane: Lane) -> App:
    """The library's app over connections of this lane's own.

    The tasks stay with Django's app, so that a job which puts jobs does it on Django's connection, in its transaction.
    """
    queue = App(connector=_Connector(is_broken, lane.options))
    queue.tasks = app.tasks
    queue.periodic_registry = app.periodic_registry
    return queue


async def _work(queue: App, lane: Lane) -> None:
    await queue.run_worker_async(
        queues=lane.queues,  # type: ignore[arg-type]  # None is every queue, says its documentation
        concurrency=lane.threads,
        install_signal_handlers=False,
        delete_jobs="successful",
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=STOP_SECONDS,
        task_middleware=[close_db_connections, close_db_connections_async, again_after_restart],
    )


async def _keep_releasing(queue: App) -> None:
    while True:
        await asyncio.sleep(STALLED_SECONDS / 2)
        await release_stalled(queue, STALLED_SECONDS)


async def _release(queue: App, job: Job) -> bool:
    try:
        if job.attempts >= MOST_ATTEMPTS:
            _log.error("job_given_up", job=job.id, task=job.task_name, attempts=job.attempts)
            await queue.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await queue.job_manager.retry_job(job)
    except exceptions.UniqueViolation:
        # Its twin waits already and will do the same work.
        await queue.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    except exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        return False  # another worker released it first
    return True


def _wait_for_database() -> None:
    for pause in (0.2, 0.5, 1, 2, 4, 8, 16):
        try:
            connection.ensure_connection()
        except DatabaseError:
            time.sleep(pause)
        else:
            return
