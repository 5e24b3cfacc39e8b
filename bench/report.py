"""What was found, as the Markdown that stands in docs/benchmarks.md."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import machine
from bench.jobs import Found, Latency
from bench.rounds import Side

FILE: Final = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_BEGIN: Final = "<!-- results of {part}: written by `python -m bench --write` -->\n"
_END: Final = "<!-- end of {part} -->\n"
_COLUMNS: Final = (
    "",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "server CPU µs",
    "core busy",
    "of the floor",
    "its CPU",
    "target",
)


def head(command: str) -> str:
    """When, where and how."""
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    pinned = "all on the same core" if machine.IS_SHARED else "server on one core, PostgreSQL and wrk on the other"
    return f"`{command}`, {when}, {machine.name()}; {pinned}.\n"


def host(before: float, after: float, stolen: float) -> str:
    """How fast a core was and which share of its time the host gave to others, by which two runs can be compared."""
    return (
        f"\nA core added up {before:.1f} million numbers/s in Python before this, {after:.1f} million after it"
        f"; the host gave {stolen:.0%} of the cores' time to others meanwhile.\n"
    )


def table(rows: Iterable[tuple[str, Side, Side | None, str]]) -> str:
    """One row a side: what, Patron, the floor if there is one, the target."""
    lines = [_COLUMNS, ("---", *("---:" for _ in _COLUMNS[2:]), "---")]
    for what, patron, floor, target in rows:
        lines.append((what, *_figures(patron), *_ratios(patron, floor), target))
        if floor:
            lines.append((f"{what}, floor", *_figures(floor), "", "", ""))
    return _markdown(lines)


def jobs(found: Found) -> str:
    """What the worker did."""
    lines = [
        ("worker", "found", "target"),
        ("---", "---:", "---"),
        ("SMS into the inbox", f"{found.per_second:.0f}/s", "150/s"),
        ("a code, nothing else waiting: p50, p99", _both(found.alone), ""),
        (f"a code, {found.backlog:,} SMS waiting: p50, p99", _both(found.behind_backlog), "codes first"),
        ("the backlog meanwhile", f"{found.backlog_per_second:.0f}/s", ""),
        ("codes until the last of them has left: p50, p99", _both(found.to_its_end), "codes first"),
        ("all of them", f"{found.backlog_seconds:.0f} s", ""),
        ("memory of the worker", f"{found.memory_mb:.0f} MB", "150 MB"),
    ]
    return _markdown(lines)


def memory(web_mb: float) -> str:
    """Resident memory of the web process after the load."""
    return f"\nThe web process holds {web_mb:.0f} MB after this (target: 150 MB).\n"


def write(part: str, text: str) -> None:
    """Put the results of one part in their place in the documentation. Raises ValueError where it has none."""
    page = FILE.read_text()
    begin, end = _BEGIN.format(part=part), _END.format(part=part)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{FILE} has no place for the results of {part}: write its two marks there")
    FILE.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def _figures(side: Side) -> tuple[str, ...]:
    return (
        f"{side.per_second:,.0f}",
        f"{side.p50_ms:.1f}",
        f"{side.p99_ms:.1f}",
        f"{side.cpu_us:,.0f}",
        f"{side.busy:.0%}",
    )


def _ratios(patron: Side, floor: Side | None) -> tuple[str, str]:
    if floor is None:
        return "", ""
    return f"{patron.per_second / floor.per_second:.2f}", f"{patron.cpu_us / floor.cpu_us:.1f} x"


def _both(latency: Latency) -> str:
    return f"{latency.p50_ms:.0f} ms, {latency.p99_ms:.0f} ms"


def _markdown(lines: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
