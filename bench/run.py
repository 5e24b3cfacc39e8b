"""One run: the shops, the servers, the worker, the report. Imported once Django is loaded."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import customers, customers_bulk, jobs, loyalty, machine, processes, report, seed, segments, support, web
from bench.rounds import Plan
from bench.seed import Size
from patron.operations import schema

_WALKED: Final = 5_000
_BURST, _BACKLOG, _CODE_SECONDS = 2_000, 100_000, 24
_MANY, _QUICK_MANY = 1_000_000, 50_000  # shoppers in the shop of the segments
_SIZES, _QUICK_SIZES = (1_000_000, 10_000_000), (50_000,)  # customers
_TALKS, _QUICK_TALKS = (100_000, 1_000_000), (5_000, 50_000)  # with a hundred messages each; in the inbox
_QUICK_BURST, _QUICK_BACKLOG, _QUICK_CODE_SECONDS = 400, 5_000, 6


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: `names` of `--only`, or all of them. `folder` is taken away at the end."""

    folder: Path
    names: tuple[str, ...]
    is_quick: bool
    plan: Plan


def run(folder: Path, names: list[str], *, is_quick: bool, is_written: bool) -> int:
    """Measure what was asked for and print it. Raises Spoiled.

    `is_written`: put each part's results in the place of its last ones in docs/benchmarks.md.
    """
    plan = Plan(seconds=2, rounds=1) if is_quick else Plan(seconds=10, rounds=3)
    order = Order(folder, tuple(names), is_quick, plan)
    schema.migrate()
    for part, (needed, measure) in PARTS.items():
        if needed & set(names):
            _say(f"{part.capitalize()} ...")
            # commands have both cores at work, and one that spins takes from its neighbour what they share
            with nullcontext() if part == COMMANDS else machine.awake():
                _report(part, measure(order), is_written=is_written)
    return 0


def _report(part: str, lines: Iterator[str], *, is_written: bool) -> None:
    text = []
    for line in _with_host(lines):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        text.append(line)
    if is_written:
        report.write(part, "\n".join(text))


def _with_host(lines: Iterator[str]) -> Iterator[str]:
    yield report.head(f"python -m bench {' '.join(sys.argv[1:])}".strip())
    before, (all_before, stolen_before) = machine.speed(), machine.times()
    yield from lines
    all_after, stolen_after = machine.times()
    stolen = (stolen_after - stolen_before) / (all_after - all_before)
    yield report.host(before, machine.speed(), stolen)


def _identity(order: Order) -> Iterator[str]:
    size = _shop(order)
    yield f"{size.shoppers:,} shoppers, {size.walked:,} sessions:\n"
    rows = []
    with processes.patron(order.folder) as patron, processes.floor(order.folder, web.given()) as floor:
        bench = web.Bench(patron, floor, order.folder, size, order.plan)
        for name, (what, measure, target) in web.ROWS.items():
            if name in order.names:
                _say(f"{what} ...")
                rows.append((what, *measure(bench), target))
        yield report.table(rows) + report.memory(bench.memory_mb())


def _jobs(order: Order) -> Iterator[str]:
    _shop(order)
    burst, backlog, seconds = (
        (_QUICK_BURST, _QUICK_BACKLOG, _QUICK_CODE_SECONDS) if order.is_quick else (_BURST, _BACKLOG, _CODE_SECONDS)
    )
    yield report.jobs(jobs.measure(order.folder, burst=burst, backlog=backlog, seconds=seconds))


def _segments(order: Order) -> Iterator[str]:
    yield from segments.measure(order.folder, order.plan, _QUICK_MANY if order.is_quick else _MANY)


def _customers(order: Order) -> Iterator[str]:
    yield from customers.measure(order.folder, order.plan, _QUICK_SIZES if order.is_quick else _SIZES)


def _customers_bulk(order: Order) -> Iterator[str]:
    yield from customers_bulk.measure(order.folder, _QUICK_MANY if order.is_quick else _MANY)


def _shop(order: Order) -> Size:
    """A shop of its own in the place of the one there is."""
    size = Size(
        shoppers=40_000 if order.is_quick else 200_000,
        sessions=_WALKED + web.codes(order.names, order.plan),
        walked=_WALKED,
    )
    seed.clear()
    seed.plant(size)
    return size


def _loyalty(order: Order) -> Iterator[str]:
    yield from loyalty.measure(order.folder, order.plan)


def _support(order: Order) -> Iterator[str]:
    yield from support.measure(order.folder, order.plan, *(_QUICK_TALKS if order.is_quick else _TALKS))


# what the page calls it → the names of `--only` that ask for it, and what measures it and gives the lines of its report
COMMANDS: Final = "many customers"
PARTS: Final[dict[str, tuple[frozenset[str], Callable[[Order], Iterator[str]]]]] = {
    "identity": (frozenset(web.ROWS), _identity),
    "messages": (frozenset({"jobs"}), _jobs),
    "segments": (frozenset({"segments"}), _segments),
    "customers": (frozenset({"customers"}), _customers),
    COMMANDS: (frozenset({"customers-bulk"}), _customers_bulk),
    "loyalty": (frozenset({"loyalty"}), _loyalty),
    "support": (frozenset({"support"}), _support),
}
_STARTED = time.monotonic()


def _say(line: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _STARTED:4.0f} s  {line}\n")
