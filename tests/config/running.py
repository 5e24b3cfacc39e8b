"""A Patron as a person starts it: a process of its own, a data directory, a free port, the log of its screen."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from patron.operations.embedded import Cluster

PATRON = [sys.executable, "-c", "from patron.config.cli import main; main()"]


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """What a newcomer's shell holds, and `more`; nothing of the test run's own database."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PATRON_", "DATABASE_", "PYTEST"))
    }
    return kept | {"PATRON_DATA_DIR": str(data_dir), "PATRON_SANDBOX": "1"} | more


def command(data_dir: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `patron WORDS` to its end."""
    return subprocess.run(
        [*PATRON, *words], env=environment(data_dir, **more), capture_output=True, text=True, timeout=60, check=False
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until `holds()` is true and return it; fail after `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


@dataclass
class Running:
    """`patron run` on `data_dir`, started and stopped as often as a test wants."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def screen(self) -> str:
        return (self.data_dir.parent / "screen").read_text()

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.data_dir / "postgres")

    def start(self) -> float:
        """Start it and return the seconds until its screen said that it is ready."""
        began = time.monotonic()
        with (self.data_dir.parent / "screen").open("w") as screen:
            self.process = subprocess.Popen(
                [*PATRON, "run"],
                env=environment(self.data_dir, PATRON_PORT=str(self.port)),
                stdout=screen,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        until(lambda: "Ctrl-C" in self.screen or (self.process and self.process.poll() is not None))
        assert "is ready" in self.screen, self.screen
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it, unless it has ended, and return its exit status."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(40)

    def get(self, path: str) -> tuple[int, bytes]:
        """The answer to a GET; status 0 when nobody answers."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            server.request("GET", path)
            answer = server.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            server.close()

    def is_ready(self) -> bool:
        status, body = self.get("/readyz")
        return status == 200 and json.loads(body)["status"] == "ok"

    @property
    def web(self) -> int:
        """The process that keeps those that answer."""
        assert self.process
        return until(lambda: _child(self.process.pid, "patron-web"))

    @property
    def answering(self) -> int:
        """The one process that answers."""
        return until(lambda: _child(self.web, "patron-web"))

    @property
    def worker(self) -> int:
        assert self.process
        return until(lambda: _child(self.process.pid, "patron-worker"))

    def postmaster(self) -> int:
        return int((self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            yield connection


def _child(parent: int, name: str) -> int | None:
    """The living child of `parent` that is called `name`."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for pid in map(int, listed):
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name and is_alive(pid):
                return pid
    return None


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; one that ended and was not fetched by its parent does not."""
    try:
        return not re.search(r"^State:\s+Z", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except FileNotFoundError:
        return False


def new_folder() -> Path:
    """A data directory to be: short enough for a socket, and reachable by the user PostgreSQL runs as under root."""
    return Path(tempfile.mkdtemp(prefix="patron-run-")) / "data"
