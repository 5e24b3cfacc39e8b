"""`python -m bench`: bring a shop, measure, print, take it away again."""

import argparse
import os
import signal
import sys

from bench import load, machine, processes
from bench.load import Spoiled

NAMES = (
    "profile",
    "current-user",
    "change",
    "confirm",
    "enter",
    "login",
    "jobs",
    "segments",
    "customers",
    "customers-bulk",
    "loyalty",
    "support",
)


def main() -> int:
    """0 when everything was measured, else 1 and one line that says why not."""
    options = _options()
    if not load.is_there():
        return _fail(load.MISSING)
    if machine.IS_SHARED:
        sys.stderr.write("Only one core: server, PostgreSQL and load share it, so that ratios mean little.\n")
    os.sched_setaffinity(0, {machine.LOAD_CORE})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped and taken away
    try:
        with processes.workplace() as folder:
            from patron.config import start

            start.load_django(is_quiet=True)
            from bench import run

            return run.run(folder, options.names, is_quick=options.quick, is_written=options.write)
    except Spoiled as error:
        return _fail(str(error))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What Patron costs, beside a floor.")
    parser.add_argument("--quick", action="store_true", help="a smaller shop and short rounds: to see that it works")
    parser.add_argument("--only", action="append", choices=NAMES, help="measure this alone; may be repeated")
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    options = parser.parse_args()
    options.names = options.only or list(NAMES)
    return options


def _fail(line: str) -> int:
    sys.stderr.write(f"bench: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
