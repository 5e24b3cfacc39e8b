"""One run: the shop, the servers, the worker, the report. Imported once Django is loaded."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import jobs, processes, report, seed, segments, web
from bench.rounds import Plan
from bench.seed import Size
from patron.operations import schema

_BURST, _BACKLOG, _CODE_SECONDS = 2_000, 100_000, 24
_MANY, _QUICK_MANY = 1_000_000, 50_000  # shoppers in the shop of the segments
_QUICK_BURST, _QUICK_BACKLOG, _QUICK_CODE_SECONDS = 400, 5_000, 6


def run(folder: Path, options: argparse.Namespace) -> int:
    """Measure what was asked for and print it. Raises Spoiled."""
    plan = Plan(seconds=2, rounds=1) if options.quick else Plan(seconds=10, rounds=3)
    walked = 5_000
    size = Size(
        shoppers=40_000 if options.quick else 200_000,
        sessions=walked + web.codes(options.names, plan),
        walked=walked,
    )
    _say("Making the shop ...")
    schema.migrate()
    seed.plant(size)
    parts = []
    for part in _parts(folder, options, size, plan):
        sys.stdout.write(f"{part}\n")
        sys.stdout.flush()
        parts.append(part)
    if options.write:
        report.write("\n".join(parts))
    return 0


def _parts(folder: Path, options: argparse.Namespace, size: Size, plan: Plan) -> Iterator[str]:
    yield report.head(_command(), f"{size.shoppers:,} shoppers, {size.walked:,} sessions")
    if set(web.ROWS) & set(options.names):
        yield _web(folder, options.names, size, plan)
    if "jobs" in options.names:
        yield _jobs(folder, is_quick=options.quick)
    if "segments" in options.names:
        _say("Segments ...")
        yield from segments.measure(folder, plan, _QUICK_MANY if options.quick else _MANY)


def _web(folder: Path, names: list[str], size: Size, plan: Plan) -> str:
    rows = []
    with processes.patron(folder) as patron, processes.floor(folder, web.given()) as floor:
        bench = web.Bench(patron, floor, folder, size, plan)
        for name, (what, measure, target) in web.ROWS.items():
            if name not in names:
                continue
            _say(f"{what} ...")
            rows.append((what, *measure(bench), target))
        return report.table(rows) + report.memory(bench.memory_mb())


def _jobs(folder: Path, *, is_quick: bool) -> str:
    _say("SMS and codes ...")
    burst, backlog, seconds = (
        (_QUICK_BURST, _QUICK_BACKLOG, _QUICK_CODE_SECONDS) if is_quick else (_BURST, _BACKLOG, _CODE_SECONDS)
    )
    return report.jobs(jobs.measure(folder, burst=burst, backlog=backlog, seconds=seconds))


def _command() -> str:
    return " ".join(["python -m bench", *sys.argv[1:]])


_STARTED = time.monotonic()


def _say(line: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _STARTED:4.0f} s  {line}\n")
