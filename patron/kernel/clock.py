"""The one seam through which Patron reads the time, so that a sandbox or a test can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_NO_OFFSET = timedelta(0)
_read_offset: Callable[[], timedelta] | None = None


def now() -> datetime:
    """The current time, aware, in UTC; moved by the sandbox's clock where that is installed."""
    moment = datetime.now(UTC)
    return moment if _read_offset is None else moment + _read_offset()


def install_offset(read_offset: Callable[[], timedelta] | None) -> None:
    """Let `read_offset` move `now()`; None takes it away. Called once at start-up by the sandbox."""
    global _read_offset
    _read_offset = read_offset


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and `Z`, as every date of the published contract is written."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
