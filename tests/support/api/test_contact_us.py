"""`/users/contact-us-subjects/` and `/users/contact-us/`."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from patron.accounts.models import Shopper
from patron.gateways.models import OutgoingMail
from patron.kernel import clock, files
from patron.orders.models import Order
from patron.support.models import ContactFile, ContactMessage, Subject
from tests.accounts.conftest import advance, anonymous, english, make_shopper, sign_in
from tests.support.files import PDF, office

__all__ = ["advance", "anonymous", "english", "make_shopper", "sign_in"]
pytestmark = pytest.mark.django_db
PATH = "/users/contact-us/"
Send = Callable[..., HttpResponse]


@pytest.fixture
def make_subject(db: None) -> Callable[..., Subject]:
    """`make_subject(tr="İade", en="Refund", order=1)`."""

    def make(*, order: int = 0, is_active: bool = True, is_order_needed: bool = False, **text: str) -> Subject:
        now = clock.now()
        return Subject.objects.create(
            text=text or {"en": "Refund"},
            order=order,
            is_active=is_active,
            is_order_needed=is_order_needed,
            created_at=now,
            modified_at=now,
        )

    return make


@pytest.fixture
def send(anonymous: Client, make_subject: Callable[..., Subject]) -> Send:
    """`send(client, full_name=…)`: the document's example with changes; `file=(name, content)` makes it a form."""

    def post(client: Client = anonymous, file: tuple[str, bytes] | None = None, **changes: Any) -> HttpResponse:
        subject = Subject.objects.first() or make_subject()
        body = {"message": "test", "email": "test@test.com", "full_name": "testname", "subject": subject.pk} | changes
        if file is None:
            return client.post(PATH, body, content_type="application/json")
        return client.post(PATH, body | {"file": SimpleUploadedFile(*file)})

    return post


@pytest.fixture
def make_order(db: None) -> Callable[..., Order]:
    def make(shopper: Shopper | None = None) -> Order:
        now = clock.now()
        number = f"SC-{Order.objects.count()}"
        return Order.objects.create(number=number, shopper=shopper, date_placed=now, created_at=now, modified_at=now)

    return make


def test_subjects_are_listed_in_their_order_and_language(anonymous: Client, make_subject: Any) -> None:
    """Active ones only; English where a language is missing; nobody needs to be signed in."""
    second = make_subject(order=2, en="Technical Support", tr="Teknik destek")
    first = make_subject(order=1, en="Refund", is_order_needed=True)
    make_subject(order=0, en="Old", is_active=False)
    answer = anonymous.get("/users/contact-us-subjects/")
    assert answer.json() == [
        {"id": first.pk, "text": "Refund", "is_order_needed": True},
        {"id": second.pk, "text": "Technical Support", "is_order_needed": False},
    ]
    turkish = anonymous.get("/users/contact-us-subjects/", headers={"accept-language": "tr-TR"})
    assert [each["text"] for each in turkish.json()] == ["Refund", "Teknik destek"]


@pytest.mark.parametrize("path", [PATH, "/users/contact-us"])
def test_a_guests_message_is_kept_and_mailed(anonymous: Client, make_subject: Any, mail_outbox: Any, path: str) -> None:
    """200 without a body; the mail goes where `contact_us` points, a reply to the guest."""
    body = {"message": "test", "email": "test@test.com", "full_name": "testname", "subject": str(make_subject().pk)}
    answer = anonymous.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.content) == (200, b"")
    kept = ContactMessage.objects.get()
    assert (kept.full_name, kept.email, kept.message, kept.operation) == (
        "testname",
        "test@test.com",
        "test",
        "contact_us",
    )
    (mail,) = mail_outbox()
    assert (mail.to, mail.sender) == ("contact@shop.example", "no-reply@shop.example")
    assert mail.subject.endswith(f"#{kept.pk}: Refund")
    assert "test@test.com" in mail.text


def test_a_form_with_a_file_arrives_whole(send: Send, mail_outbox: Any) -> None:
    """The file lies under a random name outside every served folder, and in the mail under its own."""
    assert send(file=("bill.pdf", PDF), phone="+90 555", operation="franchise", order="").status_code == 200
    file = ContactFile.objects.get()
    assert files.read(file.storage_key) == PDF
    assert "bill" not in file.storage_key
    (mail,) = mail_outbox()
    assert mail.to == "franchise@shop.example"
    assert mail.attachments == [{"name": "bill.pdf", "content_type": "application/pdf", "size": len(PDF)}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": 10**6}, "subject"),
        ({"subject": 2**70}, "subject"),
        ({"subject": "x"}, "subject"),
        ({"subject": None}, "subject"),
        ({"full_name": "x" * 71}, "full_name"),
        ({"full_name": "  "}, "full_name"),
        ({"full_name": ["x"]}, "full_name"),
        ({"email": "x"}, "email"),
        ({"phone": "x" * 71}, "phone"),
        ({"message": ""}, "message"),
        ({"message": "x" * 10_001}, "message"),
        ({"message": "a\x00b"}, "non_field_errors"),
        ({"order": 10**6}, "order"),
        ({"order": "x"}, "order"),
        ({"full_name": "Joe\r\nBcc: all@shop.example"}, "full_name"),
        ({"phone": "1\nBcc: all@shop.example"}, "phone"),
        ({"email": "a@b.example\r\nBcc: all@shop.example"}, "email"),
        ({"email": "a@b.example, all@shop.example"}, "email"),
    ],
)
def test_bad_input_is_refused_by_field(send: Send, changes: dict[str, Any], field: str) -> None:
    """And nothing is kept."""
    answer = send(**changes)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not ContactMessage.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_an_unknown_operation_is_told_the_known_ones(send: Send) -> None:
    """400 on `operation`."""
    assert send(operation="sales").json() == {
        "operation": ["There is no such operation. Expected one of contact_us, franchise."]
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bill.exe", b"MZ"),
        ("bill.pdf", b"MZ"),
        ("bill.pdf.exe", PDF),
        ("a.docx", office(parts={"word/vbaProject.bin": b"x"})),
    ],
)
def test_a_bad_file_is_refused(send: Send, name: str, content: bytes) -> None:
    """400 on `file`, nothing kept; the tricks themselves stand in test_attachments."""
    answer = send(file=(name, content))
    assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert not ContactMessage.objects.exists()


def test_a_subject_may_need_an_order(send: Send, make_subject: Any, make_order: Any) -> None:
    """400 on `order` without one."""
    make_subject(is_order_needed=True)
    assert send().json() == {"order": ["This subject needs an order."]}
    assert send(order=make_order().pk).status_code == 200


def test_what_a_guest_says_of_an_order_is_no_proof(
    send: Send, make_order: Any, make_shopper: Any, setting: Any, mail_outbox: Any
) -> None:
    """The shop's mail says so; the copy gives back the id that was sent and not another's number."""
    setting("CONTACT_US_SEND_USER", True)
    order = make_order(make_shopper())
    assert send(order=order.pk).status_code == 200
    texts = {mail.to: mail.text for mail in mail_outbox()}
    assert f"{order.number} (" in texts["contact@shop.example"]
    assert order.number not in texts["test@test.com"]
    assert f": {order.pk}\n" in texts["test@test.com"]


def test_a_shopper_has_the_number_of_the_own_order_in_the_copy(
    send: Send, make_order: Any, make_shopper: Any, sign_in: Any, setting: Any, mail_outbox: Any
) -> None:
    """And the shop's mail says nothing of a doubt."""
    setting("CONTACT_US_SEND_USER", True)
    shopper = make_shopper()
    order = make_order(shopper)
    assert send(sign_in(shopper), order=order.pk).status_code == 200
    assert [f": {order.number}\n" in mail.text for mail in mail_outbox()] == [True, True]


@pytest.mark.parametrize("nothing", ["", None])
def test_optional_fields_may_be_empty_in_json(anonymous: Client, make_subject: Any, nothing: str | None) -> None:
    """As a form sends what nobody filled in."""
    body = {"subject": make_subject().pk, "full_name": "Joe", "email": "joe@example.com", "message": "Hello"}
    body |= dict.fromkeys(("phone", "order", "operation", "file"), nothing)
    assert anonymous.post("/users/contact-us/", body, content_type="application/json").status_code == 200
    assert ContactMessage.objects.get().order is None


def test_a_shopper_names_own_orders_only(send: Send, make_order: Any, make_shopper: Any, sign_in: Any) -> None:
    """Another's is as unknown as one that is not there."""
    shopper = make_shopper()
    client = sign_in(shopper)
    for order in (make_order(make_shopper()), make_order()):
        assert send(client, order=order.pk).json() == {"order": ["There is no such order."]}
    assert send(client, order=make_order(shopper).pk).status_code == 200
    assert ContactMessage.objects.get().shopper == shopper


def test_a_signed_in_shopper_needs_the_csrf_token(send: Send, make_shopper: Any, sign_in: Any) -> None:
    """A page of another site could write in their name."""
    client = sign_in(make_shopper())
    del client.cookies["csrftoken"]
    assert send(client).status_code == 403
    client.cookies.pop(django_settings.SESSION_COOKIE)
    assert send(client).status_code == 200


def test_the_sixth_in_an_hour_is_throttled(send: Send, advance: Any) -> None:
    """Per address, with the time to wait; other addresses are not."""
    for _number in range(5):
        assert send().status_code == 200
    answer = send()
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3601
    assert ContactMessage.objects.count() == 5
    advance(3601)
    assert send().status_code == 200


def test_the_settings_route_the_mails(send: Send, setting: Any) -> None:
    """To, CC and BCC once each, a copy to the sender, replies to sender and shop."""
    setting("CONTACT_US_EMAIL_TO", {"contact_us": ["a@shop.example", "b@shop.example"]})
    setting("EMAIL_BCC_AND_CC", {"cc": ["c@shop.example", "A@shop.example"], "bcc": ["d@shop.example"]})
    setting("CONTACT_US_SEND_USER", True)
    setting("CONTACT_US_REPLY_TO_ONLY_USER", False)
    send()
    to = list(OutgoingMail.objects.order_by("id").values_list("to", "purpose"))
    shop = [(f"{name}@shop.example", "contact_us") for name in "abcd"]
    assert to == [*shop, ("test@test.com", "contact_us_copy")]
    assert ContactMessage.objects.get().mail_ids == list(
        OutgoingMail.objects.order_by("id").values_list("id", flat=True)
    )


def test_an_arabic_copy_runs_from_right_to_left(send: Send, anonymous: Client, setting: Any, mail_outbox: Any) -> None:
    """And the shop's mail does not; what was written runs as it was written."""
    setting("CONTACT_US_SEND_USER", True)
    anonymous.defaults["HTTP_ACCEPT_LANGUAGE"] = "ar"
    assert send(message="مرحبا").status_code == 200
    bodies = {mail.to: mail.html for mail in mail_outbox()}
    assert bodies["test@test.com"].startswith('<div lang="ar" dir="rtl">')
    assert bodies["contact@shop.example"].startswith('<div lang="tr" dir="ltr">')
    assert all("<p dir='auto'" in body for body in bodies.values())


def test_copies_cannot_be_used_to_flood_somebody(send: Send, setting: Any) -> None:
    """Three a day to one address; the messages themselves are kept."""
    setting("CONTACT_US_SEND_USER", True)
    for _number in range(5):
        assert send().status_code == 200
    assert OutgoingMail.objects.filter(purpose="contact_us_copy").count() == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONTACT_US_EMAIL_TO", {"franchise": ["a@shop.example"]}),
        ("CONTACT_US_EMAIL_TO", {"contact_us": []}),
        ("CONTACT_US_EMAIL_TO", {"contact_us": ["a@shop.example\nBcc: b@shop.example"]}),
        ("EMAIL_BCC_AND_CC", {"cc": ["x"], "bcc": []}),
    ],
)
def test_settings_that_would_lose_mails_are_refused(setting: Any, name: str, value: Any) -> None:
    """On save, with the old value staying."""
    with pytest.raises(ValueError, match="expected"):
        setting(name, value)


def test_what_was_written_is_never_more_than_words(send: Send, mail_outbox: Any) -> None:
    """Kept as it came; escaped in the mail's HTML."""
    script = "<script>alert(1)</script>"
    assert send(message=script, full_name=script).status_code == 200
    assert ContactMessage.objects.get().message == script
    (mail,) = mail_outbox()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert script in mail.text


def test_a_repeated_key_sends_once(send: Send, anonymous: Client) -> None:
    """Idempotency-Key replays the empty answer."""
    anonymous.defaults["HTTP_IDEMPOTENCY_KEY"] = "once"
    answers = [send(), send()]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 2
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert ContactMessage.objects.count() == 1


def test_a_file_in_json_is_refused(anonymous: Client, make_subject: Any) -> None:
    """A text is no file."""
    body = {"message": "a", "email": "a@b.example", "full_name": "a", "subject": make_subject().pk, "file": "x"}
    answer = anonymous.post(PATH, body, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["file"])
