"""What a shopper is given of the contact form, and what is left after them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from patron.accounts import anonymizing
from patron.gateways.models import CapturedMail, OutgoingMail
from patron.kernel import clock, files
from patron.support import contact
from patron.support.holdings import contact_files
from patron.support.models import ContactFile, ContactMessage, Subject
from tests.accounts.conftest import english, make_shopper
from tests.support.files import PDF

__all__ = ["english", "make_shopper"]
pytestmark = pytest.mark.django_db


def test_files_are_exported_and_erasing_leaves_no_word(make_shopper: Any, run_jobs: Any) -> None:
    """Also of what was written from the shopper's address without being signed in; the row stays as a total."""
    shopper, now = make_shopper(email="Ada@example.com"), clock.now()
    subject = Subject.objects.create(text={"en": "Refund"}, created_at=now, modified_at=now)
    data = {"subject": subject.pk, "full_name": "Ada", "email": "ada@EXAMPLE.com", "phone": "1", "message": "Hello"}
    data |= {"order": None, "operation": None}
    mine = contact.send(data, SimpleUploadedFile("bill.pdf", PDF), shopper)
    contact.send(data, None, None)
    other = contact.send(data | {"email": "eve@example.com"}, None, None)
    run_jobs()
    key = ContactFile.objects.get().storage_key
    assert contact_files(shopper.pk) == {f"contact-{mine.pk}-bill.pdf": PDF}

    anonymizing.anonymize(shopper.pk)
    run_jobs()

    kept = ContactMessage.objects.filter(shopper=shopper).values_list("full_name", "email", "phone", "message")
    assert list(kept) == [("", "", "", "")] * 2
    assert ContactMessage.objects.get(pk=other.pk).message == "Hello"
    assert not ContactFile.objects.exists()
    with pytest.raises(files.Gone):
        files.read(key)
    assert not CapturedMail.objects.filter(message_id__in=mine.mail_ids).exists()
    assert not OutgoingMail.objects.filter(pk__in=mine.mail_ids, sealed_content__isnull=False).exists()
