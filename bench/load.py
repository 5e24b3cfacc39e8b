"""The load generator: wrk, walking over a file of ready requests."""

import http.client
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

MISSING: Final = "wrk is missing: install it with `apt-get install wrk` (Debian, Ubuntu) or from your distribution."
CONNECTIONS: Final = 16
_SCRIPT: Final = Path(__file__).parent / "scripts" / "walk.lua"


class Spoiled(Exception):
    """A measurement that means nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """One ready request."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def line(self) -> str:
        """As the script reads it."""
        headers = "|".join(f"{name}={value}" for name, value in self.headers.items())
        return f"{self.method}\t{self.path}\t{headers}\t{self.body}\n"

    def send(self, port: int) -> bytes:
        """The body of its answer, which must be a 200. Raises Spoiled."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(self.method, self.path, self.body.encode() or None, self.headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise Spoiled(f"{self.method} {self.path} is answered {response.status}: {body[:200]!r}")
        return body


class Round(msgspec.Struct):
    """What wrk saw. `bad`: answers of 400 and above; `broken`: connections that failed or were not answered."""

    requests: int
    seconds: float
    bad: int
    broken: int
    p50_ms: float
    p99_ms: float


def is_there() -> bool:
    """Whether there is a load generator."""
    return shutil.which("wrk") is not None


def write(requests: Iterable[Request], file: Path) -> Path:
    """Put requests where `run` finds them."""
    file.write_text("".join(request.line() for request in requests))
    return file


def run(port: int, requests: Path, seconds: int, *, once: bool = False) -> Round:
    """Load the server for so long with all connections busy. Raises Spoiled when an answer is not a good one.

    `once`: no request is sent twice, for what works only once (a code).
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT)]
    arguments = [f"http://127.0.0.1:{port}/", "--", str(requests), "once" if once else "round"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    results = [line.removeprefix("RESULT ") for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not results:
        raise Spoiled(f"wrk did not finish: {(done.stderr or done.stdout).strip()}")
    result = msgspec.json.decode(results[0], type=Round)
    if result.bad or result.broken:
        raise Spoiled(f"{result.bad} answers of 400 or above, {result.broken} broken connections")
    return result
