"""The first file of an empty table: its indexes are left out, and are there again whatever happens."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from patron.channels.models import Channel
from patron.customers import first_load
from patron.customers.file_import import CustomerFile
from patron.customers.models import Customer
from patron.kernel import importing
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader

pytestmark = pytest.mark.django_db(transaction=True)
ALL = {index.name for index in Customer._meta.indexes}


class Stop(BaseException):
    """The process dies here."""


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
    first_load.build_indexes()


@pytest.fixture
def bring(tmp_path: Path, channel: Channel) -> Any:
    """`bring(progress)`: ten customers, and how many indexes there were after each batch."""

    def work(progress: Any = lambda current: None) -> list[int]:
        file, seen = tmp_path / "c.csv", []
        rows = "".join(f"{channel.pk},N{n},n{n}@example.com\n" for n in range(10))
        file.write_text("channel,channel_code,email\n" + rows)

        def tell(current: FileImport, reader: Reader) -> None:
            seen.append(len(there()))
            progress(current)

        with Reader(file) as reader:
            importing.run(CustomerFile(), reader, tmp_path / "e", name="c", progress=tell, restart=False)
        return seen

    return work


def test_indexes_are_left_out_and_built(bring: Any) -> None:
    """From the batch on that finds enough rows of this file; all are there in the end."""
    every = len(ALL)
    patience = connection.connection.execute("SHOW lock_timeout").fetchone()
    assert bring() == [every, every, every, 0, 0, 0]
    assert there() == ALL
    assert Customer.objects.count() == 10
    assert connection.connection.execute("SHOW lock_timeout").fetchone() == patience


def test_a_table_that_is_in_use_keeps_them(bring: Any, make_customer: Any) -> None:
    """Where there are others than those of the file."""
    for _number in range(4):
        make_customer()
    assert set(bring()) == {len(ALL)}


def test_a_table_that_is_being_read_keeps_them(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import waits for nobody's long transaction."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM customers_customer")
            assert set(bring()) == {len(ALL)}
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
    assert there() == set()
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX customers_customer_email ON customers_customer (email)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'customers_customer_email'::regclass")
    running = FileImport.objects.get()
    FileImport.objects.update(state=FileImport.State.RUNNING)
    assert first_load.build_forgotten() == 0
    FileImport.objects.update(modified_at=running.modified_at - first_load._IDLE)
    assert first_load.build_forgotten() == len(ALL)
    assert there() == ALL
    assert first_load.build_forgotten() == 0


def test_the_next_import_builds_them(bring: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of any file."""
    with monkeypatch.context() as patch:
        patch.setattr(CustomerFile, "close", lambda self: None)
        bring()
    bring()
    assert there() == ALL
