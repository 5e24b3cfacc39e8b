"""Segments: the own ones beside the floor, everybody computed anew, rules counted before they are saved."""

import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import load, machine, processes, report, rounds, seed, segments_seed
from bench.load import Spoiled
from bench.rounds import Plan
from bench.seed import Size
from patron.kernel import clock
from patron.segments import membership, recomputation, roster, rules
from patron.segments.models import Recomputation

SESSIONS: Final = 5_000
PATIENCE_SECONDS: Final = 600
FLOOR: Final = "bench.segments_floor:application"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One run over everybody by a worker. Memory of the worker: soon after the start, and at the end."""

    seconds: float
    shoppers: int
    first_mb: float
    last_mb: float


@dataclass(frozen=True, slots=True)
class Counted:
    """One rule. `ms`: the best of three."""

    rule: str
    shoppers: int
    ms: float


def measure(folder: Path, plan: Plan, shoppers: int) -> Iterator[str]:
    """Put a shop of its own in the place of the one there is, measure, give the parts of the report. Raises Spoiled."""
    segments_seed.plant(shoppers, SESSIONS)
    yield f"{shoppers:,} shoppers, 20 segments over all fields:\n"
    yield _own_segments(folder, plan)
    yield _recomputations(_recompute(folder), _recompute(folder))
    counts = list(_count(3))
    indexed = len(segments_seed.INDEXED)
    yield _previews(counts[:indexed], "an index, few shoppers", "300 ms")
    yield _previews(counts[indexed:], "any other field", "2 s")


def _own_segments(folder: Path, plan: Plan) -> str:
    requests = seed.reads("/users/segments/", Size(shoppers=0, sessions=SESSIONS, walked=SESSIONS))
    with processes.patron(folder) as patron, processes.floor(folder, _given(folder), FLOOR) as floor:
        answers = [requests[0].send(server.port) for server in (patron, floor)]
        if answers[0] != answers[1]:
            raise Spoiled(f"Patron and the floor do not answer the same: {answers!r}")
        file = load.write(requests, folder / "requests")
        mine, floors = rounds.in_turn((patron, floor), file, plan)
    return report.table([("GET own segments", mine, floors, "0.25 of the floor")])


def _given(folder: Path) -> str:
    """What the floor has of Patron, in a file."""
    current = roster.current()
    statement = current.of_session
    known = current.at(clock.now(), key="", seen=None)
    file = folder / "segments-floor"
    file.write_bytes(
        pickle.dumps(
            {
                "statement": statement._numbered,
                "values": [known[name] for name in statement._names],
                "places": {
                    name: place
                    for place, name in enumerate(statement._names)
                    if name in ("key", "now", "seen", "today")
                },
                "listed": {pk: bytes(entry) for pk, entry in current.listed("en").items()},
            }
        )
    )
    return str(file)


def _recompute(folder: Path) -> Recomputed:
    asked = recomputation.request(Recomputation.Reason.STAFF)
    first_mb = 0.0
    ends = time.monotonic() + PATIENCE_SECONDS
    with processes.worker(folder) as pid:
        while time.monotonic() < ends:
            run = Recomputation.objects.get(pk=asked.pk)
            if run.done and not first_mb:
                first_mb = machine.memory_mb(pid)
            if run.state == Recomputation.State.DONE and run.started_at and run.finished_at:
                took = (run.finished_at - run.started_at).total_seconds()
                return Recomputed(took, run.total, first_mb, machine.memory_mb(pid))
            time.sleep(0.2)
    raise Spoiled(f"the run did not end within {PATIENCE_SECONDS} s")


def _count(times: int) -> Iterator[Counted]:
    for name, rule in segments_seed.rules().items():
        tree, best, found = rules.parse(rule), float("inf"), 0
        for _again in range(times):
            started = time.perf_counter()
            found = membership.count(tree)
            best = min(best, time.perf_counter() - started)
        yield Counted(name, found, best * 1000)


def _recomputations(first: Recomputed, again: Recomputed) -> str:
    lines = [
        ("everybody computed anew", "shoppers", "seconds", "shoppers/s", "worker at the start", "at the end", "target"),
        ("---", "---:", "---:", "---:", "---:", "---:", "---"),
        ("the first time, every row written", *_run(first), "60 s, constant memory"),
        ("again, nothing changed", *_run(again), ""),
    ]
    return _markdown(lines)


def _run(run: Recomputed) -> tuple[str, ...]:
    return (
        f"{run.shoppers:,}",
        f"{run.seconds:.1f}",
        f"{run.shoppers / run.seconds:,.0f}",
        f"{run.first_mb:.0f} MB",
        f"{run.last_mb:.0f} MB",
    )


def _previews(counts: list[Counted], what: str, target: str) -> str:
    lines = [
        (f"a rule counted: {what}", "shoppers", "ms", "target"),
        ("---", "---:", "---:", "---"),
        *((each.rule, f"{each.shoppers:,}", f"{each.ms:.0f}", target) for each in counts),
    ]
    return _markdown(lines)


def _markdown(lines: list[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
