"""A real Patron, started as its users start it, and a client that talks to it over HTTP."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

START_SECONDS = 120
_open: list[httpx.Client] = []


class Live:
    """A running server. `base`: its address; `data_dir`: what it keeps."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PATRON_", "DATABASE_", "DJANGO_"))
        }
        self.environment = (
            kept
            | {
                "PATRON_PORT": str(port),
                "PATRON_DATA_DIR": str(data_dir),
                "PATRON_SANDBOX": "1",
            }
            | environment
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """As `make run` does; returns when it is ready."""
        patron = Path(sys.executable).with_name("patron")
        with (self.data_dir / "screen.txt").open("wb") as screen:
            self.process = subprocess.Popen(
                [patron, "run"], env=self.environment, stdout=screen, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.screen()
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not ready after {START_SECONDS} s: {self.screen()}")

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def screen(self) -> str:
        """What the terminal shows."""
        return (self.data_dir / "screen.txt").read_text()

    def put(self, name: str, value: Any) -> None:
        """Change a dynamic setting by the command, and wait until every process has it."""
        patron = Path(sys.executable).with_name("patron")
        subprocess.run([patron, "settings", "set", name, json.dumps(value)], env=self.environment, check=True)
        time.sleep(3)

    def client(self) -> "Shopper":
        """A browser of somebody new."""
        shopper = Shopper(self.base)
        _open.append(shopper.http)
        return shopper


class Shopper:
    """A browser that reads the sandbox's inbox."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, timeout=60, headers={"accept-language": "en"})
        self.http.headers["x-csrftoken"] = self.http.get("/csrf_token/").json()["csrf_token"]

    def register(self, **fields: Any) -> httpx.Response:
        """Open an account in direct mode."""
        body = {"first_name": "Ada", "last_name": "L", "password": "Correct-horse-7", "confirm": True}
        return self.http.post("/users/registration/", json=body | fields)

    def patch(self, **fields: Any) -> httpx.Response:
        """Change the profile."""
        return self.http.patch("/users/profile/", json=fields)

    def code(self, phone: str, number: int = 1) -> str:
        """The newest code sent to the phone, once `number` of them have arrived."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            texts = [row["text"] for row in self.http.get("/sandbox/sms/", params={"to": phone}).json()["results"]]
            codes = [code[0] for code in (re.search(r"\b\d{6}\b", text) for text in texts) if code]
            if len(codes) >= number:
                return codes[0]
            time.sleep(0.05)
        raise AssertionError("no code came")


@pytest.fixture(autouse=True)
def closed_browsers() -> Iterator[None]:
    """Browsers are closed with the test that opened them."""
    yield
    while _open:
        _open.pop().close()


@pytest.fixture(scope="session")
def patron(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Live]]:
    """`patron(PATRON_WORKERS="4")`: a server with this environment; the same environment gives the same server."""
    running: dict[tuple[tuple[str, str], ...], Live] = {}

    def start(**environment: str) -> Live:
        key = tuple(sorted(environment.items()))
        if key not in running:
            running[key] = Live(tmp_path_factory.mktemp("live"), **environment)
            running[key].start()
        return running[key]

    yield start
    for live in running.values():
        live.stop()
