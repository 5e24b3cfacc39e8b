"""One suite for every mail adapter, and what only SMTP must keep."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from patron.gateways.mail.contract import Letter, MailGateway
from patron.gateways.mail.inbox import InboxGateway
from patron.gateways.mail.smtp import SmtpGateway
from patron.gateways.models import CapturedMail
from patron.gateways.outbox import Attachment, Content
from patron.kernel.errors import GatewayTrouble

pytestmark = pytest.mark.django_db
CONTENT = Content("Grüße, Ayşe\nzwei", "<p>Grüße</p>", "", (Attachment("kart.pdf", "application/pdf", b"%PDF"),))


@dataclass
class Subject:
    """An adapter and how to see the one mail it handed over."""

    gateway: MailGateway
    received: Callable[[], dict[str, Any]]


def letter(**changes: Any) -> Letter:
    fields = {
        "message_id": 7,
        "sender": "no-reply@shop.example",
        "to": "Ayse@example.com",
        "subject": "Şifre",
        "content": CONTENT,
        "created_at": datetime(2026, 1, 2, tzinfo=UTC),
    }
    return Letter(**(fields | changes))


def _captured() -> dict[str, Any]:
    mail = CapturedMail.objects.get()
    files = [(file["name"], file["content_type"], file["size"]) for file in mail.attachments]
    return {
        "from": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "files": files,
    }


@pytest.fixture(params=["inbox", "smtp"])
def subject(request, mail_server):
    """Each adapter in turn."""
    if request.param == "inbox":
        return Subject(InboxGateway(), _captured)

    def arrived():
        (mail,) = mail_server.mails
        files = [
            (part.get_filename(), part.get_content_type(), len(part.get_content())) for part in mail.iter_attachments()
        ]
        return {
            "from": mail["From"],
            "to": mail["To"],
            "subject": mail["Subject"],
            "text": mail.get_body(("plain",)).get_content().rstrip("\n").replace("\r\n", "\n"),
            "html": mail.get_body(("html",)).get_content().rstrip("\n"),
            "files": files,
        }

    return Subject(SmtpGateway(), arrived)


def test_an_accepted_mail_arrives_whole(subject):
    """Sender, recipient in the letter case given, subject, both bodies and the attachment."""
    subject.gateway.send(letter())

    assert subject.received() == {
        "from": "no-reply@shop.example",
        "to": "Ayse@example.com",
        "subject": "Şifre",
        "text": "Grüße, Ayşe\nzwei",
        "html": "<p>Grüße</p>",
        "files": [("kart.pdf", "application/pdf", 4)],
    }


def test_a_repeat_is_known_by_its_message_id(mail_server):
    """Two tries of one mail carry one Message-ID, another mail another; replies go where they should."""
    smtp = SmtpGateway()
    content = Content("text", reply_to=("shopper@example.com",))
    for message_id in (7, 7, 8):
        smtp.send(letter(message_id=message_id, content=content))

    first, again, other = [mail["Message-ID"] for mail in mail_server.mails]
    assert first == again != other
    assert mail_server.mails[0]["Reply-To"] == "shopper@example.com"


@pytest.mark.parametrize(
    ("answers", "permanent", "reason"),
    [
        ({"recipient": b"550 no ayse@example.com here"}, True, "SMTP 550: recipient refused"),
        ({"recipient": b"450 come again"}, False, "SMTP 450: recipient refused"),
        ({"data": b"554 spam"}, True, "SMTP 554: content refused"),
        ({"data": b"451 disk full"}, False, "SMTP 451: content refused"),
    ],
)
def test_what_the_server_says_decides_about_a_retry(mail_server, answers, permanent, reason):
    """5xx on recipient or content is for good; the server's words, which may hold the address, are not kept."""
    for name, value in answers.items():
        setattr(mail_server, name, value)

    with pytest.raises(GatewayTrouble) as trouble:
        SmtpGateway().send(letter())

    assert (trouble.value.permanent, trouble.value.reason) == (permanent, reason)


def test_a_server_that_is_away_may_come_back(mail_server, settings):
    """A refused connection is trouble that passes."""
    settings.EMAIL_PORT = 9  # nobody listens there

    with pytest.raises(GatewayTrouble) as trouble:
        SmtpGateway().send(letter())

    assert not trouble.value.permanent


@pytest.mark.parametrize("to", ["", "a@shop.example\r\nBcc: b@shop.example"])
def test_a_mail_that_cannot_be_addressed_fails_for_good(mail_server, to):
    """And nothing is sent to anybody."""
    with pytest.raises(GatewayTrouble) as trouble:
        SmtpGateway().send(letter(to=to))

    assert trouble.value.permanent
    assert mail_server.mails == []


def test_everybody_sees_who_else_was_written_to_and_one_address_gets_it(mail_server):
    """The headers name all of them, the envelope only the one this copy is for."""
    content = Content("text", shown_to=("a@shop.example", "b@shop.example"), shown_cc=("c@shop.example",))
    SmtpGateway().send(letter(to="hidden@shop.example", content=content))

    (mail,) = mail_server.mails
    assert (mail["To"], mail["Cc"]) == ("a@shop.example, b@shop.example", "c@shop.example")
    assert mail_server.recipients == ["hidden@shop.example"]
    assert "hidden@shop.example" not in mail.as_string()
