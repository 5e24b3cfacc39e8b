"""No customer is merged into another while customers are written by their keys: each would not see what the other does.

Whoever writes by key asks whether a key was merged away, and then makes a customer of those that are not there. Many
may write at once, and a merge waits for them; asked for in a transaction before any customer is held.
"""

from typing import Final

from patron.kernel import rows

_KEY: Final = 5_042_318  # of PostgreSQL's advisory locks


def for_writers() -> None:
    """Until the transaction at hand ends, nobody merges."""
    rows.one("SELECT pg_advisory_xact_lock_shared(%s)", (_KEY,))


def for_a_merge() -> None:
    """Until the transaction at hand ends, nobody writes by key."""
    rows.one("SELECT pg_advisory_xact_lock(%s)", (_KEY,))
