"""The suite's database: an embedded PostgreSQL that lives as long as the run, one database a test process.

Loaded by `-p` before Django's settings are read. `PATRON_TEST_DATABASE_URL` names another server to use.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from patron.operations.embedded import Cluster

_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
_cluster: Cluster | None = None

if not _IS_WORKER:
    folder = Path(tempfile.mkdtemp(prefix="patron-test-"))
    os.environ["PATRON_DATA_DIR"] = str(folder)
    os.environ["PATRON_SANDBOX"] = "1"
    os.environ.pop("EMAIL_URL", None)
    os.environ.pop("REDIS_URL", None)
    given = os.environ.get("PATRON_TEST_DATABASE_URL")
    if not given:
        # nothing here outlives the run, so nothing needs to survive a crash
        _cluster = Cluster(
            folder / "postgres",
            ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"),
        )
        _cluster.start()
        given = _cluster.url("postgres")
    os.environ["DATABASE_URL"] = given


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the tables of this throwaway server be emptied between tests, ledgers too (kernel migration 0002)."""
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c patron.sandbox_reset=on"


def pytest_unconfigure(config: pytest.Config) -> None:
    if _cluster is not None:
        _cluster.stop()
        shutil.rmtree(_cluster.directory.parent, ignore_errors=True)
