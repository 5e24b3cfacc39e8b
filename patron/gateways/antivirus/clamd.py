"""ClamAV's daemon, asked by its INSTREAM command over TCP or a Unix socket.

Source: clamd(8). The libraries for it rest since years, and the protocol is a word, some lengths and a line of answer.
"""

import socket
import struct
import threading
import time
from typing import Final
from urllib.parse import urlsplit

from patron.gateways import calls
from patron.kernel.errors import GatewayTrouble

TIMEOUT: Final = 8.0
# Each scan holds a thread of the web server: while two are at it, the next file waits for the worker.
AT_ONCE: Final = 2
_CHUNK: Final = 65_536
_LONGEST_ANSWER: Final = 4096
_DEFAULT_PORT: Final = 3310


class Clamd:
    """One connection a file. `url`: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._breaker = calls.new_breaker()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def is_clean(self, content: bytes) -> bool:
        """See the contract."""
        if not self._places.acquire(blocking=False):
            raise GatewayTrouble("busy with other files", permanent=False)
        try:
            with calls.call("antivirus", seconds=TIMEOUT, breaker=self._breaker):
                return _verdict(self._ask(content))
        finally:
            self._places.release()

    def _ask(self, content: bytes) -> bytes:
        deadline = time.monotonic() + TIMEOUT
        try:
            with self._connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    connection.settimeout(_left(deadline))
                    chunk = content[start : start + _CHUNK]
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
                return _line(connection, deadline)
        except TimeoutError as error:
            raise GatewayTrouble(f"no answer within {TIMEOUT:g} s", permanent=False) from error
        except OSError as error:
            raise GatewayTrouble(f"the connection failed ({type(error).__name__})", permanent=False) from error

    def _connect(self) -> socket.socket:
        if self._parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(TIMEOUT)
                connection.connect(self._parts.path)
            except BaseException:
                connection.close()
                raise
            return connection
        return socket.create_connection((self._parts.hostname or "", self._parts.port or _DEFAULT_PORT), TIMEOUT)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _line(connection: socket.socket, deadline: float) -> bytes:
    answer = bytearray()
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        connection.settimeout(_left(deadline))
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return bytes(answer).partition(b"\0")[0].strip()


def _verdict(answer: bytes) -> bool:
    if answer == b"stream: OK":
        return True
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return False
    # its words may hold anything; what is known is said in ours
    reason = "the file is over its limit" if b"size limit exceeded" in answer else "the answer is not as published"
    raise GatewayTrouble(reason, permanent=False)
