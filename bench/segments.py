"""Segments: the own ones beside the floor, everybody computed anew, rules counted before they are saved.

Part of `python -m bench`; alone: `python -m bench.segments [--quick] [--write]`.
"""

import argparse
import os
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import load, machine, processes
from bench.load import Spoiled

SESSIONS: Final = 5_000
PATIENCE_SECONDS: Final = 600
FLOOR: Final = "bench.segments_floor:application"
_BEGIN: Final = "<!-- segments: written by `python -m bench.segments --write` -->\n"
_END: Final = "<!-- end of segments -->\n"


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


def measure(folder: Path, *, is_quick: bool) -> list[str]:
    """Make the shop, measure, return the parts of the report. Raises Spoiled."""
    from bench import segments_seed

    count = 50_000 if is_quick else 1_000_000
    segments_seed.plant(count, SESSIONS)
    first = _recompute(folder)
    again = _recompute(folder)
    counts = list(_count(3))
    return [
        _own_segments(folder, is_quick=is_quick),
        _recomputations(first, again),
        _previews(counts[: len(segments_seed.PREVIEWS)], "an index, few shoppers", "300 ms"),
        _previews(counts[len(segments_seed.PREVIEWS) :], "any other field", "2 s"),
    ]


def main() -> int:
    """0 when everything was measured, else 1 and one line that says why not."""
    parser = argparse.ArgumentParser(prog="python -m bench.segments", description="What segments cost.")
    parser.add_argument("--quick", action="store_true", help="a smaller shop and short rounds: to see that it works")
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    options = parser.parse_args()
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    try:
        with processes.workplace() as folder:
            from patron.config import start

            start.load_django(is_quiet=True)
            from bench import report
            from patron.operations import schema

            schema.migrate()
            shop = "1,000,000 shoppers" if not options.quick else "50,000 shoppers"
            head = report.head(" ".join(["python -m bench.segments", *sys.argv[1:]]), f"{shop}, 20 segments")
            text = "\n".join([head, *measure(folder, is_quick=options.quick)])
    except Spoiled as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    sys.stdout.write(text)
    if options.write:
        _write(report.FILE, text)
    return 0


def _own_segments(folder: Path, *, is_quick: bool) -> str:
    from bench import report, rounds, seed
    from bench.seed import Size

    plan = rounds.Plan(seconds=2, rounds=1) if is_quick else rounds.Plan(seconds=10, rounds=3)
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
    from patron.kernel import clock
    from patron.segments import roster

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
    from patron.segments import recomputation
    from patron.segments.models import Recomputation

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
    from bench import segments_seed
    from patron.segments import membership, rules

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


def _write(file: Path, text: str) -> None:
    page = file.read_text()
    before, _, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{file} has lost the marks between which the results stand")
    file.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}")


if __name__ == "__main__":
    sys.exit(main())
