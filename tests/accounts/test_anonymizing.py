"""A shopper is erased."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from patron.accounts import anonymizing, consent, profile, sessions, verification
from patron.accounts.models import Avatar, Challenge, Consent, Session, Shopper
from patron.accounts.verification import Ask, Purpose
from patron.gateways import outbox
from patron.gateways.models import CapturedMail, CapturedSms, OutgoingMail, OutgoingSms
from patron.kernel import context, events
from patron.kernel.context import Caller
from patron.kernel.errors import NotFound, Unauthenticated

PHONE = "+905551112233"
TRACES = ("grace", "murray", "5551112233", "203.0.113.9", "secret-browser", "1990-05-15", "size-xxl")


@pytest.fixture
def grace(make_shopper: Any) -> Shopper:
    """A shopper who has left a trace in every table of the room."""
    context.enter(Caller(ip="203.0.113.9", user_agent="secret-browser", endpoint="PATCH /users/profile/"))
    shopper: Shopper = make_shopper(
        email="Grace.Murray@example.com",
        phone=PHONE,
        first_name="Grace",
        last_name="Murray",
        gender="female",
        date_of_birth="1990-05-15",
        attributes={"size": "size-xxl", "logged_ip": "203.0.113.9"},
    )
    opened = sessions.sign_in(None, shopper)
    png = io.BytesIO()
    Image.new("RGB", (9, 9)).save(png, "PNG")
    upload = SimpleUploadedFile("me.png", png.getvalue(), "image/png")
    said = {"email_allowed": True, "sms_allowed": True, "avatar": upload}
    profile.change(shopper, Session.objects.get(), said)
    verification.start(Ask(opened.session_id, Purpose.PROFILE, "+905551119999", {"email": shopper.email}, shopper.pk))
    outbox.queue_mail(shopper.email, "For Grace", "Dear Grace", purpose="test", shopper_id=shopper.pk)
    outbox.queue_sms(PHONE, "Grace, your code", purpose="code-login")
    context.enter(Caller())
    shopper.refresh_from_db()
    return shopper


def everything() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return "\n".join(found).lower()


@pytest.mark.django_db
def test_nothing_of_the_person_is_left(grace: Shopper) -> None:
    """No table of any room holds a trace, nor the bytes of the picture."""
    before = everything()
    assert all(trace in before for trace in TRACES)
    anonymizing.anonymize(grace.pk)
    after = everything()
    assert [line for line in after.splitlines() for trace in TRACES if trace in line] == []
    for model in (Avatar, Session, Challenge):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_ids_and_totals_stay(grace: Shopper) -> None:
    """The row stays under its id, closed, with an address that is nobody's."""
    anonymizing.anonymize(grace.pk)
    shopper = Shopper.objects.get()
    assert (shopper.pk, shopper.username, shopper.date_joined) == (grace.pk, grace.username, grace.date_joined)
    assert (shopper.is_active, shopper.password, shopper.attributes) == (False, "", {})
    assert shopper.anonymized_at is not None
    assert shopper.email.endswith("@anonymized.invalid")


@pytest.mark.django_db
def test_placeholders_are_drawn_by_chance(make_shopper: Any) -> None:
    """Two who are erased have different addresses, which say nothing of the old ones."""
    pair = [make_shopper(email="a@example.com"), make_shopper(email="b@example.com")]
    for shopper in pair:
        anonymizing.anonymize(shopper.pk)
    assert len(set(Shopper.objects.values_list("email", flat=True))) == 2


@pytest.mark.django_db
def test_permissions_are_withdrawn_in_the_ledger(grace: Shopper) -> None:
    """What was agreed to and its end stay on record, without the address it came from."""
    anonymizing.anonymize(grace.pk)
    rows = Consent.objects.order_by("id").values_list("shopper_id", "channel", "new_value", "ip")
    assert list(rows) == [(grace.pk, channel, value, "") for value in (True, False) for channel in ("email", "sms")]


@pytest.mark.django_db
def test_messages_on_their_way_are_not_sent(grace: Shopper, run_jobs: Any) -> None:
    """What waited has nothing left to say: nothing is delivered."""
    anonymizing.anonymize(grace.pk)
    run_jobs(queues=[outbox.CODES, outbox.MESSAGES])
    assert not CapturedMail.objects.exists()
    assert not CapturedSms.objects.exists()
    assert {message.state for message in [*OutgoingMail.objects.all(), *OutgoingSms.objects.all()]} == {"failed"}


@pytest.mark.django_db
def test_rooms_above_hear_of_it_once(grace: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is put with the change; a second time nothing happens, and an unknown shopper is not found."""
    heard: list[str] = []
    monkeypatch.setattr(events, "put", lambda event, **payload: heard.append(event))
    anonymizing.anonymize(grace.pk)
    first = Shopper.objects.get()
    anonymizing.anonymize(grace.pk)
    assert heard == ["consent.changed", "shopper.anonymized"]
    assert Shopper.objects.get().email == first.email
    with pytest.raises(NotFound):
        anonymizing.anonymize(grace.pk + 1)


@pytest.mark.django_db
def test_staff_is_named_in_the_ledger(grace: Shopper, django_user_model: Any) -> None:
    """Done in the console, the ledger says by whom."""
    clerk = django_user_model.objects.create(username="clerk")
    anonymizing.anonymize(grace.pk, staff_id=clerk.pk)
    assert set(Consent.objects.filter(new_value=False).values_list("source", "staff_id")) == {("staff", clerk.pk)}


@pytest.mark.django_db
@pytest.mark.parametrize("version", [None, "3"])
def test_a_change_that_comes_too_late(version: str | None, grace: Shopper) -> None:
    """A request that found its session before the erasure writes nothing after it."""
    session = Session.objects.select_related("shopper").get()
    anonymizing.anonymize(grace.pk)
    grace.row_version = version
    with pytest.raises(Unauthenticated):
        profile.change(grace, session, {"first_name": "Grace"})
    assert Shopper.objects.get().first_name == ""
    assert consent.snapshot(Shopper.objects.get()) == {
        "email_allowed": False,
        "sms_allowed": False,
        "call_allowed": None,
    }


@pytest.mark.django_db
def test_the_addresses_are_free_again(grace: Shopper, make_shopper: Any) -> None:
    """The same person may come back as somebody new."""
    anonymizing.anonymize(grace.pk)
    make_shopper(email="grace.murray@example.com", phone=PHONE)
    assert Shopper.objects.filter(is_active=True).count() == 1


@pytest.mark.django_db
def test_captured_messages_go_too(make_shopper: Any, mail_outbox: Any, sms_outbox: Any) -> None:
    """The sandbox's inboxes forget the person as the tables do; other people's messages stay."""
    ada, eve = make_shopper(phone="+905551112233"), make_shopper()
    outbox.queue_mail(ada.email, "to Ada", "hello", purpose="test", shopper_id=ada.pk)
    outbox.queue_sms("+905551112233", "hello", purpose="test", shopper_id=ada.pk)
    outbox.queue_mail(eve.email, "to Eve", "hello", purpose="test", shopper_id=eve.pk)
    assert (len(mail_outbox()), len(sms_outbox())) == (2, 1)
    anonymizing.anonymize(ada.pk)
    assert [mail.subject for mail in mail_outbox()] == ["to Eve"]
    assert sms_outbox() == []
