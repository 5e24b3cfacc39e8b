"""Rounds of load, Patron's and the floor's in turn, so that a machine that slows down slows both."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import load, machine
from bench.processes import Server

WARM_UP_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    seconds: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Side:
    """Medians over the rounds. `cpu_us`: time of the server's processes for one request; `busy`: of its core."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    busy: float


def in_turn(servers: tuple[Server, ...], requests: Path, plan: Plan) -> list[Side]:
    """The same requests to each server, round by round; one Side for each."""
    for server in servers:
        load.run(server.port, requests, WARM_UP_SECONDS)
    taken = [[_one(server, requests, plan.seconds) for server in servers] for _ in range(plan.rounds)]
    return _medians(taken)


def once_each(servers: tuple[Server, ...], rounds: list[list[Path]], plan: Plan) -> list[Side]:
    """Requests that work only once: each round has others for each server."""
    taken = [
        [_one(server, requests, plan.seconds, once=True) for server, requests in zip(servers, files, strict=True)]
        for files in rounds
    ]
    return _medians(taken)


def _one(server: Server, requests: Path, seconds: int, *, once: bool = False) -> Side:
    before = machine.cpu_seconds(server.pid)
    seen = load.run(server.port, requests, seconds, once=once)
    cpu = machine.cpu_seconds(server.pid) - before
    return Side(
        per_second=seen.requests / seen.seconds,
        p50_ms=seen.p50_ms,
        p99_ms=seen.p99_ms,
        cpu_us=cpu / seen.requests * 1e6,
        busy=cpu / seen.seconds,
    )


def _medians(taken: list[list[Side]]) -> list[Side]:
    return [_median(list(sides)) for sides in zip(*taken, strict=True)]


def _median(sides: list[Side]) -> Side:
    return Side(*(statistics.median(getattr(side, name) for side in sides) for name in Side.__slots__))
