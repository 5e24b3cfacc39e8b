import os
from pathlib import Path

import pytest

from patron.operations import tuning

_GIGABYTE = 1024**3


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Control groups of our own on a machine of 24 GB; the process is in `shop.slice/patron.service`."""
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 24 * _GIGABYTE // 4096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    own = tmp_path / "own"
    own.write_text("4:memory:/other\n0::/shop.slice/patron.service\n")
    (tmp_path / "groups" / "shop.slice" / "patron.service").mkdir(parents=True)
    monkeypatch.setattr(tuning, "_OWN_GROUP", own)
    monkeypatch.setattr(tuning, "_GROUPS", tmp_path / "groups")
    return tmp_path / "groups"


def _buffers() -> str:
    return next(setting for setting in tuning.settings(1) if setting.startswith("shared_buffers="))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, "6144MB"),
        ({"shop.slice/patron.service": "max"}, "6144MB"),
        ({"shop.slice/patron.service": str(2 * _GIGABYTE)}, "512MB"),
        ({"shop.slice": str(4 * _GIGABYTE), "shop.slice/patron.service": "max"}, "1024MB"),
        ({"shop.slice": str(4 * _GIGABYTE), "shop.slice/patron.service": str(_GIGABYTE)}, "256MB"),
        ({"": str(128 * 1024**2)}, "64MB"),
        ({"": str(100 * _GIGABYTE)}, "6144MB"),
    ],
)
def test_takes_a_quarter_of_the_memory_it_is_given(groups: Path, limits: dict[str, str], expected: str) -> None:
    """Of the machine's, or of the least that a group around the process may use."""
    for group, limit in limits.items():
        (groups / group / "memory.max").write_text(f"{limit}\n")
    assert _buffers() == f"shared_buffers={expected}"


@pytest.mark.parametrize("lines", ["0::/\n", "4:memory:/other\n", ""])
def test_finds_the_limit_of_its_container(groups: Path, lines: str) -> None:
    """It sees its own group as the root."""
    tuning._OWN_GROUP.write_text(lines)
    (groups / "memory.max").write_text(f"{_GIGABYTE}\n")
    assert _buffers() == "shared_buffers=256MB"


def test_does_without_control_groups(groups: Path) -> None:
    """On other systems there are none."""
    tuning._OWN_GROUP.unlink()
    (groups / "memory.max").write_text("1\n")
    assert _buffers() == "shared_buffers=6144MB"


def test_keeps_eight_gigabytes_at_most(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the machine."""
    assert not list(groups.rglob("memory.max"))
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 256 * _GIGABYTE // 4096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    assert _buffers() == "shared_buffers=8192MB"
