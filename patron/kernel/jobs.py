"""A job put in the queue by one statement.

The library's own `defer` builds and logs its way to the same statement for three times the cost, and a confirmed code
puts four jobs. `procrastinate_defer_jobs_v1` is the function that the library calls; its name holds its version, so an
upgrade brings another beside it.
"""

from typing import Any, Final

import msgspec

from patron.kernel import rows

_PUT: Final = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
    ROW(%s::varchar, %s::varchar, %s::integer, NULL, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1
])
"""


def put(task: str, *, queue: str, priority: int, **arguments: Any) -> None:
    """Run `task` (its name) with these arguments in the worker, if the transaction at hand commits.

    The arguments are plain JSON. A higher `priority` runs first.
    """
    rows.changed(_PUT, (queue, task, priority, msgspec.json.encode(arguments).decode()))
