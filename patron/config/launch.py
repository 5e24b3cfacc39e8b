"""`patron run`: database, web server and worker from nothing, in the order in which each can fail with a plain word."""

import contextlib
import http.client
import importlib
import importlib.util
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

from patron.config import screen, start, web
from patron.config.environment import Environment
from patron.config.supervisor import Child, Supervisor
from patron.operations import counting, lock
from patron.operations.embedded import Cluster, EmbeddedTrouble
from patron.operations.errors import CannotStart

READY_SECONDS: Final = 120
_HOPELESS: Final = 5  # quick deaths in a row before anything ever answered
_WORDS_OF_ALL: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared, not bound


class _Stopped(BaseException):
    """A signal asked for the end; raised wherever the launcher is at that moment."""


def run(env: Environment) -> None:
    """Start everything, show where it is, keep it alive until Ctrl-C or SIGTERM, end it in order.

    Raises CannotStart.
    """
    began = time.monotonic()
    with lock.hold(env.data_dir, lock.RUN):
        _refuse_busy_port(env)
        counting.prepare(env.data_dir / "metrics")
        cluster = start.choose(env)
        with contextlib.suppress(_Stopped), _stoppable(), _database(env, cluster):
            supervisor = _supervisor(env, cluster)
            try:
                supervisor.start()
                _wait_until_ready(env, supervisor)
                screen.show(env, _url(env), time.monotonic() - began)
                supervisor.keep()
            finally:
                with _second_signal(supervisor):
                    supervisor.stop()


@contextlib.contextmanager
def _database(env: Environment, cluster: Cluster | None) -> Iterator[None]:
    """The database, up to date, checked and with the demo in it; the embedded server is stopped in the end."""
    try:
        # PostgreSQL starts while Python loads; the thread is gone before anything is forked
        with ThreadPoolExecutor(1) as other:
            opening = other.submit(start.open_database, env, cluster)
            start.load_django(is_quiet=True)
            _load_the_rest()
        opening.result()
        from django.db import connections

        from patron.operations import schema

        schema.migrate()
        start.run_checks()
        if env.sandbox and importlib.util.find_spec("patron.sandbox.demo"):
            from patron.sandbox import demo

            demo.load()
        connections.close_all()
        yield
    finally:
        if cluster:
            cluster.stop()


def _load_the_rest() -> None:
    """What the children need, loaded once for all of them."""
    from django.urls import get_resolver

    for module in ("granian", "patron.config.wsgi", "patron.operations.worker"):
        importlib.import_module(module)
    get_resolver().url_patterns  # noqa: B018 -- its first reading loads every room's addresses


def _supervisor(env: Environment, cluster: Cluster | None) -> Supervisor:
    from patron.operations import worker

    logs = env.data_dir / "logs"
    logs.mkdir(exist_ok=True)
    children = [
        Child("web", partial(_log_and, env, partial(web.serve, env)), logs / "web.log"),
        Child("worker", partial(_log_and, env, partial(worker.work, alone=cluster is not None)), logs / "worker.log"),
    ]
    files = [child.log for child in children]
    if cluster is None:
        return Supervisor(children, lambda: None, files)
    return Supervisor(children, _Revival(cluster).tend, [*files, cluster.directory / "server.log"])


def _log_and(env: Environment, work: Callable[[], None]) -> None:
    from patron.kernel import logs

    logs.configure(env.log_level)
    work()


class _Revival:
    """Starts the embedded PostgreSQL again when it died."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pause = 0.0
        self._due_at = 0.0

    def tend(self) -> None:
        if self._cluster.is_running():
            self._pause = 0.0
        elif time.monotonic() >= self._due_at:
            self._pause = min(self._pause * 2 or 0.2, 30.0)
            try:
                self._cluster.start()
            except EmbeddedTrouble:
                # What the last one left behind may need a moment to end; the server's log holds the reason.
                self._due_at = time.monotonic() + self._pause


def _refuse_busy_port(env: Environment) -> None:
    ip = web.address(env.host)
    try:
        with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET) as probe:
            # not SO_REUSEPORT, which would let two servers share the port without a word
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ip, env.port))
    except PermissionError as error:
        raise CannotStart(
            f"Port {env.port} needs more rights than this user has: set PATRON_PORT above 1023."
        ) from error
    except OSError as error:
        raise CannotStart(
            f"Port {env.port} of {env.host} cannot be used ({error.strerror}): "
            "stop what listens there, or set PATRON_PORT to a free one."
        ) from error


def _wait_until_ready(env: Environment, supervisor: Supervisor) -> None:
    ends = time.monotonic() + READY_SECONDS
    while not _is_ready(env):
        hopeless = [child for child in supervisor.children if child.failures >= _HOPELESS]
        if hopeless or time.monotonic() > ends:
            child = (hopeless or list(supervisor.children))[0]
            raise CannotStart(f"The {child.name} process does not start{_last_line(child.log)}: see {child.log}.")
        supervisor.wait(0.05)


def _is_ready(env: Environment) -> bool:
    ip = web.address(env.host)
    server = http.client.HTTPConnection(_WORDS_OF_ALL.get(ip, ip), env.port, timeout=10)
    try:
        server.request("GET", "/readyz")
        return server.getresponse().status == 200
    except OSError:
        return False
    finally:
        server.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f" ({lines[-1][:200]})" if lines else ""


def _url(env: Environment) -> str:
    host = _WORDS_OF_ALL.get(env.host, env.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{env.port}"


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    def stop(*_: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the end is on its way
        raise _Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


@contextlib.contextmanager
def _second_signal(supervisor: Supervisor) -> Iterator[None]:
    """While the children end in their own time, a second Ctrl-C ends them at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.kill())
    yield
