"""`patron import` and `patron export`, as typed."""

import contextlib
import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import translation
from typer.testing import CliRunner

from patron.config import cli, start
from patron.customers import file_export
from patron.customers.file_import import CustomerFile
from patron.customers.models import Customer
from patron.kernel.models import FileImport
from patron.operations import bulk, server
from patron.operations.errors import CannotStart
from tests.customers.conftest import channel, make_channel, make_customer
from tests.moments import before_call, die

__all__ = ["channel", "make_channel", "make_customer"]

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "channel_code,email\nA,a@example.com\nB,b@example.com\n"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The test's database and folder are the command's."""

    @contextmanager
    def database(env: Any, *, migrate: bool = False) -> Iterator[int]:
        with translation.override("en"):
            yield 0

    monkeypatch.setattr(start, "database", database)
    monkeypatch.chdir(tmp_path)


def run(*words: str, given: bytes | None = None) -> Any:
    return CliRunner().invoke(cli.app, list(words), input=given, catch_exceptions=True)


def test_in_and_out(channel: Any, tmp_path: Path) -> None:
    """A file, packed or not; what was done is one line, and the status says whether all of it was."""
    Path("in.csv.gz").write_bytes(gzip.compress(ROWS.encode()))
    done = run("import", "customers", "in.csv.gz", "--channel", str(channel.pk))
    assert (done.exit_code, done.stdout) == (0, "2 rows: 2 made.\n")
    out = run("export", "customers", "out.csv")
    assert (out.exit_code, out.stdout, out.stderr) == (0, "", "2 customers were written.\n")
    again = run("import", "customers", "out.csv")
    assert (again.exit_code, again.stdout) == (0, "2 rows: 2 unchanged.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv.gz", "out.csv"]


def test_a_channel_that_is_not_there_is_said(channel: Any, tmp_path: Path) -> None:
    """On both ways, before anything is written."""
    Path("in.csv").write_text(ROWS)
    for words in (("import", "customers", "in.csv"), ("export", "customers", "out.csv")):
        answer = run(*words, "--channel", str(channel.pk + 1))
        assert (type(answer.exception), str(answer.exception)) == (
            CannotStart,
            f"There is no channel {channel.pk + 1}.",
        )
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_refused_rows_are_named_and_change_the_status(channel: Any) -> None:
    """1, with the file in which they stand."""
    Path("in.csv").write_text(ROWS + "C,nobody\n")
    done = run("import", "customers", "in.csv", "--channel", str(channel.pk), "--errors", "bad.csv")
    assert done.exit_code == 1
    assert done.stdout == (
        "3 rows: 2 made, 1 refused.\nRows that were refused or overridden, with the reason: bad.csv\n"
    )
    assert "nobody" in Path("bad.csv").read_text()


def test_columns_by_other_names_and_a_rehearsal(channel: Any) -> None:
    """From another encoding, which is told; nothing is written."""
    Path("in.csv").write_bytes("Kod;E-posta;Ad;Not\nA;a@example.com;Gökçe;x\n".encode("latin-1"))
    words = ("--map", "channel_code=Kod", "--map", "email=E-posta", "--map", "first_name=Ad", "--ignore", "Not")
    done = run("import", "customers", "in.csv", "--channel", str(channel.pk), *words, "--dry-run")
    assert (done.exit_code, done.stdout) == (0, "Nothing was changed. 1 rows: 1 made.\n")
    assert done.stderr == "This is not UTF-8: read as windows-1254. Say --encoding if it is another.\n"
    assert not Customer.objects.exists()
    assert run("import", "customers", "in.csv", "--channel", str(channel.pk), *words).exit_code == 0
    assert Customer.objects.get().first_name == "Gökçe"


def test_from_standard_input(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe has no name and no size."""

    class Piped:
        buffer = io.BufferedReader(io.BytesIO(ROWS.encode()))  # type: ignore[arg-type]

    monkeypatch.setattr("patron.kernel.file_content.sys.stdin", Piped)
    done = bulk.bring_in(_target(channel.pk), bulk.Asked(None, Path("errors")))
    assert bulk.summary(done) == "2 rows: 2 made."


def _target(channel_id: int) -> Any:
    return lambda: CustomerFile(channel=channel_id)


@pytest.mark.parametrize("part", ["stage", "write"])
def test_a_connection_that_is_cut_is_one_line_and_no_loss(
    channel: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """While rows are copied and while they are written; the same command then does what is left."""
    codes = [f"N{number}" for number in range(10)]
    Path("in.csv").write_text("channel_code,email\n" + "".join(f"{code},{code}@example.com\n" for code in codes))
    monkeypatch.setattr(CustomerFile, "batch", 4)

    def cut() -> None:
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    before_call(monkeypatch, CustomerFile, part, 3, cut)
    words = ("import", "customers", "in.csv", "--channel", str(channel.pk))
    stopped = run(*words).exception
    assert isinstance(stopped, CannotStart)
    assert "Run the same command again" in str(stopped)
    assert "\n" not in str(stopped)
    assert FileImport.objects.get().position == 8
    assert run(*words).stdout == "10 rows: 10 made.\n"
    assert sorted(Customer.objects.values_list("channel_code", flat=True)) == codes


def test_an_export_that_is_cut_is_one_line_and_leaves_nothing(
    channel: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No file that looks whole."""
    make_customer(channel=channel)
    monkeypatch.setitem(file_export._COPY, "csv", "COPY (SELECT pg_terminate_backend(pg_backend_pid())) TO STDOUT")
    with pytest.raises(CannotStart, match="does not go on") as told, server.told():
        bulk.send_out(lambda tell: file_export.write(Path("out.csv"), "csv", progress=tell, channel=None))
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "customers", "none.csv"), "none.csv: No such file or directory"),
        (("import", "customers", "in.csv"), "These columns are missing: channel."),
        (("import", "customers", "in.csv", "--channel", "999"), "There is no channel 999."),
        (("import", "customers", "in.csv", "--map", "email"), "--map email: write FIELD=COLUMN"),
        (("import", "customers", "in.csv", "--map", "email=a", "--map", "erp_code=a"), "is another field's already"),
        *(
            (("import", "customers", "in.csv", "--encoding", name), f"There is no encoding {name}.")
            for name in ("klingon", "hex", "base64", "undefined")
        ),
        (("import", "customers", "in.csv", "--format", "xml"), "--format is csv or ndjson."),
        (("import", "customers", "in.csv", "--delimiter", "::"), "--delimiter is one character."),
        (("import", "shoppers", "in.csv"), "There is no field for these columns: channel_code."),
        (("export", "customers", "no/such/folder.csv"), "No such file or directory"),
    ],
)
def test_what_a_person_can_mend_is_one_line(words: tuple[str, ...], said: str) -> None:
    """No trace of the program's inside."""
    Path("in.csv").write_text(ROWS)
    done = run(*words)
    assert isinstance(done.exception, CannotStart)
    assert said in str(done.exception)


def test_the_file_that_is_read_is_not_written(channel: Any) -> None:
    """By whatever name it is called."""
    Path("in.csv").write_text(ROWS + "C,nobody\n")
    Path("other.csv").symlink_to("in.csv")
    done = run("import", "customers", "in.csv", "--channel", str(channel.pk), "--errors", "other.csv")
    assert isinstance(done.exception, CannotStart)
    assert Path("in.csv").read_text() == ROWS + "C,nobody\n"
    assert not Customer.objects.exists()


def test_a_file_of_any_name(channel: Any) -> None:
    """Also of one that is not in UTF-8."""
    file = Path(os.fsdecode("müşteri.csv".encode("windows-1254")))
    file.write_text(ROWS)
    assert run("import", "customers", str(file), "--channel", str(channel.pk)).exit_code == 0
    assert FileImport.objects.get().name == "m\\xfc\\xfeteri.csv"


def test_it_is_told_when_an_import_goes_on(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its summary counts what the stopped one had done, too; of a file that has changed it is said what to do."""
    monkeypatch.setattr(CustomerFile, "batch", 1)
    before_call(monkeypatch, CustomerFile, "write", 2, die)
    words = ("import", "customers", "in.csv", "--channel", str(channel.pk))
    Path("in.csv").write_text(ROWS)
    run(*words)
    done = run(*words)
    assert done.stdout == "2 rows: 2 made.\n"
    assert done.stderr == "Going on behind record 1, where it was stopped.\n"
    FileImport.objects.update(state="running", content_digest="another")
    assert str(run(*words).exception).endswith("begin anew. Say --restart to do so.")


def test_shoppers_come_in(tmp_path: Path) -> None:
    """By their own columns."""
    from patron.accounts.models import Shopper

    Path("in.csv").write_text("email,first_name\nada@example.com,Ada\n")
    assert run("import", "shoppers", "in.csv").stdout == "1 rows: 1 made.\n"
    assert Shopper.objects.get().first_name == "Ada"
