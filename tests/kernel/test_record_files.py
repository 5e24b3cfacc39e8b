"""Files of records, read in constant memory, whatever is in them."""

import csv
import gzip
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patron.kernel import file_content, file_lines
from patron.kernel.file_content import Unreadable
from patron.kernel.record_files import Fault, Mark, Reader
from patron.kernel.refused_rows import RefusedRows


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Faults are told in the language at hand."""
    with translation.override("en"):
        yield


def read(path: Path, **wishes: Any) -> tuple[list[tuple[int, Any]], list[Fault]]:
    rows, faults = [], []
    with Reader(path, **wishes) as reader:
        for batch in reader.batches(3):
            rows += batch.rows
            faults += batch.faults
    return rows, faults


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """`file(content, "a.csv")` writes it."""

    def write(content: bytes | str, name: str = "a.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_quotes_and_lines_inside_them(file: Any) -> None:
    """The line of a record is the one it begins on."""
    assert read(file('a,b\n1,"x\ny"\n\n2,"q""q"\r\n')) == ([(2, ["1", "x\ny"]), (5, ["2", 'q"q'])], [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str, file: Any) -> None:
    """By the line of names."""
    assert read(file(f"a{delimiter}b\n1{delimiter}2\n"))[0] == [(2, ["1", "2"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_letter(encoding: str, file: Any) -> None:
    """Of the three that carry Unicode."""
    path = file("ad,b\nŞule,2\n".encode(encoding))
    with Reader(path) as reader:
        assert reader.names == ["ad", "b"]
    assert read(path)[0] == [(2, ["Şule", "2"])]


def test_latin_1_is_found_out_and_told(file: Any) -> None:
    """As the sibling that has the letters of Turkish; an option says otherwise."""
    path = file("ad\nJosé\nGökçe\n".encode("latin-1"))
    with Reader(path) as reader:
        assert (reader.encoding, reader.was_guessed) == ("windows-1254", True)
    assert [row for _line, row in read(path)[0]] == [["José"], ["Gökçe"]]
    assert [row for _line, row in read(path, encoding="latin-1")[0]] == [["José"], ["Gökçe"]]


def test_a_byte_that_is_no_utf_8_refuses_its_row_alone(file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the block by which the encoding was found out."""
    monkeypatch.setattr(file_content, "BLOCK_BYTES", 16)
    rows, faults = read(file(b"a\n" + b"plain ascii\n" * 3 + b"Jos\xe9\nlast\n"))
    assert [row for _line, row in rows] == [["plain ascii"]] * 3 + [["last"]]
    assert [(fault.line, fault.text) for fault in faults] == [(5, "This is not in the encoding of the file.")]


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        ("a,b\n1,ALİ".encode("windows-1254"), "windows-1254", [(2, ["1", "ALİ"])]),
        ("a,b\n1,José".encode()[:-1], "windows-1254", [(2, ["1", "JosÃ"])]),
        ("a,b\n1,José".encode(), "utf-8", [(2, ["1", "José"])]),
    ],
)
def test_the_last_letter_counts_where_no_line_ends(content: bytes, encoding: str, said: Any, file: Any) -> None:
    """Half a letter of UTF-8 at the very end is not passed over: then the file is none of UTF-8."""
    with Reader(file(content)) as reader:
        assert reader.encoding == encoding
    assert read(file(content)) == (said, [])


def test_half_a_letter_at_the_end_is_refused(file: Any) -> None:
    """Where the encoding was said."""
    rows, faults = read(file("a,b\n1,2\n1,José".encode()[:-1]), encoding="utf-8")
    assert rows == [(2, ["1", "2"])]
    assert [fault.text for fault in faults] == ["This is not in the encoding of the file."]


def test_refused_rows_can_be_read_again(file: Any, tmp_path: Path) -> None:
    """Whatever ends a line somewhere stands in quotes."""
    rows, faults = read(file(b'a,b\n"one\rtwo","three\r\nfour"\n"five\nsix",7,8\n'))
    told = RefusedRows(tmp_path / "again.csv", ["a", "b"])
    told.put([Fault(line, "wrong", row) for line, row in rows] + faults, 0)
    with Reader(tmp_path / "again.csv") as reader:
        (batch,) = reader.batches(10)
    assert [row[2:] for _line, row in batch.rows] == [["one\rtwo", "three\r\nfour"]]
    assert [fault.raw[2:] for fault in batch.faults] == [["five\nsix", "7", "8"]]


def test_ragged_rows_and_null_characters_are_refused(file: Any) -> None:
    """The others are read."""
    rows, faults = read(file("a,b\n1\n1,2\n1,2,3\n1,\x00\n"))
    assert rows == [(3, ["1", "2"])]
    assert [(fault.line, fault.text) for fault in faults] == [
        (2, "Expected 2 fields, found 1."),
        (4, "Expected 2 fields, found 3."),
        (5, "Null characters are not allowed."),
    ]


def test_an_open_quote_takes_no_more_than_its_field(file: Any) -> None:
    """What follows a field's bound is read again."""
    rows, faults = read(file('a,b\n1,"open\n' + "x,y\n" * 60_000))
    assert len(faults) >= 1
    assert faults[0].line == 2
    assert len(rows) > 10_000


def test_a_line_without_end_is_one_fault_in_constant_memory(tmp_path: Path) -> None:
    """Forty megabytes of it, of which not one more than a few blocks is held."""
    path = tmp_path / "long.csv"
    with path.open("wb") as output:
        output.write(b"a,b\n1,2\n")
        for _each in range(40):
            output.write(b"x" * 1_000_000)
        output.write(b"\n3,4\n")
    tracemalloc.start()
    rows, faults = read(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [row for _line, row in rows] == [["1", "2"], ["3", "4"]]
    assert [(fault.line, fault.text) for fault in faults] == [(3, "The line is longer than 1000000 characters.")]
    assert most < 15_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty: its first line must name the columns."),
        ("a,a\n", "The first line names a column twice: a"),
        ("x" * 3_000_000, "Line 1, which must name the columns: The line is longer than 1000000 characters."),
        ('[{"a": 1}]', "A JSON list cannot be read piece by piece: write one object a line (NDJSON)."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: str, said: str, file: Any) -> None:
    """Whole, with what to do."""
    with pytest.raises(Unreadable) as refused:
        Reader(file(content, "a"))
    assert str(refused.value) == said


def test_an_archive_that_is_cut_off_is_refused(file: Any) -> None:
    """What came before is read; then it is said."""
    path = file(gzip.compress(b"a\n" + b"".join(b"%d\n" % n for n in range(100_000)))[:-2000], "a.csv.gz")
    with pytest.raises(Unreadable, match="damaged or cut off"):
        read(path)


@given(text=st.text('ab,"\n\r\x00', max_size=60), size=st.integers(1, 5), block=st.integers(4, 20))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_that_are_matched_are_the_same_records(text: str, size: int, block: int, file: Any) -> None:
    """Whatever is between them; each batch ends where it would, so that either way goes on behind the other."""
    plain = re.compile(r"[ab]*+,[ab]*+\r?\n?")
    path = file("a,b\n" * 4 + text)
    found: list[list[Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_content, "BLOCK_BYTES", block)
        patch.setattr(file_lines, "LONGEST_LINE", 20)
        for pattern in (None, plain):
            found.append([])
            with Reader(path) as reader:
                for batch in reader.batches(size, pattern):
                    lines = [(line, next(csv.reader([match.string]))) for line, match in batch.plain]
                    found[-1].append((sorted([*batch.rows, *lines]), batch.faults, batch.mark))
    assert found[0] == found[1]
    assert found[1]


def test_ndjson_is_one_object_a_line(file: Any) -> None:
    """Packed or not, whatever its name."""
    rows, faults = read(file(gzip.compress(b'{"a": 1}\n\n[1]\n{"a": \n{"b": "\xc5\x9e"}'), "data"))
    assert rows == [(1, {"a": 1}), (5, {"b": "Ş"})]
    assert [fault.line for fault in faults] == [3, 4]


def test_reading_goes_on_where_it_was(file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same content; in another it says so."""
    monkeypatch.setattr(file_content, "BLOCK_BYTES", 64)
    path = file("a\n" + "".join(f"{n}\n" for n in range(100)))
    with Reader(path) as first, Reader(path) as again:
        mark = next(first.batches(30)).mark
        assert again.skip_to(mark)
        assert next(again.batches(1)).rows == [(32, ["30"])]
    path.write_text("a\n" + "".join(f"{n + 1}\n" for n in range(100)))
    for other in (mark, Mark(1_000, mark.content, mark.digest)):
        with Reader(path) as reader:
            assert not reader.skip_to(other)
