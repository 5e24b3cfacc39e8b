"""The contact form in the console: subjects in six languages, messages, downloads, sending again."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from patron.channels import staff
from patron.channels.models import Staff
from patron.gateways.models import OutgoingMail, State
from patron.kernel import clock
from patron.support import contact
from patron.support.models import ContactFile, ContactMessage, Subject
from tests.accounts.conftest import english
from tests.support.files import PDF

__all__ = ["english"]
pytestmark = pytest.mark.django_db
MESSAGES, SUBJECTS = "/console/support/contactmessage/", "/console/support/subject/"


@pytest.fixture
def boss(db: None) -> Client:
    return browser_of(staff.create("boss", "correct horse battery", is_superuser=True))


@pytest.fixture
def message(db: None) -> ContactMessage:
    now = clock.now()
    subject = Subject.objects.create(text={"en": "Refund"}, created_at=now, modified_at=now)
    data: dict[str, Any] = {"subject": subject.pk, "full_name": "<b>Joe</b>", "email": "joe@example.com", "phone": ""}
    data |= {"message": "<script>alert(1)</script>", "order": None, "operation": None}
    return contact.send(data, SimpleUploadedFile("bill.pdf", PDF), None)


def browser_of(member: Staff) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(member)
    return client


def test_what_was_written_is_shown_as_words(boss: Client, message: ContactMessage) -> None:
    """In the list and on the page, with the mails and their state."""
    OutgoingMail.objects.update(state=State.FAILED, trouble="SMTP 550: recipient refused")
    for address in (MESSAGES, f"{MESSAGES}{message.pk}/change/", f"{MESSAGES}?q=JOE@example.com"):
        page = boss.get(address).content.decode()
        assert "&lt;b&gt;Joe" in page
        assert "<b>Joe" not in page
        assert "<script>alert(1)" not in page
    page = boss.get(f"{MESSAGES}{message.pk}/change/").content.decode()
    assert "SMTP 550: recipient refused" in page
    assert "bill.pdf" in page


def test_a_file_is_a_download_and_leaves_a_trace(boss: Client, message: ContactMessage) -> None:
    """Never shown by a browser, whatever it holds."""
    answer = boss.get(f"{MESSAGES}{message.pk}/file/")
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="bill.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert boss.get("/console/admin/logentry/").content.decode().count("downloaded the file")


def test_a_file_is_for_staff_with_the_right_only(message: ContactMessage) -> None:
    """Nobody else, and nobody while the antivirus has not seen it."""
    address = f"{MESSAGES}{message.pk}/file/"
    assert Client().get(address).status_code == 302
    clerk = staff.create("clerk", "correct horse battery")
    assert browser_of(clerk).get(address).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_contactmessage"))
    assert browser_of(clerk).get(address).status_code == 200
    ContactFile.objects.update(scan=ContactFile.Scan.WAITING)
    assert browser_of(clerk).get(address).status_code == 404


def test_failed_mails_are_sent_again_with_the_right_to(boss: Client, message: ContactMessage) -> None:
    """From the list; seeing is not enough."""
    OutgoingMail.objects.update(state=State.FAILED)
    chosen = {"action": "send_again", "_selected_action": [message.pk]}
    clerk = staff.create("clerk", "correct horse battery")
    clerk.user_permissions.add(Permission.objects.get(codename="view_contactmessage"))
    browser_of(clerk).post(MESSAGES, chosen)
    assert OutgoingMail.objects.get().state == State.FAILED
    boss.post(MESSAGES, chosen)
    assert OutgoingMail.objects.get().state == State.QUEUED


def test_the_list_costs_the_same_for_any_number(boss: Client, message: ContactMessage) -> None:
    """Their mails are counted in the statement of the list."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    boss.get(MESSAGES)
    with CaptureQueriesContext(connection) as one:
        boss.get(MESSAGES)
    fields = {f.attname: getattr(message, f.attname) for f in ContactMessage._meta.concrete_fields if f.name != "id"}
    ContactMessage.objects.bulk_create(ContactMessage(**fields) for _number in range(20))
    with CaptureQueriesContext(connection) as many:
        boss.get(MESSAGES)
    assert len(one) == len(many)


def test_subjects_are_written_in_six_languages(boss: Client, message: ContactMessage) -> None:
    """English at least; one that is in use is switched off, not deleted."""
    texts = {"text_en": "Delivery", "text_tr": "Teslimat", "order": "3", "is_active": "on"}
    assert boss.post(f"{SUBJECTS}add/", texts).status_code == 302
    made = Subject.objects.get(order=3)
    assert made.text == {"tr": "Teslimat", "en": "Delivery"}
    assert "This field is required." in boss.post(f"{SUBJECTS}add/", texts | {"text_en": ""}).content.decode()
    assert boss.post(f"{SUBJECTS}{made.pk}/change/", texts | {"text_ar": "التوصيل"}).status_code == 302
    made.refresh_from_db()
    assert made.text["ar"] == "التوصيل"
    assert boss.post(f"{SUBJECTS}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert boss.post(f"{SUBJECTS}{message.subject_id}/delete/", {"post": "yes"}).status_code == 403


def test_erasing_a_guests_message(boss: Client, message: ContactMessage) -> None:
    """With its file and its mails."""
    assert boss.post(f"{MESSAGES}{message.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ContactMessage.objects.exists()
    assert not ContactFile.objects.exists()
    assert not OutgoingMail.objects.exists()
