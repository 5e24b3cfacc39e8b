"""The file of refused rows: each as it came, with its line and what is wrong, so that it can be mended and sent again.

CSV for a CSV file, with two more columns; NDJSON else, with two more keys. An import passes over both.
"""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from patron.kernel.record_files import Fault

LINE: Final = "error_line"
TEXT: Final = "error"
COLUMNS: Final = (LINE, TEXT)


class RefusedRows:
    """Appends to a file that is made with the first refused row. `names`: the columns of a CSV file, else None."""

    def __init__(self, path: Path, names: Sequence[str] | None) -> None:
        self.path = path
        self._names = None if names is None else [name for name in names if name not in COLUMNS]
        self._width = len(names or ())
        self._places = None if names is None else [at for at, name in enumerate(names) if name not in COLUMNS]

    def put(self, faults: Iterable[Fault], after: int) -> int:
        """Write the faults from byte `after` on, in the place of whatever stood there; the length from then on.

        What was written behind `after` belongs to a batch that was not committed. On the disk when this returns.
        """
        lines = [self._line(fault) for fault in faults]
        if not lines and not (self.path.exists() and self.path.stat().st_size > after):
            return after
        # what people gave their shop is nobody else's to read on this machine
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            length = min(after, file.seek(0, io.SEEK_END))
            file.seek(length)
            file.truncate()
            if length == 0 and lines and self._names is not None:
                lines.insert(0, _csv([*COLUMNS, *self._names]))
            file.write("".join(lines).encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _line(self, fault: Fault) -> str:
        if self._places is not None:
            raw = fault.raw or []
            cells = [raw[at] for at in self._places] if len(raw) == self._width else raw
            return _csv([fault.line, fault.text, *cells])
        row: dict[str, Any] = fault.raw if isinstance(fault.raw, dict) else {"text": fault.raw}
        return _json({LINE: fault.line, TEXT: fault.text} | {k: v for k, v in row.items() if k not in COLUMNS})


def _csv(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # which has it quote a cell with either of the two
    return line.getvalue().removesuffix("\r\n") + "\n"


def _json(row: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(row).decode() + "\n"
    except UnicodeEncodeError:
        row["text"] = str(row.get("text")).encode("utf-8", "backslashreplace").decode()
        return msgspec.json.encode(row).decode() + "\n"
