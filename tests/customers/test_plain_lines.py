"""Lines of a CSV file that are taken as they stand mean what their cells mean, beside the table and straight in it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patron.channels.access import EVERYWHERE
from patron.channels.models import Channel
from patron.customers import bulk_staging, bulk_values, first_load, merging
from patron.customers.bulk_fields import NAMES
from patron.customers.bulk_plain import DELIMITERS, Plain
from patron.customers.bulk_rows import Shape
from patron.customers.bulk_values import BadValue
from patron.customers.file_import import CustomerFile
from patron.customers.models import Customer
from patron.customers.records import CREATED
from patron.kernel import clock, events, importing
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader

pytestmark = pytest.mark.django_db(transaction=True)  # an import has connections of its own
ALL: Final = ("channel", "channel_code", *NAMES)
PLAIN: Final = {
    "email": "a.b+c@mail.example",
    "first_name": "Ayşe Nur",
    "last_name": "O'Brien {x}",
    "phone_number": "+905300000001",
    "erp_code": "",
    "is_active": "true",
    "email_allowed": "No",
    "sms_allowed": "1",
    "call_allowed": "off",
    "gender": "female",
    "user_type": "",
    "date_of_birth": "1980-01-31",
    "date_joined": "2024-02-28T23:59:59.5+03:00",
    "extra_field": '{"id": "r-1", "n": 12.5}',
    "attributes": '{"tier": "gold", "since": 2020}',
    "attributes_kwargs": "{}",
    "localized_attributes": '{"tr": {"a": [1, 2]}}',
    "localized_attributes_kwargs": "{}",
}
CELLS: Final = (
    *(
        "",
        " ",
        " x",
        "x\u2003",
        "\x85",
        "a,b",
        "a;b|c\td",
        'a"b',
        "a\\b",
        "\\N",
        "\\.",
        "x" * 65,
        "x" * 256,
        "a\nb",
        "\x1f",
    ),
    *("male", "MALE", "guest", "yes", "FALSE", "2", "t"),
    *("{}", "[]", "{", '{"a": 1e5}', '{"a": 1E-7}', '{"a": 12345678901234567890}', '{"a": 0.1234567890123456789}'),
    *(
        '{"a": "\\u0041"}',
        '{"a": 1} {"b": 2}',
        '{"a": {}',
        '{"a": -0.0, "b": [{}]}',
        '{"a": 1, "a": 2}',
        '{"a": "1e5"}',
    ),
    *(
        '{"a": ' * 40 + "1" + "}" * 40,
        '{"a":' * 35 + "1" + "}" * 35,
        '{"a": "' + "x" * 17000 + '"}',
        '{"a": "' + "x" * 5000 + '"}',
        '{"": null}',
        "{a: 1}",
    ),
    *(
        "no-mail",
        "Ö@b.example",
        "a" * 65 + "@b.example",
        "a@b",
        "A@B.EXAMPLE",
        "a" * 250 + "@b.example",
        "a..b@c.example",
    ),
    *(
        "2023-02-29",
        "2024-02-29",
        "2023-04-31",
        "0001-01-01",
        "0000-01-01",
        "0001-01-01T00:00:00+05:00",
        "2023-1-1",
        "١٩٨٠-01-01",
    ),
    *("2024-01-02 03:04:05", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+14:00", "2024-01-02T24:00:00Z", "20240102"),
)


def written(cells: list[list[str]], delimiter: str, quoting: int) -> str:
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(cells)  # type: ignore[arg-type]
    return output.getvalue()


def staged(target: CustomerFile, file: Path, *, in_lines: bool) -> tuple[list[Any], list[Any], int]:
    """The rows that the database would be given, the faults, and how many lines were plain."""
    rows, faults, plain = [], [], 0
    with Reader(file, kind="csv") as reader, translation.override("en"), connection.cursor() as cursor:
        pattern = target.open(reader)
        for batch in reader.batches(40, pattern if in_lines else None):
            plain += len(batch.plain)
            cleaned = target.clean(batch)
            faults += [*cleaned.faults, *cleaned.repeated]
            if cleaned.rows.packed:
                with transaction.atomic():
                    bulk_staging.stage(cleaned.rows.packed)
                    cursor.execute("SELECT * FROM customers_staging ORDER BY line")
                    rows += cursor.fetchall()
                    transaction.set_rollback(True)
    return rows, sorted(faults), plain


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """`file(text)`."""

    def write(text: str) -> Path:
        path = tmp_path / "c.csv"
        path.write_bytes(text.encode())
        return path

    return write


@given(
    records=st.lists(
        st.tuples(
            st.integers(0, 5), st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CELLS) | st.text(), max_size=2)
        ),
        min_size=1,
        max_size=9,
    ),
    delimiter=st.sampled_from(DELIMITERS),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    more=st.lists(st.sampled_from(("pk", "modified_date", "note")), unique=True),
    order=st.randoms(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_means_what_its_cells_mean(
    records: list[tuple[int, dict[str, str]]],
    delimiter: str,
    quoting: int,
    more: list[str],
    order: Any,
    file: Callable[[str], Path],
    channel: Channel,
) -> None:
    """Rows and faults alike, whatever stands in a file, in whatever order its columns are."""
    columns = [*ALL, *more]
    order.shuffle(columns)
    lines = [PLAIN | {"channel": str(channel.pk), "channel_code": f"C{code}"} | odd for code, odd in records]
    text = written([columns, *([line.get(name, 'a,"b') for name in columns] for line in lines)], delimiter, quoting)
    path = file(text.encode(errors="replace").decode())
    by_lines, by_cells = (staged(CustomerFile(ignored=["note"]), path, in_lines=asked) for asked in (True, False))
    assert by_lines[:2] == by_cells[:2]


@pytest.mark.parametrize("delimiter", list(DELIMITERS))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_odd_cell_means_the_same_in_a_line(
    delimiter: str, quoting: int, file: Callable[[str], Path], channel: Channel
) -> None:
    """In every column, among ordinary lines."""
    plain = PLAIN | {"channel": str(channel.pk)}
    odd = [plain | {name: cell} for name in ALL for cell in (*CELLS, f"0{channel.pk}", "999999")]
    lines = [each for line in odd for each in (plain, line, plain)]
    cells = [[{"channel_code": f"C{at}", **line}[name] for name in ALL] for at, line in enumerate(lines)]
    path = file(written([list(ALL), *cells], delimiter, quoting))
    by_lines, by_cells = (staged(CustomerFile(), path, in_lines=asked) for asked in (True, False))
    assert by_lines[:2] == by_cells[:2]
    assert by_lines[2] > len(lines) / 2


@pytest.mark.parametrize("delimiter", list(DELIMITERS))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_an_ordinary_line_is_plain(delimiter: str, quoting: int, file: Callable[[str], Path], channel: Channel) -> None:
    """With and without quotes, between any delimiters; so what is said of plain lines is said of something."""
    lines = [PLAIN | {"channel": str(channel.pk), "channel_code": f"C {number}", "note": 'x"y'} for number in range(8)]
    columns = ["note", *ALL]
    path = file(written([columns, *([line[name] for name in columns] for line in lines)], delimiter, quoting))
    assert staged(CustomerFile(ignored=["note"]), path, in_lines=True)[2] == 8


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.startswith("{") and "\\" not in cell])
def test_an_object_that_is_plain_is_stored_as_it_is_written(cell: str) -> None:
    """With the same numbers and none that is refused, alone and among others."""
    try:
        meaning = exactly(bulk_values.object_text(cell))
    except BadValue:
        meaning = None
    for is_plain in (bulk_values.is_plain_object(cell), bulk_values.are_plain_objects(['{"b": 1}', cell])):
        assert not is_plain or meaning == exactly(cell)


def test_lines_that_are_one_object_together_are_none_each() -> None:
    """Though all of them may be read as one text."""
    assert not bulk_values.are_plain_objects(['{"a":', '{"b": 1}}'])


def exactly(text: str) -> Any:
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


@pytest.fixture
def straight(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The codes that went straight into the table, each time."""
    copy, found = bulk_staging.copy_straight, []

    def work(plain: Plain, now: datetime) -> int:
        found.append([*plain.codes])
        return copy(plain, now)

    monkeypatch.setattr(bulk_staging, "copy_straight", work)
    return found


@pytest.fixture
def bring(
    file: Callable[[str], Path], channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., FileImport]]:
    """`bring(text)` imports it as a large file for an empty table, two rows at a time. {c} is the channel."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    monkeypatch.setattr(first_load, "MANY", 4)
    monkeypatch.setattr(importing, "_PATIENCE_SECONDS", 0.5)

    def work(text: str, progress: Callable[[FileImport], Any] = lambda current: None, **wishes: Any) -> FileImport:
        with Reader(file(text.replace("{c}", str(channel.pk))), kind="csv") as reader, translation.override("en"):
            return importing.run(
                CustomerFile(**wishes),
                reader,
                tmp_path / "errors",
                name="c",
                progress=lambda current, _reader: progress(current),
                restart=False,
            )

    yield work
    first_load.put_back()


def many(count: int = 12, **odd: str) -> str:
    """A file of customers N0, N1, …; `odd`: the whole line of some."""
    lines = [odd.get(f"n{number}", f"{{c}},N{number},n{number}@example.com,F{number}\n") for number in range(count)]
    return "channel,channel_code,email,first_name\n" + "".join(lines)


def table() -> list[tuple[str, str, str]]:
    return sorted(Customer.objects.values_list("channel_code", "email", "first_name"))


def all_of(count: int = 12) -> list[tuple[str, str, str]]:
    return sorted((f"N{number}", f"n{number}@example.com", f"F{number}") for number in range(count))


def test_new_customers_go_straight_into_the_table(bring: Any, straight: list[list[str]]) -> None:
    """Once those before were all new: with what a column that is not there means, and a time."""
    before = clock.now()
    run = bring(many())
    assert (run.created_rows, run.position, table()) == (12, 12, all_of())
    assert len(straight) >= 4
    assert ["N10", "N11"] in straight
    unlike = Customer.objects.exclude(
        last_name="",
        phone_number=None,
        erp_code=None,
        is_active=False,
        gender=None,
        attributes={},
        traits=0,
        created_date__gt=before,
        modified_date__gt=before,
    )
    assert not unlike.exists()
    again = bring(many().replace("F3\n", "other\n"))
    assert (again.created_rows, again.updated_rows, again.unchanged_rows) == (0, 1, 11)


def test_every_field_goes_straight_as_it_is_written(
    bring: Any, straight: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does by its cells; the channel of all said beside the file."""
    columns = ["pk", *ALL[1:], "created_date"]
    lines = [PLAIN | {"channel_code": f"C{number}", "pk": "7", "created_date": "long ago"} for number in range(12)]
    text = written([columns, *([line[name] for name in columns] for line in lines)], ";", csv.QUOTE_MINIMAL)
    channel_id = Channel.objects.get().pk
    bring(text, channel=channel_id)
    assert len(straight) >= 4
    fields = ("channel_id", "channel_code", *NAMES, "traits")
    at_once = list(Customer.objects.order_by("channel_code").values_list(*fields))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_customer")
    straight.clear()
    monkeypatch.setattr(Shape, "plain_lines", lambda shape, delimiter: None)
    bring(text, channel=channel_id)
    assert not straight
    assert at_once == list(Customer.objects.order_by("channel_code").values_list(*fields))


def test_a_line_that_is_not_plain_comes_with_the_others(bring: Any, straight: list[list[str]], tmp_path: Path) -> None:
    """And one that is refused is told."""
    run = bring(many(n7='{c},N7,n7@example.com," F7"\n', n9="{c},N9,nobody,F9\n"))
    assert (run.created_rows, run.refused_rows) == (11, 1)
    assert table() == [each for each in all_of() if each[0] != "N9"]
    assert ["N6"] in straight
    assert (tmp_path / "errors").read_text().splitlines()[1].endswith(",N9,nobody,F9")


def test_a_key_that_is_there_is_changed(bring: Any, straight: list[list[str]], make_customer: Any) -> None:
    """Though none was expected."""
    there = make_customer(channel_code="N9", email="old@example.com")
    run = bring(many())
    assert (run.created_rows, run.updated_rows, table()) == (11, 1, all_of())
    there.refresh_from_db()
    assert there.email == "n9@example.com"
    assert straight


def test_of_lines_with_one_key_the_last_counts(bring: Any, straight: list[list[str]], tmp_path: Path) -> None:
    """In one batch, in batches beside each other and far apart; each of the others is told."""
    again = {f"n{number}": f"{{c}},N{key},n{key}@example.com,F{key}\n" for number, key in ((7, 6), (10, 9), (15, 4))}
    run = bring(many(18, **again))
    assert [each for each in all_of(18) if each[0] not in ("N7", "N10", "N15")] == table()
    assert (run.created_rows, run.unchanged_rows, run.repeated_rows) == (15, 2, 3)
    told = [line.split(",")[0] for line in (tmp_path / "errors").read_text().splitlines()[1:]]
    assert sorted(map(int, told)) == [6, 8, 11]
    assert straight
    assert ["N9", "N11"] not in straight  # it would wait for the batch before, or have that one wait


def test_a_merged_customer_is_not_made_again(
    bring: Any, straight: list[list[str]], make_customer: Any, tmp_path: Path
) -> None:
    """The line is told with all its cells."""
    kept, gone = make_customer(channel_code="K"), make_customer(channel_code="N9")
    merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    run = bring(many())
    assert (run.created_rows, run.refused_rows) == (11, 1)
    assert (tmp_path / "errors").read_text().splitlines()[1].endswith(",N9,n9@example.com,F9")
    assert not straight


def test_who_listens_hears_of_each(bring: Any, straight: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """So these are not made unseen."""
    heard: list[int] = []
    monkeypatch.setattr(events, "is_heard", lambda event: event == CREATED)
    monkeypatch.setattr(
        events, "put_many", lambda event, payloads: heard.extend(each["customer_id"] for each in payloads)
    )
    bring(many())
    assert sorted(heard) == sorted(Customer.objects.values_list("pk", flat=True))
    assert not straight


def test_somebody_between_two_batches_is_let_go(bring: Any, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have a key of the one before, which waits for them, and want one of the next, which waits for that one."""
    copy, has_one, is_next_in = bulk_staging.copy_straight, Event(), Event()
    doing: list[Future[None]] = []

    def make(code: str) -> None:
        Customer.objects.create(
            channel=channel,
            channel_code=code,
            email="they@example.com",
            created_date=clock.now(),
            modified_date=clock.now(),
        )

    def make_two() -> None:
        try:
            with transaction.atomic():
                make("N8")
                has_one.set()
                assert is_next_in.wait(10)
                make("N11")
        finally:
            connection.close()

    def work(plain: Plain, now: datetime) -> int:
        if "N8" in plain.codes and not doing:
            doing.append(somebody.submit(make_two))
            assert has_one.wait(10)
        made = copy(plain, now)
        if "N11" in plain.codes:
            is_next_in.set()
        return made

    monkeypatch.setattr(bulk_staging, "copy_straight", work)
    with ThreadPoolExecutor(1) as somebody:
        run = bring(many())
        doing[0].result()
    assert (run.created_rows, run.updated_rows, table()) == (10, 2, all_of())
