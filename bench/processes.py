"""What is measured, started and stopped: PostgreSQL and the load on one core, the measured process on the other."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from bench import machine
from bench.load import Spoiled

START_SECONDS: Final = 60
STOP_SECONDS: Final = 30
_PATRON: Final = [sys.executable, "-c", "from patron.config.cli import main; main()"]


class Server(NamedTuple):
    """Where it listens, and its process, of which the workers are children."""

    port: int
    pid: int


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder and an empty PostgreSQL in it, as the product starts its own; both gone at the end.

    What is started later finds both by the environment of this process.
    """
    from patron.operations import tuning
    from patron.operations.embedded import Cluster

    folder = Path(tempfile.mkdtemp(prefix="patron-bench-"))
    cluster = Cluster(folder / "postgres", tuning.settings(1))
    os.environ |= {
        "DATABASE_URL": cluster.url("postgres"),
        "DJANGO_SETTINGS_MODULE": "patron.config.settings",
        "PATRON_DATA_DIR": str(folder),
        "PATRON_SANDBOX": "1",
        "PATRON_WORKERS": "1",
    }
    for name in ("REDIS_URL", "EMAIL_URL", "PROMETHEUS_MULTIPROC_DIR"):
        os.environ.pop(name, None)
    try:
        cluster.start()
        yield folder
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def patron(folder: Path) -> Iterator[Server]:
    """`patron serve` with one worker, everything on: request ids, counters, access log."""
    port = _free_port()
    with _process([*_PATRON, "serve"], folder / "patron.log", PATRON_PORT=str(port)) as pid:
        _await_port(port, folder / "patron.log")
        yield Server(port, pid)


@contextmanager
def floor(folder: Path, given: str, application: str = "bench.floor:application") -> Iterator[Server]:
    """The floor under the same web server with as many threads."""
    from patron.config import web

    port = _free_port()
    flags = {
        "--interface": "wsgi",
        "--host": "127.0.0.1",
        "--port": port,
        "--http": "1",
        "--workers": 1,
        "--blocking-threads": web.THREADS,
        "--backlog": web.CONNECTIONS,
        "--backpressure": web.CONNECTIONS,
        "--log-level": "warning",
    }
    command = [sys.executable, "-m", "granian", *(str(word) for flag in flags.items() for word in flag)]
    with _process([*command, application], folder / "floor.log", BENCH_FLOOR=given) as pid:
        _await_port(port, folder / "floor.log")
        yield Server(port, pid)


@contextmanager
def worker(folder: Path) -> Iterator[int]:
    """`patron worker`; its process."""
    with _process([*_PATRON, "worker"], folder / "worker.log") as pid:
        yield pid


@contextmanager
def _process(command: list[str], log: Path, **variables: str) -> Iterator[int]:
    # a real file, since writing the access log is part of what a request costs
    with log.open("ab") as output, machine.on_core(machine.SERVER_CORE):
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | variables)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(port: int, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Spoiled(f"the server did not start: {log.read_text()[-500:]}")
