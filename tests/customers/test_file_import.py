"""Files of customers: into the table, again, in pieces, and out."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from patron.channels.access import EVERYWHERE
from patron.channels.models import Channel
from patron.customers import bulk_fields, bulk_values, file_export, file_import, merging
from patron.customers.bulk_rows import Shape, last_of_each
from patron.customers.file_import import CustomerFile
from patron.customers.models import Change, Customer
from patron.kernel import import_runs, importing
from patron.kernel.fields import EmailField
from patron.kernel.file_content import Unreadable
from patron.kernel.models import FileImport
from patron.kernel.record_files import Reader

pytestmark = pytest.mark.django_db(transaction=True)  # an import has connections of its own
HEADER = "channel,channel_code,email,first_name,is_active,gender,date_joined,attributes\n"


class Stop(Exception):
    """The process dies here."""


@pytest.fixture
def bring(tmp_path: Path, channel: Channel) -> Any:
    """`bring(text)` imports it; `refused()` is what was refused. The channel is written as {c}."""

    def work(text: str, name: str = "c.csv", **wishes: Any) -> FileImport:
        file = tmp_path / name
        file.write_text(text.replace("{c}", str(channel.pk)))
        restart, rehearse = wishes.pop("restart", False), wishes.pop("rehearse", False)
        progress = wishes.pop("progress", lambda current, reader: None)
        errors = tmp_path / "errors"
        with Reader(file) as reader, translation.override("en"):
            if rehearse:
                return importing.rehearse(CustomerFile(**wishes), reader, errors, name=name, progress=progress)
            target = CustomerFile(**wishes)
            return importing.run(target, reader, errors, name=name, progress=progress, restart=restart)

    return work


@pytest.fixture
def refused(tmp_path: Path) -> Any:
    """What stands in the file of refused rows."""
    return lambda: (tmp_path / "errors").read_text() if (tmp_path / "errors").exists() else ""


def counts(run: FileImport) -> tuple[int, ...]:
    return (run.created_rows, run.updated_rows, run.unchanged_rows, run.repeated_rows, run.refused_rows)


def test_customers_are_made_changed_and_left_alone(bring: Any, channel: Channel) -> None:
    """By their key; the history holds what was changed, and nothing of the rest."""
    first = HEADER + "{c},A,a@example.com,Ada,true,female,2020-01-02T03:04:05Z,\n{c},B,b@example.com,Bo,,,,\n"
    assert counts(bring(first)) == (2, 0, 0, 0, 0)
    before = Customer.objects.get(channel_code="B").modified_date
    again = first.replace("Ada", "Ayşe").replace(",,\n{c},B", ',"{""tier"": 1}"\n{c},B')
    run = bring(again.replace("05Z,\n", '05Z,"{""tier"": 1}"\n'))
    assert counts(run) == (0, 1, 1, 0, 0)
    changed = Customer.objects.get(channel_code="A")
    assert (changed.first_name, changed.attributes, changed.is_active) == ("Ayşe", {"tier": 1}, True)
    assert Customer.objects.get(channel_code="B").modified_date == before
    told = Change.objects.get()
    assert (told.customer_id, told.source, told.file_import) == (changed.pk, "import", run.pk)
    assert told.values == {"first_name": ["Ada", "Ayşe"], "attributes": [{}, {"tier": 1}]}
    assert changed.modified_date > changed.created_date


@pytest.mark.parametrize(
    "written",
    [
        *("2020-01-02T03:04:05", "2020-01-02 03:04:05Z", "2020-01-02 03:04:05.000+00", "2020-01-02T03:04:05+00:00"),
        *("2020-01-02T05:34:05+02:30", "20200102T030405Z", "2020-W01-4T03:04:05", '"2020-01-02T03:04:05,0"'),
    ],
)
def test_a_moment_is_what_it_says(written: str, bring: Any) -> None:
    """UTC unless it says something else, in every form of ISO 8601 that Python reads."""
    bring(f"channel,channel_code,email,date_joined\n{{c}},A,a@example.com,{written}\n")
    assert Customer.objects.get().date_joined == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_column_that_is_not_there_says_nothing(bring: Any) -> None:
    """An empty cell says: empty."""
    bring("channel,channel_code,email,phone_number,first_name\n{c},A,a@example.com,0532,Ada\n")
    bring("channel,channel_code,phone_number\n{c},A,\n{c},NEW,\n")
    assert Customer.objects.values_list("email", "phone_number", "first_name").get() == ("a@example.com", None, "Ada")


def test_who_is_new_needs_an_e_mail(bring: Any, refused: Any) -> None:
    """Only the database knows who is."""
    assert counts(bring("channel,channel_code,first_name\n{c},A,Ada\n")) == (0, 0, 0, 0, 1)
    assert "email: This field is required." in refused()


def test_bad_rows_are_refused_with_all_their_faults(bring: Any, refused: Any, channel: Channel) -> None:
    """As they came, so that they can be mended and sent again."""
    bad = f"{channel.pk + 1},{'x' * 65},no-mail,Ada,perhaps,other,yesterday,[]"
    run = bring(HEADER + bad + "\n{c},A,a@example.com,Ada,true,male,,\n")
    assert counts(run) == (1, 0, 0, 0, 1)
    header, row = csv.reader(refused().splitlines())
    assert header == ["error_line", "error", *HEADER.strip().split(",")]
    assert (row[0], row[2:]) == ("2", bad.split(","))
    for name in ("channel", "channel_code", "email", "is_active", "gender", "date_joined", "attributes"):
        assert f"{name}: " in row[1]
    mended = refused().replace("no-mail", "b@example.com").replace("perhaps", "yes").replace("other", "male")
    mended = mended.replace("yesterday", "2020-01-01").replace("[]", "{}").replace("x" * 65, "B")
    mended = mended.replace(f",{channel.pk + 1},", ",{c},")
    assert counts(bring(mended, "mended.csv"))[0] == 1


def test_of_rows_with_one_key_the_last_counts(bring: Any, refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near each other or far apart; each of the others is told."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    rows = [("A", "one"), ("A", "two"), ("B", "x"), ("C", "y"), ("A", "three")]
    run = bring(HEADER + "".join(f"{{c}},{code},a@example.com,{name},,,,\n" for code, name in rows))
    assert run.repeated_rows == 2
    assert Customer.objects.get(channel_code="A").first_name == "three"
    told = [(row[0], row[1]) for row in csv.reader(refused().splitlines())][1:]
    assert told == [
        ("2", "Line 3 has the same key and counts in its place."),
        ("3", "Line 6 has the same key and counts in its place."),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.dictionaries(st.sampled_from(["first_name", "last_name"]), st.text("xyz"))),
        max_size=8,
    )
)
def test_one_row_a_key_is_as_all_in_order(records: list[tuple[str, dict[str, str]]]) -> None:
    """Whatever each of them names."""
    shape = Shape(frozenset({1}), channel=1)
    rows = [
        shape.row_of_object(line, {"channel_code": code, "email": "a@b.example"} | fields)
        for line, (code, fields) in enumerate(records, start=1)
    ]
    kept, repeated = last_of_each(rows)
    expected: dict[str, dict[str, str]] = {}
    for code, fields in records:
        expected[code] = expected.get(code, {}) | fields
    found = {row[3]: {n: row[4 + at] for at, n in enumerate(bulk_fields.NAMES) if row[1] >> at & 1} for row in kept}
    assert {code: {n: v for n, v in row.items() if n != "email"} for code, row in found.items()} == expected
    assert len(kept) + len(repeated) == len(records)


@given(st.from_regex(bulk_values._PLAIN_EMAIL, fullmatch=True).filter(lambda email: len(email) <= 254))
def test_the_quick_look_at_an_e_mail_takes_no_more_than_the_api(email: str) -> None:
    """Whatever it lets in, the API's own check lets in, unchanged."""
    assert EmailField().run_validation(email) == email


_CELLS: Final = (
    *("", " ", "male", "guest", "Male", "yes", "f", "1", "2"),
    *("{}", "[]", '{"a": 1}', '{"a": "\\u0000"}', '{"a": 1e999}', '{"a": ' * 40 + "1" + "}" * 40),
    *("a@b.example", " a@b.example ", "no-mail", "Ö@b.example"),
    *("2020-02-29", "2023-02-30", "2020-01-02T03:04:05Z", "2020-01-02 03:04:05.123456+03", "0001-01-01T00:00:00+05:00"),
)
_ANY_CELL: Final = st.text(max_size=70) | st.sampled_from(_CELLS)


@pytest.mark.parametrize("field", [bulk_fields.CODE, *bulk_fields.FIELDS], ids=lambda field: field.name)
@given(cells=st.lists(_ANY_CELL, min_size=1, max_size=6))
def test_a_column_at_once_means_what_its_cells_mean(field: bulk_fields.Field, cells: list[str]) -> None:
    """Values and faults alike."""
    at_once: set[int] = set()
    one_by_one: set[int] = set()
    assert field.column(cells, at_once) == field._each(cells, one_by_one)
    assert at_once == one_by_one


@pytest.mark.parametrize("more", ["", "{c},B,b@example.com,Bo,L,E\n"], ids=["said once", "said in each row"])
def test_texts_come_through_as_they_are(more: str, bring: Any) -> None:
    """Whatever means something to the database's own file format, or in a statement."""
    odd = "a\tb\\N\\n\\ç\U0001f600 O'B %s {}"
    quoted = odd.replace("\t", '""\n\t')
    text = f'channel,channel_code,email,first_name,last_name,erp_code\n{{c}},A,a@example.com,{odd},"{quoted}",\\N\n'
    bring(text + more)
    made = Customer.objects.get(channel_code="A")
    assert (made.first_name, made.last_name, made.erp_code) == (odd, quoted.replace('""', '"'), "\\N")


def test_what_the_database_refuses_is_told_as_it_came(bring: Any, refused: Any, make_customer: Any) -> None:
    """And what a later row overrides: all of the row is there to be mended."""
    bring("channel,channel_code,first_name\n{c},A,Ada\n{c},B,one\n{c},B,two\n")
    told = [row[3:] for row in csv.reader(refused().splitlines())][1:]
    assert told == [["A", "Ada"], ["B", "one"], ["B", "two"]]


def test_a_key_made_anew_is_no_merged_one(bring: Any, make_customer: Any, refused: Any) -> None:
    """Once its customer was merged into another; until then its rows are refused."""
    kept, gone = make_customer(channel_code="K"), make_customer(channel_code="G")
    merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    text = "channel,channel_code,email,first_name\n{c},G,g@example.com,New\n"
    assert bring(text).refused_rows == 1
    assert "merged into" in refused()
    anew = make_customer(channel_code="G")
    assert counts(bring(text, restart=True)) == (0, 1, 0, 0, 0)
    anew.refresh_from_db()
    assert anew.first_name == "New"


def test_a_rehearsal_changes_nothing(bring: Any) -> None:
    """And says what would be."""
    bring(HEADER + "{c},A,a@example.com,Ada,,,,\n{c},S,s@example.com,Same,,,,\n")
    text = HEADER + "{c},A,a@example.com,Other,,,,\n{c},S,s@example.com,Same,,,,\n{c},N,n@example.com,New,,,,\nx\n"
    assert counts(bring(text, rehearse=True)) == (1, 1, 1, 0, 1)
    assert set(Customer.objects.values_list("first_name", flat=True)) == {"Ada", "Same"}
    assert FileImport.objects.count() == 1


def test_unknown_columns_are_refused_unless_mapped_or_ignored(bring: Any) -> None:
    """A column that were dropped in silence would be data lost."""
    text = "Code,E-Mail,Points\nA,a@example.com,7\n"
    with pytest.raises(Unreadable, match="Code, E-Mail, Points"):
        bring(text)
    names = {"channel_code": "Code", "email": "E-Mail"}
    channel_id = Channel.objects.get().pk
    bring(text, channel=channel_id, names=names, ignored=["Points"])
    assert Customer.objects.get(channel_code="A").email == "a@example.com"
    with pytest.raises(Unreadable, match="points: There is no such field"):
        bring(text, channel=channel_id, names=names | {"points": "Points"})
    with pytest.raises(Unreadable, match="There is no channel 999"):
        bring(text, channel=999)
    with pytest.raises(Unreadable, match="channel_code"):
        bring("email\na@example.com\n", channel=channel_id)


def test_ndjson_names_what_it_changes(bring: Any, channel: Channel, refused: Any) -> None:
    """A key that is absent says nothing, one that is unknown is refused."""
    lines = [
        {"channel": channel.pk, "channel_code": 7, "email": "a@example.com", "extra_field": {"a": {"b": 1}}},
        {"channel": str(channel.pk), "channel_code": "7", "is_active": "True"},
        {"channel": channel.pk, "channel_code": "8", "email": "b@example.com", "points": 1},
        {"channel": channel.pk, "channel_code": "9", "email": "b@example.com", "first_name": "a\x00"},
    ]
    run = bring("".join(msgspec.json.encode(line).decode() + "\n" for line in lines), "c.ndjson")
    assert counts(run) == (1, 0, 0, 1, 2)
    made = Customer.objects.get()
    assert (made.channel_code, made.is_active, made.extra_field) == ("7", True, {"a": {"b": 1}})
    told = [msgspec.json.decode(line) for line in refused().splitlines()]
    assert [(row["error_line"], row.get("points")) for row in told] == [(1, None), (3, 1), (4, None)]


def test_what_was_stopped_goes_on(bring: Any, refused: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no row lost, doubled or told twice; a changed file does not go on, but begins when it is told to."""
    monkeypatch.setattr(CustomerFile, "batch", 10)
    text = HEADER + "".join(f"{{c}},C{n},c{n}@example.com,N{n},{'x' if n % 7 == 0 else ''},,,\n" for n in range(50))

    def die(current: FileImport, reader: Reader) -> None:
        if current.position == 30:
            raise Stop

    with pytest.raises(Stop):
        bring(text, progress=die)
    # the batch after it was on its way already
    assert (FileImport.objects.get().position, Customer.objects.count()) == (40, 34)
    with (tmp_path / "errors").open("a") as torn:
        torn.write("half a li")  # as a batch leaves it that was not committed
    done = bring(text)
    assert (done.pk, counts(done), done.position) == (FileImport.objects.get().pk, (42, 0, 0, 0, 8), 50)
    assert [row[0] for row in csv.reader(refused().splitlines())][1:] == [str(n + 2) for n in range(0, 50, 7)]


def stop_at(position: int) -> Callable[[FileImport, Reader], None]:
    """A process that dies when so many records are in the table."""

    def die(current: FileImport, reader: Reader) -> None:
        if current.position >= position:
            raise Stop

    return die


def named(first_name: str) -> str:
    return HEADER + "".join(f"{{c}},C{n},c{n}@example.com,{first_name},,,,\n" for n in range(12))


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [(["9e307"] * 60, False), (["9e-307"] * 60, False), (["90307"] * 60, True), (["1" * 17_000], False)],
    ids=["large", "small", "plain", "long"],
)
def test_an_object_of_a_cell_is_bounded_by_what_is_stored(
    value: list[str], is_taken: bool, bring: Any, refused: Any
) -> None:
    """A number of few characters may have hundreds of digits in the database."""
    run = bring("channel,channel_code,email,attributes\n{c},A,a@example.com," + f'"{{""a"": [{",".join(value)}]}}"\n')
    assert counts(run) == (int(is_taken), 0, 0, 0, int(not is_taken))
    assert ("The attributes are too large." in refused()) is not is_taken


def test_a_refused_row_is_not_overridden_too(bring: Any, refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is told once: a customer who is there has no need of an e-mail, a new one is refused without."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    bring("channel,channel_code,email\n{c},D,d@example.com\n")
    run = bring("channel,channel_code,first_name\n{c},B,x\n{c},C,x\n{c},D,x\n{c},B,y\n")
    assert counts(run) == (0, 1, 0, 0, 3)
    assert [row[0] for row in csv.reader(refused().splitlines())] == ["error_line", "2", "3", "5"]


def test_a_column_that_is_mapped_is_of_one_field(bring: Any) -> None:
    """Of the one it was mapped to, whatever its own name says."""
    bring("channel,channel_code,email,phone_number\n{c},A,+905550000000,a@example.com\n",
          names={"email": "phone_number", "phone_number": "email"})  # fmt: skip
    bring("channel,channel_code,email,phone_number\n{c},B,x,b@example.com\n",
          names={"email": "phone_number"}, ignored=["email"])  # fmt: skip
    found = Customer.objects.order_by("channel_code").values_list("email", "phone_number")
    assert list(found) == [("a@example.com", "+905550000000"), ("b@example.com", None)]


def test_it_does_not_go_on_over_what_came_since(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file may have written what the first had brought: the table is then as the last file says."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    with pytest.raises(Stop):
        bring(named("Monday"), progress=stop_at(4))
    bring(named("Tuesday"))
    done = bring(named("Monday"))
    assert counts(done) == (0, 12, 0, 0, 0)
    assert (done.state, done.finished_at) == ("done", FileImport.objects.get(pk=done.pk).finished_at)
    assert set(Customer.objects.values_list("first_name", flat=True)) == {"Monday"}
    assert list(FileImport.objects.order_by("id").values_list("state", flat=True)) == ["replaced", "done", "done"]


def test_what_was_begun_anew_is_not_taken_up_again(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the same file nor by one that begins alike; nothing is left of it but its line in the list."""
    monkeypatch.setattr(CustomerFile, "batch", 2)
    with pytest.raises(Stop):
        bring(named("Ada"), progress=stop_at(4))
    bring(named("Ada"), restart=True)
    Customer.objects.update(first_name="by hand")
    assert counts(bring(named("Ada"))) == (0, 12, 0, 0, 0)
    assert not FileImport.objects.filter(state="running").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_importedkey")
        assert cursor.fetchone() == (0,)


def test_one_process_alone_imports_a_file(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second says so and has done nothing."""
    monkeypatch.setattr(import_runs, "_WAIT_SECONDS", 0.0)
    told = []

    def second() -> None:
        try:
            bring(named("Ada"))
        except import_runs.Taken as error:
            told.append(error)
        finally:
            connection.close()

    def meanwhile(current: FileImport, reader: Reader) -> None:
        if not told:
            with ThreadPoolExecutor(1) as somebody:
                somebody.submit(second).result()

    assert counts(bring(named("Ada"), progress=meanwhile)) == (12, 0, 0, 0, 0)
    assert len(told) == 1
    assert FileImport.objects.count() == 1


def test_two_processes_do_not_take_one_import(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second to commit gives up, and nothing is counted twice."""
    monkeypatch.setattr(CustomerFile, "batch", 1)
    put = importing._put

    def meddle() -> None:
        FileImport.objects.update(position=2)
        connection.close()

    def put_late(target: Any, cleaned: Any, current: FileImport, rows: Any) -> FileImport:
        if current.position == 1:
            with ThreadPoolExecutor(1) as somebody:
                somebody.submit(meddle).result()
        return put(target, cleaned, current, rows)

    monkeypatch.setattr(importing, "_put", put_late)
    with pytest.raises(import_runs.Taken):
        bring(HEADER + "".join(f"{{c}},C{n},c{n}@example.com,,,,,\n" for n in range(3)))
    assert Customer.objects.count() == 1


def test_a_customer_made_meanwhile_is_changed(bring: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the writing, by somebody else."""
    from patron.customers import bulk_writing

    look, looked = bulk_writing._look, []

    def then_made() -> tuple[int, int]:
        found = look()
        if not looked:
            looked.append(make_customer(channel_code="A", first_name="Old"))
        return found

    monkeypatch.setattr(bulk_writing, "_look", then_made)
    assert counts(bring(HEADER + "{c},A,a@example.com,New,,,,\n{c},B,b@example.com,B,,,,\n")) == (1, 1, 0, 0, 0)
    assert Customer.objects.get(channel_code="A").first_name == "New"
    assert Change.objects.get().values["first_name"] == ["Old", "New"]


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.ndjson", "out.ndjson.gz"])
def test_what_goes_out_comes_in_again(name: str, bring: Any, tmp_path: Path, make_customer: Any) -> None:
    """Every field, in both forms, packed or not; a file that is whole or not there."""
    make_customer(first_name='A "q",\n\\b', last_name="Şule", phone_number=None, attributes={"a": 'x"\\\n', "b": [1]})
    make_customer(gender="male", user_type="guest", is_active=True, date_of_birth="1990-01-02", erp_code="E;1")
    rows = list(Customer.objects.order_by("id").values())
    kind = "ndjson" if "ndjson" in name else "csv"
    file = tmp_path / name
    assert file_export.write(file, kind, channel=None, progress=lambda count: None) == 2
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert file.stat().st_mode & 0o077 == 0
    Customer.objects.update(first_name="", attributes={}, gender=None, date_of_birth=None, erp_code=None)
    with Reader(file) as reader:
        done = importing.run(
            CustomerFile(), reader, tmp_path / "e", name=name, progress=lambda current, reader: None, restart=False
        )
    assert counts(done) == (0, 2, 0, 0, 0)
    fields = [name for name in rows[0] if name != "modified_date"]
    assert list(Customer.objects.order_by("id").values(*fields)) == [{f: row[f] for f in fields} for row in rows]


def test_an_empty_cell_leaves_an_empty_text(bring: Any, channel: Channel, make_customer: Any) -> None:
    """In a file of cells it is told from null by nothing; what holds a value is emptied, and an object says which."""
    for code, old in (("A", ""), ("B", None), ("C", "x")):
        make_customer(channel=channel, channel_code=code, email="a@b.com", phone_number=old, erp_code=old)
    rows = [f"{channel.pk},{code},a@b.com,," for code in "ABC"]
    cells = "channel,channel_code,email,phone_number,erp_code\n" + "\n".join(rows)
    assert counts(bring(cells)) == (0, 1, 2, 0, 0)
    found = Customer.objects.order_by("channel_code")
    assert list(found.values_list("phone_number", "erp_code")) == [("", ""), (None, None), (None, None)]
    assert counts(bring(cells.replace("A,a@b", "A,c@b"))) == (0, 1, 2, 0, 0)
    assert list(Change.objects.order_by("-id")[0].values) == ["email"]
    assert (found[0].email, found[0].erp_code) == ("c@b.com", "")
    twice = f"channel,channel_code,erp_code\n{channel.pk},A,x\n{channel.pk},A,\n"
    assert counts(bring(twice)) == (0, 1, 0, 1, 0)  # as one after the other: a text, and then none
    assert found[0].erp_code is None
    said = f'{{"channel": {channel.pk}, "channel_code": "A", "phone_number": null}}\n'
    assert counts(bring(said, name="a.ndjson")) == (0, 1, 0, 0, 0)
    assert (found[0].phone_number, found[0].erp_code) == (None, None)


def test_a_killed_command_goes_on(tmp_path: Path, channel: Channel) -> None:
    """`kill -9` in the middle, and again: the table equals the file."""
    file, count = tmp_path / "many.csv", 60_000
    with file.open("w") as output:
        output.write("channel,channel_code,email\n")
        output.writelines(f"{channel.pk},C{n},c{n}@example.com\n" for n in range(count))
    settings = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
        f"&port={settings['PORT'] or 5432}"
    }
    command = [sys.executable, "-c", "from patron.config.cli import main; main()", "import", "customers", str(file)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ends = time.monotonic() + 60
    while not FileImport.objects.filter(position__gt=0).exists():
        assert time.monotonic() < ends
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    stopped = FileImport.objects.get()
    assert 0 < stopped.position == Customer.objects.count()
    again = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert f"{count:,} rows: {count:,} made." in again.stdout
    assert set(Customer.objects.values_list("channel_code", flat=True)) == {f"C{n}" for n in range(count)}
    assert FileImport.objects.get().pk == stopped.pk
    assert stopped.position >= file_import.BATCH
