"""The first file of an empty table: its indexes are left out, and are there again whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from patron.channels.access import EVERYWHERE
from patron.channels.channels import CHANNELS
from patron.channels.models import Channel
from patron.customers import first_load, records
from patron.customers.file_import import CustomerFile
from patron.customers.models import Customer
from patron.kernel import importing
from patron.kernel.errors import Refusal
from patron.kernel.file_content import Unreadable
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader
from tests.moments import has_to_wait

pytestmark = pytest.mark.django_db(transaction=True)
ALL = {index.name for index in Customer._meta.indexes}


class Stop(BaseException):
    """The process dies here."""


def is_checked() -> bool:
    """Whether each row's channel is looked for when it is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conenforced FROM pg_constraint WHERE conrelid = 'customers_customer'::regclass AND contype = 'f'"
        )
        return all(enforced for (enforced,) in cursor.fetchall())


def patience() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def there() -> set[str]:
    """The indexes that can be left out and are there, fit for use."""
    with connection.cursor() as cursor:
        cursor.execute(first_load._THERE)
        return {name for name, is_valid in cursor.fetchall() if is_valid} & ALL


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A file of ten rows is a large one."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    monkeypatch.setattr(first_load, "MANY", 4)
    monkeypatch.setattr(first_load, "FEW", 3)
    yield
    first_load.put_back()


@pytest.fixture
def bring(tmp_path: Path, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`bring(progress)`: ten customers; of each batch's end how many indexes there are, `is_checked`, `patience`."""
    write = CustomerFile.write

    def work(progress: Any = lambda current: None) -> list[tuple[int, bool, str]]:
        file, seen = tmp_path / "c.csv", []
        rows = "".join(f"{channel.pk},N{n},n{n}@example.com\n" for n in range(10))
        file.write_text("channel,channel_code,email\n" + rows)

        def write_and_look(target: CustomerFile, rows: Any, import_id: int | None) -> importing.Written:
            done = write(target, rows, import_id)
            seen.append((len(there()), is_checked(), patience()))
            return done

        def tell(current: FileImport, reader: Reader) -> None:
            progress(current)

        with Reader(file) as reader, monkeypatch.context() as patch:
            patch.setattr(CustomerFile, "write", write_and_look)
            importing.run(CustomerFile(), reader, tmp_path / "e", name="c", progress=tell, restart=False)
        return seen

    return work


def test_indexes_are_left_out_and_built(bring: Any) -> None:
    """From the first batch on, where the table is empty; all are there in the end."""
    assert bring() == [(0, False, patience())] * 5
    assert (there(), is_checked()) == (ALL, True)
    assert Customer.objects.count() == 10


def test_a_table_that_holds_little_keeps_them_for_a_while(bring: Any, make_customer: Any) -> None:
    """Until the file has brought enough."""
    for _number in range(2):
        make_customer()
    every, usual = len(ALL), patience()
    assert bring() == [(every, True, usual)] * 2 + [(0, False, usual)] * 3
    assert (there(), is_checked()) == (ALL, True)


def test_a_small_file_leaves_them(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the table is empty."""
    monkeypatch.setattr(first_load, "MANY", 100)
    assert {state[:2] for state in bring()} == {(len(ALL), True)}


def test_a_table_that_is_in_use_keeps_them(bring: Any, make_customer: Any) -> None:
    """Where there are others than those of the file."""
    for _number in range(4):
        make_customer()
    assert {state[:2] for state in bring()} == {(len(ALL), True)}


def test_a_table_that_is_being_read_keeps_them(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import waits for nobody's long transaction."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM customers_customer")
            assert {state[:2] for state in bring()} == {(len(ALL), True)}
    finally:
        other.close()
    assert Customer.objects.count() == 10


def test_what_stops_the_import_builds_them(bring: Any) -> None:
    """Ctrl-C, a file that ends badly."""

    def stop(current: FileImport) -> None:
        if current.position == 8:
            raise Stop

    with pytest.raises(Stop):
        bring(stop)
    assert there() == ALL


def test_what_kills_it_leaves_them_to_the_worker(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which waits until the import says nothing any more; an index that was half built is none."""
    monkeypatch.setattr(CustomerFile, "close", lambda self: None)
    bring()
    assert (there(), is_checked()) == (set(), False)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX customers_customer_email ON customers_customer (email)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'customers_customer_email'::regclass")
    running = FileImport.objects.get()
    FileImport.objects.update(state=FileImport.State.RUNNING)
    assert first_load.put_back_forgotten() == 0
    FileImport.objects.update(modified_at=running.modified_at - first_load._IDLE)
    assert first_load.put_back_forgotten() == len(ALL)
    assert (there(), is_checked()) == (ALL, True)
    assert first_load.put_back_forgotten() == 0


def test_a_key_that_cannot_be_looked_at_is_left_to_the_worker(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export goes on for minutes; the import does not fail at its end for that."""
    monkeypatch.setattr(first_load, "_PATIENCE", "100ms")
    other = connection.copy()

    def read(current: FileImport) -> None:
        if current.position == 10:
            other.cursor().execute("BEGIN; SELECT FROM customers_customer")

    try:
        bring(read)
        assert (there(), is_checked()) == (ALL, False)
    finally:
        other.close()
    first_load.put_back_forgotten()
    assert is_checked()


def test_the_next_import_builds_them(bring: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of any file."""
    with monkeypatch.context() as patch:
        patch.setattr(CustomerFile, "close", lambda self: None)
        bring()
    bring()
    assert there() == ALL


def test_a_channel_is_not_deleted_under_its_first_customers(
    tmp_path: Path, channel: Channel, make_channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes it waits for the batch that is being written, whose customers they then see."""
    other, write, answers = make_channel("Other"), CustomerFile.write, []

    def write_slowly(target: CustomerFile, rows: Any, import_id: int | None) -> importing.Written:
        done = write(target, rows, import_id)
        if Customer.objects.filter(channel=other).exists():
            assert not is_checked()
            answers.append(has_to_wait(somebody, lambda: CHANNELS.delete(other.pk)))
        return done

    monkeypatch.setattr(CustomerFile, "write", write_slowly)
    file = tmp_path / "c.csv"
    owners = [channel.pk] * 6 + [other.pk] * 2  # of which the last are written by a transaction of their own
    rows = "".join(f"{owner},N{n},n{n}@example.com\n" for n, owner in enumerate(owners))
    file.write_text("channel,channel_code,email\n" + rows)
    with ThreadPoolExecutor(1) as somebody, Reader(file) as reader:
        importing.run(CustomerFile(), reader, tmp_path / "e", name="c", progress=lambda *_: None, restart=False)
        assert [type(answer.exception()) for answer in answers] == [Refusal]
    assert Customer.objects.filter(channel=other).count() == 2
    assert is_checked()


def test_a_channel_that_is_gone_stops_the_file(tmp_path: Path, channel: Channel, make_channel: Any) -> None:
    """Nothing of the batch that names it is there."""
    other = make_channel("Other").pk
    target = CustomerFile()
    Channel.objects.filter(pk=other).delete()
    file = tmp_path / "c.csv"
    file.write_text(f"channel,channel_code,email\n{channel.pk},A,a@example.com\n{other},B,b@example.com\n")
    with Reader(file) as reader, pytest.raises(Unreadable, match="channel"):
        importing.run(target, reader, tmp_path / "e", name="c", progress=lambda *_: None, restart=False)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(("others", "answered"), [(0, [True]), (2, [False, False, True]), (3, [False, False, True])])
def test_it_is_decided_once(
    bring: Any, channel: Channel, monkeypatch: pytest.MonkeyPatch, others: int, answered: list[bool]
) -> None:
    """The question reads as many rows as have come, so it is not put again whatever the answer."""
    leave_out, answers = first_load.leave_out, []

    def ask(import_id: int, coming: int) -> bool:
        answers.append(leave_out(import_id, coming))
        return answers[-1]

    for number in range(others):
        records.create({"channel": channel.pk, "channel_code": f"O{number}", "email": "o@example.com"}, EVERYWHERE)
    monkeypatch.setattr(first_load, "leave_out", ask)
    seen = bring()
    assert answers == answered
    assert {state[0] for state in seen} == {0: {0}, 2: {len(ALL), 0}, 3: {len(ALL)}}[others]


def test_what_cannot_be_built_leaves_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's connection is used for other things afterwards, which have their timeouts."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX customers_customer_erp")

    def fail(*_given: Any, **_words: Any) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.Index.create_sql", fail)
        with pytest.raises(Stop):
            first_load.put_back_forgotten()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("0",)
    assert first_load.put_back_forgotten() == 1
