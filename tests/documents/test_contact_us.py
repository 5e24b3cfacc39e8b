"""The contact form's examples of user-support-and-conversations, replayed."""

import json
from typing import Any

import pytest
from django.test import Client

from patron.kernel import clock
from patron.support.models import ContactMessage, Subject

pytestmark = pytest.mark.django_db
SUBJECTS = """
[
    {
        "id": 1,
        "text": "Refund",
        "is_order_needed": true
    },
    {
        "id": 2,
        "text": "Technical Support",
        "is_order_needed": false
    }
]
"""
MESSAGE = {"message": "test", "email": "test@test.com", "full_name": "testname", "subject": 1}


@pytest.fixture
def documented(db: None) -> list[dict[str, Any]]:
    """The subjects of the example, under its ids."""
    rows: list[dict[str, Any]] = json.loads(SUBJECTS)
    now = clock.now()
    for place, row in enumerate(rows):
        text = {"en": row["text"]}
        needed = row["is_order_needed"]
        Subject.objects.create(
            id=row["id"], text=text, order=place, is_order_needed=needed, created_at=now, modified_at=now
        )
    return rows


def test_get_contact_us_subjects(documented: list[dict[str, Any]]) -> None:
    """As printed; nobody is signed in."""
    answer = Client(headers={"Accept-Language": "en"}).get("/users/contact-us-subjects/")
    assert (answer.status_code, answer.json()) == (200, documented)


def test_post_contact_us(documented: list[dict[str, Any]]) -> None:
    """The example's body: no content is returned for a successful submission. A refund needs an order."""
    Subject.objects.update(is_order_needed=False)
    answer = Client(headers={"Accept-Language": "en"}).post(
        "/users/contact-us/", json.dumps(MESSAGE), content_type="application/json"
    )
    assert (answer.status_code, answer.content) == (200, b"")
    kept = ContactMessage.objects.get()
    assert {name: getattr(kept, name) for name in ("message", "email", "full_name", "subject_id")} == {
        "message": "test",
        "email": "test@test.com",
        "full_name": "testname",
        "subject_id": 1,
    }


def test_post_contact_us_as_its_body_is_printed(documented: list[dict[str, Any]]) -> None:
    """The second form of the body, with the id of a subject as a text."""
    body = {"message": "Hello", "email": "info@akinon.com", "full_name": "Joe Doe", "subject": "2"}
    answer = Client().post("/users/contact-us/", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.content) == (200, b"")
