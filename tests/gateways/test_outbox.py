"""What rooms put in their transaction."""

import pytest
from django.db import transaction

from patron.gateways import outbox
from patron.gateways.models import OutgoingMail, OutgoingSms, State
from tests.gateways.conftest import jobs

pytestmark = pytest.mark.django_db


def test_a_message_waits_sealed_and_its_job_knows_only_the_row():
    """Neither the row nor the job's arguments hold the text, and the row remembers what it is for."""
    message_id = outbox.queue_sms("+905551112233", "Your code is 482911", purpose="login", is_otp=True)

    row = OutgoingSms.objects.get(pk=message_id)
    assert row.state == State.QUEUED
    assert b"482911" not in bytes(row.sealed_content)
    assert outbox.unseal(row.sealed_content).text == "Your code is 482911"
    assert [job.args for job in jobs()] == [{"message_id": message_id}]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_sends_nothing():
    """Row and job vanish with the work they belong to."""
    with transaction.atomic():
        outbox.queue_mail("a@shop.example", "Hello", "text", purpose="welcome")
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()
    assert not jobs()


def test_codes_overtake_messages_and_bulk_waits():
    """The worker takes the highest priority first."""
    outbox.queue_mail("a@shop.example", "Sale", "text", purpose="campaign", is_bulk=True)
    outbox.queue_sms("+905551112233", "Your order is here", purpose="order")
    outbox.queue_sms("+905551112233", "Your code is 482911", purpose="login", is_otp=True)

    assert [job.queue_name for job in jobs()] == [outbox.CODES, outbox.MESSAGES, outbox.MESSAGES]
    assert [job.priority for job in jobs()] == sorted((job.priority for job in jobs()), reverse=True)


def test_a_subject_cannot_smuggle_a_header(mail_outbox):
    """Line breaks in a subject become spaces."""
    outbox.queue_mail("a@shop.example", "Hi\r\nBcc: everyone@shop.example", "text", purpose="contact")

    assert mail_outbox()[0].subject == "Hi Bcc: everyone@shop.example"


def test_one_shopper_gets_what_was_queued(sms_outbox, mail_outbox):
    """Delivered through the captured inboxes, each once."""
    outbox.queue_sms("+905551112233", "Your code is 482911", purpose="login", is_otp=True)
    outbox.queue_mail("a@shop.example", "Welcome", "text", purpose="welcome", html="<p>text</p>")

    assert [(sms.to, sms.text, sms.is_otp) for sms in sms_outbox()] == [("+905551112233", "Your code is 482911", True)]
    assert [(mail.to, mail.subject, mail.html) for mail in mail_outbox()] == [
        ("a@shop.example", "Welcome", "<p>text</p>")
    ]
