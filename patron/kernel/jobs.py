"""Jobs put in the queue, those of one transaction by one statement.

The library's own `defer` builds and logs its way to the same statement for three times the cost, and a confirmed code
puts three jobs. `procrastinate_defer_jobs_v1` is the function that the library calls; its name holds its version, so an
upgrade brings another beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from patron.kernel import rows, transactions

_JOB: Final = "ROW(%s::varchar, %s::varchar, %s::integer, NULL, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1"
_PUT_MANY: Final = """
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW(%s::varchar, %s::varchar, %s::integer, NULL, NULL, arguments, NULL)::procrastinate_job_to_defer_v1
)) FROM jsonb_array_elements(%s::jsonb) AS arguments
"""


@dataclass(frozen=True, slots=True)
class _Job:
    task: str
    queue: str
    priority: int
    arguments: dict[str, Any]
    is_gathered: bool = False


def put(task: str, *, queue: str, priority: int, **arguments: Any) -> None:
    """Run `task` (its name) with these arguments in the worker, if the transaction at hand commits.

    The arguments are plain JSON. A higher `priority` runs first. Written at the end of the transaction
    (`transactions.run`), so that no other job's lock is held while the rest is done.
    """
    transactions.write_last(_write, _Job(task, queue, priority, arguments))


def gather(task: str, item: Any, *, queue: str, priority: int) -> None:
    """As `put`, but once with the `items` of a whole transaction: a job costs PostgreSQL more than its words do."""
    transactions.write_last(_write, _Job(task, queue, priority, {"items": [item]}, is_gathered=True))


def put_many(task: str, arguments: Sequence[dict[str, Any]], *, queue: str, priority: int) -> None:
    """The same task once for each of `arguments`, of which there is one at least."""
    rows.changed(_PUT_MANY, (queue, task, priority, msgspec.json.encode(arguments).decode()))


def putting(waiting: Mapping[transactions.Writer, list[Any]]) -> rows.Written | None:
    """What `put` and `gather` have gathered as a SELECT for somebody to carry out; None: nothing."""
    return _putting(waiting[_write]) if _write in waiting else None


def _write(jobs: list[_Job]) -> None:
    rows.changed(*_putting(jobs))


def _putting(jobs: list[_Job]) -> rows.Written:
    gathered: dict[str, _Job] = {}
    written = []
    for job in jobs:
        first = gathered.setdefault(job.task, job) if job.is_gathered else job
        if first is job:
            written.append(job)
        else:
            first.arguments["items"] += job.arguments["items"]
    values = [(job.queue, job.task, job.priority, msgspec.json.encode(job.arguments).decode()) for job in written]
    statement = f"SELECT procrastinate_defer_jobs_v1(ARRAY[{', '.join([_JOB] * len(written))}])"
    return statement, [value for row in values for value in row]
