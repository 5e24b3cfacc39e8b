"""Customers go out in pieces that two connections read: in order, each once, as of one moment."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection

from patron.customers import file_export
from patron.customers.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)
PIECE = 2


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """`export(**words)`: what an export of small pieces wrote."""
    monkeypatch.setattr(file_export, "_LINES", PIECE)

    def work(channel: int | None = None, progress: Callable[[int], None] = lambda count: None) -> list[dict[str, Any]]:
        count = file_export.write(tmp_path / "o.ndjson", "ndjson", channel=channel, progress=progress)
        written = [msgspec.json.decode(line) for line in (tmp_path / "o.ndjson").read_text().splitlines()]
        assert count == len(written)
        return written

    return work


@pytest.mark.parametrize("count", [0, 1, PIECE, PIECE + 1, 7 * PIECE])
def test_each_customer_is_there_once_and_in_order(
    count: int, export: Any, make_channel: Any, make_customer: Any
) -> None:
    """However many pieces that takes, of all channels or of one."""
    other = make_channel("Other")
    ids = [make_customer(channel=other).pk for _each in range(count) if make_customer()]
    assert [row["pk"] for row in export(channel=other.pk)] == ids
    everybody = list(Customer.objects.order_by("id").values_list("pk", flat=True))
    assert [row["pk"] for row in export()] == everybody
    assert len(everybody) == 2 * count


def test_it_is_of_one_moment(export: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is changed, made or deleted once it began stands there as before, whichever connection reads them."""
    before = [make_customer(first_name="Before").pk for _each in range(20 * PIECE)]
    read, one, told, changed = file_export._lines, threading.Lock(), [], []

    def change() -> None:
        changed.append(Customer.objects.filter(pk__in=before).update(first_name="After"))
        Customer.objects.filter(pk=before[-1]).delete()
        make_customer()
        connection.close()

    def change_and_read(statement: str) -> list[bytes]:
        with one, ThreadPoolExecutor(1) as somebody:
            if not changed:
                somebody.submit(change).result()
        return read(statement)

    monkeypatch.setattr(file_export, "_lines", change_and_read)
    found = export(progress=told.append)
    assert [(row["pk"], row["first_name"]) for row in found] == [(pk, "Before") for pk in before]
    assert told == sorted(told)
    assert changed == [len(before)]


def test_rows_far_apart_take_no_longer(export: Any, make_customer: Any) -> None:
    """Pieces are counted in rows, not in numbers."""
    ids = [make_customer(pk=pk).pk for pk in (-(2**62), 1_000_000_000_000, 2**62)]
    assert [row["pk"] for row in export()] == ids


def test_one_export_alone_writes_a_file(export: Any, make_customer: Any, tmp_path: Path) -> None:
    """A second one is refused and takes nothing from the first; what a killed one has left is written over."""
    for _each in range(5 * PIECE):
        make_customer()
    (tmp_path / "o.ndjson.part").write_text("x" * 10_000)
    refused = []

    def again(count: int) -> None:
        with pytest.raises(BlockingIOError, match="another export is writing this file"):
            file_export.write(tmp_path / "o.ndjson", "ndjson", channel=None, progress=lambda count: None)
        refused.append(count)

    assert len(export(progress=again)) == 5 * PIECE
    assert len(refused) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["o.ndjson"]


def test_what_ends_takes_nothing_from_the_next(
    export: Any, make_customer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which begins as soon as the first one's file has got its name."""
    make_customer()
    replace, second = Path.replace, tmp_path / "o.ndjson.part"

    def then_begin(path: Path, target: Path) -> Path:
        named = replace(path, target)
        second.write_text("the next one's")
        return named

    monkeypatch.setattr(Path, "replace", then_begin)
    assert len(export()) == 1
    assert second.read_text() == "the next one's"


def test_what_cannot_be_written_leaves_nothing(export: Any, make_customer: Any, tmp_path: Path) -> None:
    """Neither the file nor a part of it."""

    def stop(count: int) -> None:
        raise OSError(28, "No space left on device")

    for _each in range(5 * PIECE):
        make_customer()
    with pytest.raises(OSError, match="No space left"):
        export(progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_ended_meanwhile_is_left_whole(export: Any, make_customer: Any, tmp_path: Path) -> None:
    """Which another one had opened before it got its name."""
    make_customer()
    descriptor = os.open(tmp_path / "o.ndjson.part", os.O_WRONLY | os.O_CREAT)
    with os.fdopen(descriptor, "wb") as opened:
        assert len(export()) == 1
        with pytest.raises(BlockingIOError):
            file_export._hold(opened, tmp_path / "o.ndjson.part")
