"""What becomes of the mails of a message when servers are away, refuse, or an antivirus is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from patron.gateways import antivirus, faults
from patron.gateways.models import CapturedMail, OutgoingMail, State
from patron.kernel import clock, files
from patron.kernel.errors import Invalid
from patron.support import contact
from patron.support.models import ContactFile, ContactMessage, Subject
from tests.accounts.conftest import advance, english
from tests.gateways.conftest import mail_server
from tests.gateways.test_antivirus import EICAR, clamd
from tests.support.files import PDF

__all__ = ["advance", "clamd", "english", "mail_server"]
pytestmark = pytest.mark.django_db
Scan = ContactFile.Scan


@pytest.fixture
def write(db: None) -> Callable[..., ContactMessage]:
    """`write(PDF)`: a guest's message with a file."""

    def send(content: bytes | None = None) -> ContactMessage:
        now = clock.now()
        subject = Subject.objects.create(text={"en": "Refund\r\nBcc: x@shop.example"}, created_at=now, modified_at=now)
        data = {
            "subject": subject.pk,
            "full_name": "Joe Doe",
            "email": "joe@example.com",
            "phone": "",
            "message": "Where is my parcel?",
            "order": None,
            "operation": None,
        }
        upload = SimpleUploadedFile("bill.pdf", content) if content is not None else None
        return contact.send(data, upload, None)

    return send


@pytest.fixture
def smtp(settings: Any, mail_server: Any) -> Any:
    """A mail server in the place of the inbox."""
    settings.MAIL_GATEWAY = "smtp"
    return mail_server


def test_an_hour_without_a_mail_server_loses_and_doubles_nothing(write: Any, run_jobs: Any, advance: Any) -> None:
    """Tried again ever more seldom; when the server is back each mail arrives once."""
    faults.put("mail", latency_ms=0, error_rate=0, outage=True)
    messages = [write(PDF), write()]
    run_jobs()
    for _minutes in range(12):
        _pass(300, advance, run_jobs)
    states = OutgoingMail.objects.values_list("state", "trouble", "attempts")
    assert {(state, trouble) for state, trouble, _ in states} == {(State.QUEUED, "out of order (sandbox)")}
    assert all(2 < attempts < 40 for _, _, attempts in states)
    faults.put("mail", latency_ms=0, error_rate=0, outage=False)
    for _hour in range(2):
        _pass(1800, advance, run_jobs)
    mails = CapturedMail.objects.order_by("id")
    assert [mail.to for mail in mails] == ["contact@shop.example"] * 2
    assert {mail.subject.partition("#")[2].partition(":")[0] for mail in mails} == {str(each.pk) for each in messages}
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.SENT}


def _pass(seconds: int, advance: Callable[[float], None], run_jobs: Callable[..., int]) -> None:
    """The queue waits by the database's clock, which no test moves: what waits is brought nearer by as much."""
    advance(seconds)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)", [seconds]
        )
    run_jobs()


def test_one_refused_recipient_stops_no_other(write: Any, run_jobs: Any, smtp: Any, setting: Any) -> None:
    """Two get it, once each; the third's state says why not, and staff can send it again."""
    to = [f"{name}@shop.example" for name in "abc"]
    setting("CONTACT_US_EMAIL_TO", {"contact_us": to})
    smtp.refused["b@shop.example"] = b"550 no such box"
    message = write(PDF)
    run_jobs()
    assert [(mail["To"], mail["Reply-To"]) for mail in smtp.mails] == [(", ".join(to), "joe@example.com")] * 2
    assert all([part.get_content() for part in mail.iter_attachments()] == [PDF] for mail in smtp.mails)
    assert list(OutgoingMail.objects.order_by("to").values_list("state", "trouble")) == [
        (State.SENT, ""),
        (State.FAILED, "SMTP 550: recipient refused"),
        (State.SENT, ""),
    ]
    smtp.refused.clear()
    assert contact.send_again(message.pk) == 1
    assert contact.send_again(message.pk) == 0
    run_jobs()
    assert smtp.recipients.count("b@shop.example") == 2
    assert len(smtp.mails) == 3
    assert OutgoingMail.objects.filter(pk__in=ContactMessage.objects.get().mail_ids, state=State.SENT).count() == 3


def test_no_header_can_be_slipped_in(write: Any, run_jobs: Any, smtp: Any) -> None:
    """Not even by a subject that staff wrote."""
    write()
    run_jobs()
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert "Refund Bcc: x@shop.example" in mail["Subject"]
    assert smtp.recipients == ["contact@shop.example"]


def test_an_infected_file_is_refused_at_the_door(write: Any, settings: Any, clamd: Any) -> None:
    """EICAR, in a file that is a PDF by all else."""
    settings.CLAMD_URL = clamd()
    with pytest.raises(Invalid) as refused:
        write(PDF.replace(b"<<>>", EICAR, 1))
    assert list(refused.value.fields) == ["file"]
    assert not ContactMessage.objects.exists()
    assert write(PDF).pk
    assert ContactFile.objects.get().scan == Scan.CLEAN


@pytest.mark.parametrize(
    ("content", "scan", "names"),
    [(PDF, Scan.CLEAN, ["bill.pdf"]), (PDF.replace(b"<<>>", EICAR, 1), Scan.INFECTED, [])],
)
def test_a_file_waits_for_an_antivirus_that_is_away(
    content: bytes, scan: str, names: list[str], write: Any, settings: Any, clamd: Any, run_jobs: Any, advance: Any
) -> None:
    """The message is kept; the mail leaves once it is known what the file is, without it if it is infected."""
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    write(content)
    run_jobs()
    file = ContactFile.objects.get()
    key = file.storage_key
    assert (file.scan, OutgoingMail.objects.count()) == (Scan.WAITING, 0)
    settings.CLAMD_URL = clamd()
    _pass(contact.SCAN_AGAIN_SECONDS + 10, advance, run_jobs)
    file.refresh_from_db()
    assert file.scan == scan
    assert [each["name"] for each in CapturedMail.objects.get().attachments] == names
    if scan == Scan.INFECTED:
        with pytest.raises(files.Gone):
            files.read(key)


def test_without_an_antivirus_nothing_is_asked(settings: Any) -> None:
    """CLAMD_URL decides."""
    settings.CLAMD_URL = None
    assert not antivirus.is_on()


def test_a_mail_whose_file_is_gone_fails_visibly(write: Any, run_jobs: Any) -> None:
    """And not for ever."""
    write(PDF)
    files.remove([ContactFile.objects.get().storage_key])
    run_jobs()
    assert OutgoingMail.objects.values_list("state", "trouble").get() == (State.FAILED, "an attachment is gone")


def test_old_messages_go_with_their_files(write: Any, run_jobs: Any, setting: Any, advance: Any) -> None:
    """After CONTACT_MESSAGE_KEEP_DAYS, and not before."""
    write(PDF)
    key = ContactFile.objects.get().storage_key
    contact.drop_old()
    setting("CONTACT_MESSAGE_KEEP_DAYS", 10)
    advance(9 * 86_400)
    contact.drop_old()
    assert ContactMessage.objects.exists()
    advance(86_401)
    contact.drop_old()
    run_jobs()
    assert not ContactMessage.objects.exists()
    assert not OutgoingMail.objects.exists()
    with pytest.raises(files.Gone):
        files.read(key)
