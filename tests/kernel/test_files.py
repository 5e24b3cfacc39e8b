"""Files in the data directory: kept, discarded with their rows, swept when nobody knows them."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from patron.kernel import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def test_a_file_lies_under_a_random_name_and_is_its_owners_only(tmp_path: Path) -> None:
    """Not under its own name, not readable by others, without an ending."""
    key = files.keep(b"content")
    path = tmp_path / "files" / key[:2] / key
    assert files.read(key) == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [key]
    assert files.keep(b"content") != key


@pytest.mark.parametrize("key", ["", "../secret_key", "0" * 63, "g" * 64, "0" * 64])
def test_what_is_no_key_leads_nowhere(key: str) -> None:
    """A key comes from a row; even a wrong one opens no other file."""
    with pytest.raises(files.Gone):
        files.read(key)


def test_a_file_goes_when_its_transaction_commits(run_jobs: Any) -> None:
    """And stays when that rolls back."""
    key = files.keep(b"content")
    with transaction.atomic():
        files.discard([key])
        transaction.set_rollback(True)
    run_jobs()
    assert files.read(key)
    files.discard([key])
    run_jobs()
    with pytest.raises(files.Gone):
        files.read(key)


def test_the_sweep_takes_old_files_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not those of an upload that is under way, not those in use."""
    known, orphan, new = (files.keep(name) for name in (b"known", b"orphan", b"new"))
    for key in (known, orphan):
        os.utime(tmp_path / "files" / key[:2] / key, (1, 1))
    monkeypatch.setattr(files, "_users", [lambda keys: [key for key in keys if key == known]])
    assert files.sweep() == 1
    assert (files.read(known), files.read(new)) == (b"known", b"new")
    with pytest.raises(files.Gone):
        files.read(orphan)
