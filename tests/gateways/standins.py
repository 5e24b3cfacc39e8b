"""Providers in a thread: what the adapters talk to over real sockets."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    """One POST as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]


@dataclass
class HttpProvider:
    """Answers every POST with `status` and `body`, after `delay` seconds."""

    status: int = 201
    body: bytes = b""
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    url: str = ""


@contextmanager
def http_provider() -> Iterator[HttpProvider]:
    """An HTTP server on a free port of the loopback."""
    provider = HttpProvider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            provider.requests.append(Request(self.path, headers, body, self.client_address))
            time.sleep(provider.delay)
            self.send_response(provider.status)
            for name, value in provider.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(provider.body)))
            self.end_headers()
            self.wfile.write(provider.body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """A client that gave up is no news."""

    with _served(Server(("127.0.0.1", 0), Handler)) as port:
        provider.url = f"http://127.0.0.1:{port}"
        yield provider


@dataclass
class MailServer:
    """Accepts every mail unless `recipient` or `data` is another answer; `refused`: an answer to one address."""

    recipient: bytes = b"250 OK"
    data: bytes = b"250 OK"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """As much of an SMTP server as one mail needs."""
    server = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(b"220 standin")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.say(b"354 go on")
                    self.take_mail()
                    self.say(server.data)
                elif verb == b"RCPT":
                    address = line.decode().partition("<")[2].partition(">")[0]
                    server.recipients.append(address)
                    self.say(server.refused.get(address, server.recipient))
                else:
                    self.say(b"221 bye" if verb == b"QUIT" else b"250 OK")
                    if verb == b"QUIT":
                        return

        def say(self, line: bytes) -> None:
            self.wfile.write(line + b"\r\n")

        def take_mail(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b"..") else line)
            if server.data.startswith(b"250"):
                server.mails.append(message_from_bytes(b"".join(lines), EmailMessage, policy=policy.default))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _served(Server(("127.0.0.1", 0), Handler)) as port:
        server.port = port
        yield server


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
