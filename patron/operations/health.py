"""Whether Patron is alive, and whether it can serve."""

from typing import Any, Final

from django.db import DatabaseError, connection

from patron.operations import schema

HEARTBEAT_SECONDS: Final = 30
_LOOK: Final = """
SELECT (SELECT coalesce(array_agg(ARRAY[app, name]), '{}') FROM django_migrations),
       (SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::float8 FROM procrastinate_workers)
"""


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether every part works, and what is said of each: database, migrations, worker (its heartbeat's age)."""
    try:
        row = _look()
    except DatabaseError:
        parts: dict[str, dict[str, Any]] = {part: {"ok": False} for part in ("database", "migrations", "worker")}
    else:
        missing = schema.compare({(app, name) for app, name in row[0]}).missing
        parts = {
            "database": {"ok": True},
            "migrations": {"ok": not missing, "missing": len(missing)},
            "worker": {
                "ok": row[1] is not None and row[1] < HEARTBEAT_SECONDS,
                "heartbeat_seconds": None if row[1] is None else round(row[1], 1),
            },
        }
    ready = all(part["ok"] for part in parts.values())
    return ready, {"status": "ok" if ready else "unavailable", **parts}


def _look() -> tuple[Any, ...]:
    try:
        return _read()
    except DatabaseError:
        # The connection may be one to a server that was restarted since; a new one tells.
        connection.close()
        return _read()


def _read() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
