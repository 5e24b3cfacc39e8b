"""clamd's INSTREAM as its daemon speaks it, and what becomes of an antivirus that does not answer."""

import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from patron.gateways.antivirus.clamd import Clamd
from patron.kernel.errors import GatewayTrouble

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def clamd() -> Iterator[Callable[[bytes | None], str]]:
    """`clamd()` starts a daemon that finds EICAR and returns its URL; `clamd(answer)` one that always says that."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(answer: bytes | None = None, delay: float = 0) -> str:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                assert self.rfile.read(10) == b"zINSTREAM\0"
                content = b""
                while (length := struct.unpack("!I", self.rfile.read(4))[0]) > 0:
                    content += self.rfile.read(length)
                time.sleep(delay)
                found = b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"
                self.wfile.write((found if answer is None else answer) + b"\0")

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return f"tcp://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


pytestmark = pytest.mark.django_db


def test_it_is_shown_the_whole_file(clamd: Callable[..., str]) -> None:
    """Also what comes behind the first chunk."""
    antivirus = Clamd(clamd())
    assert antivirus.is_clean(b"a" * 200_000)
    assert not antivirus.is_clean(b"a" * 200_000 + EICAR)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"INSTREAM size limit exceeded. ERROR", "the file is over its limit"),
        (b"stream: /tmp/x: Access denied ERROR", "the answer is not as published"),
        (b"", "the answer is not as published"),
    ],
)
def test_what_is_no_verdict_is_trouble(clamd: Callable[..., str], answer: bytes, reason: str) -> None:
    """An error is neither clean nor infected."""
    with pytest.raises(GatewayTrouble, match=reason):
        Clamd(clamd(answer)).is_clean(b"a")


def test_one_that_is_away_or_silent_is_trouble(clamd: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than the time-out."""
    with pytest.raises(GatewayTrouble, match="connection failed"):
        Clamd("tcp://127.0.0.1:9").is_clean(b"a")
    with pytest.raises(GatewayTrouble, match="connection failed"):
        Clamd("unix:///nowhere/clamd.ctl").is_clean(b"a")
    monkeypatch.setattr("patron.gateways.antivirus.clamd.TIMEOUT", 0.2)
    started = time.monotonic()
    with pytest.raises(GatewayTrouble, match="no answer within"):
        Clamd(clamd(delay=1)).is_clean(b"a")
    assert time.monotonic() - started < 1
