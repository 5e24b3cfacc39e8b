"""The web server: granian, one process a PATRON_WORKERS, each with a few threads that answer."""

import gc
import os
import socket
from functools import partial
from typing import Any, Final

from patron.config.environment import Environment
from patron.operations.errors import CannotStart
from patron.operations.orphans import die_with

THREADS: Final = 4  # a thread waits for PostgreSQL about as long as it works, so more only pass the lock around
# Connections, not requests: one that a storefront keeps open counts as long as it is open.
CONNECTIONS: Final = 2048
STOP_SECONDS: Final = 15


def address(host: str) -> str:
    """The numeric address of `host`, IPv4 where it has both. Raises CannotStart when it is none of this machine's."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise CannotStart(f"PATRON_HOST is {host}, which is no address of this machine.") from error
    return str(min(found, key=lambda each: each[0] != socket.AF_INET)[4][0])


def serve(env: Environment) -> None:
    """Answer requests until SIGTERM or SIGINT; those at hand may finish within STOP_SECONDS."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        "patron.config.wsgi:application",
        address=address(env.host),
        port=env.port,
        interface=Interfaces.WSGI,
        workers=env.workers,
        blocking_threads=THREADS,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        log_access=False,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)


def _application(parent: int) -> Any:
    """Called in each process that answers."""
    die_with(parent)
    from patron.config.wsgi import application

    # A write makes thousands of objects that go by themselves; the default looks for circles after each 700.
    gc.set_threshold(50_000, 20, 20)
    gc.freeze()  # what is loaded stays, and looking through it at each full collection costs a write three per cent
    return application
