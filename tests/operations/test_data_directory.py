import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from patron.operations import counting, lock


def test_one_patron_a_data_directory(tmp_path: Path) -> None:
    """The second is told who has it; when the first ends, it is free."""
    with lock.hold(tmp_path, lock.RUN), pytest.raises(lock.Busy, match=str(os.getpid())), lock.hold(tmp_path, lock.RUN):
        pass
    with lock.hold(tmp_path, lock.RUN):
        pass


def test_a_command_is_waited_for(tmp_path: Path) -> None:
    """Commands last a moment, so the next one, or the start, comes after it."""
    held, order = threading.Event(), []

    def command() -> None:
        with lock.hold(tmp_path, lock.COMMAND):
            held.set()
            time.sleep(0.3)
            order.append("command")

    thread = threading.Thread(target=command)
    thread.start()
    held.wait()
    with lock.hold(tmp_path, lock.RUN):
        order.append("run")
    thread.join()
    assert order == ["command", "run"]


def test_counters_of_dead_processes_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of processes that still run stay."""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    gone = subprocess.Popen(["true"])
    gone.wait()
    for pid in (gone.pid, os.getpid()):
        (tmp_path / f"counter_{pid}.db").touch()
    counting.prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"counter_{os.getpid()}.db"]
    assert os.environ.pop("PROMETHEUS_MULTIPROC_DIR") == str(tmp_path)
