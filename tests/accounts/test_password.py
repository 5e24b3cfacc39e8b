"""Changing, forgetting and setting a password, without HTTP."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from patron.accounts import password, sessions, sign_in
from patron.accounts.links import BadLink
from patron.accounts.models import Session, Shopper
from patron.gateways.models import OutgoingMail
from patron.kernel import context, dynamic
from patron.kernel.errors import Invalid, TooMany
from tests.accounts.conftest import PASSWORD

NEW = "Another-horse-8"
SITE = "https://shop.example"


def session_of(shopper: Shopper) -> Session:
    return Session.objects.get(pk=sessions.sign_in(None, shopper).session_id)


def fields_of(call: Callable[[], Any]) -> list[str]:
    with pytest.raises(Invalid) as refused:
        call()
    return list(refused.value.fields)


def token_in(mail: Any) -> str:
    found = re.search(rf"{SITE}/users/reset/([^/\s]+)/", mail.text)
    assert found
    return found[1]


@pytest.fixture
def ask(mail_outbox: Any) -> Callable[[Shopper], str]:
    """`ask(shopper)`: the token of the link a forgetful shopper is sent."""

    def forget(shopper: Shopper) -> str:
        password.forget(shopper.email, SITE)
        return token_in(mail_outbox()[0])

    return forget


@pytest.mark.django_db
def test_change_ends_other_sessions_and_rotates_this_one(make_shopper: Any, mail_outbox: Any) -> None:
    """The new password is in force, this session has a new key, the others are gone, and the shopper is told."""
    shopper = make_shopper()
    session, other, strangers = session_of(shopper), session_of(shopper), session_of(make_shopper())
    opened = password.change(shopper, session, PASSWORD, NEW)
    assert check_password(NEW, Shopper.objects.get(pk=shopper.pk).password)
    found = sessions.find(opened.key)
    assert found
    assert found.pk == session.pk
    assert found.key_digest != session.key_digest
    assert not Session.objects.filter(pk=other.pk).exists()
    assert Session.objects.filter(pk=strangers.pk).exists()
    [mail] = mail_outbox()
    assert (mail.to, mail.subject) == (shopper.email, "Patron: your password was changed")
    assert NEW not in mail.text


@pytest.mark.django_db
def test_change_refuses_by_field(make_shopper: Any) -> None:
    """A wrong old password, a weak one, one like the e-mail; a shopper who has none can only reset."""
    shopper, guest = make_shopper(email="lovelace@example.com"), make_shopper(password=None)
    session = session_of(shopper)
    assert fields_of(lambda: password.change(shopper, session, "wrong", NEW)) == ["old_password"]
    for weak in ("short", "12345678901", "password", "lovelace@example"):
        assert fields_of(lambda weak=weak: password.change(shopper, session, PASSWORD, weak)) == ["new_password2"]
    assert fields_of(lambda: password.change(guest, session_of(guest), "", NEW)) == ["old_password"]
    assert Shopper.objects.get(pk=shopper.pk).password == shopper.password


@pytest.mark.django_db
def test_forgotten_password_is_reset_by_link(make_shopper: Any, ask: Any) -> None:
    """The link sets the password, ends every session and proves the e-mail; it works once."""
    shopper = make_shopper()
    session_of(shopper)
    token = ask(shopper)
    assert fields_of(lambda: password.reset(token, "12345678")) == ["new_password2"]
    password.reset(token, NEW)
    current = Shopper.objects.get(pk=shopper.pk)
    assert check_password(NEW, current.password)
    assert current.email_verified_at is not None
    assert not Session.objects.exists()
    with pytest.raises(BadLink):
        password.reset(token, "Third-horse-9")
    assert check_password(NEW, Shopper.objects.get(pk=shopper.pk).password)


@pytest.mark.django_db
def test_link_goes_to_the_address_on_record(make_shopper: Any, mail_outbox: Any) -> None:
    """Not to the one that was typed, in the shopper's language, and not delivered when it is over."""
    shopper = make_shopper(email="Ada@Example.com")
    password.forget("ADA@EXAMPLE.COM", SITE)
    [mail] = mail_outbox()
    assert mail.to == shopper.email
    assert mail.subject == "Patron: set a new password"
    assert f'<a href="{SITE}/users/reset/{token_in(mail)}/">' in mail.html
    assert OutgoingMail.objects.get().expires_at is not None


@pytest.mark.django_db
def test_shop_name_is_escaped_in_html(make_shopper: Any, mail_outbox: Any) -> None:
    """What an operator types as the name of the shop is text, also in HTML."""
    dynamic.put("SHOP_NAME", "<b>Tom & Co", staff_id=None, source="test")
    password.forget(make_shopper().email, SITE)
    [mail] = mail_outbox()
    assert "<b>Tom & Co" in mail.text
    assert "<b>" not in mail.html
    assert "&lt;b&gt;Tom &amp; Co" in mail.html


@pytest.mark.django_db
def test_signing_in_ends_a_link(make_shopper: Any, ask: Any, advance: Any) -> None:
    """Whoever remembers the password after all leaves no open link behind; nor does a link live for ever."""
    shopper = make_shopper()
    token = ask(shopper)
    advance(1)
    sign_in.log_in(None, shopper.email, PASSWORD)
    with pytest.raises(BadLink):
        password.reset(token, NEW)
    token = ask(shopper)
    advance(24 * 3600)
    with pytest.raises(BadLink):
        password.reset(token, NEW)


@pytest.mark.django_db
def test_unknown_email_costs_the_same_and_sends_nothing(make_shopper: Any, mail_outbox: Any) -> None:
    """Known, unknown and closed: the same statements, so the time does not tell; only the known one gets a mail."""
    shopper, closed = make_shopper(), make_shopper(is_active=False)
    told = []
    for email in (shopper.email, "nobody@example.com", closed.email):
        dynamic.get("THROTTLING_SETTINGS")  # read ahead, so that the first of the three does not pay for it
        with CaptureQueriesContext(connection) as statements:
            password.forget(email, SITE)
        told.append([found["sql"].split()[:4] for found in statements])
    assert told[0] == told[1] == told[2]
    assert [mail.to for mail in mail_outbox()] == [shopper.email]


@pytest.mark.django_db
def test_more_requests_for_one_email_are_dropped_in_silence(make_shopper: Any, mail_outbox: Any) -> None:
    """Five an hour, known or not; one address that asks for many is told to wait."""
    shopper = make_shopper()
    for _ in range(7):
        password.forget(shopper.email, SITE)
    assert len(mail_outbox()) == 5
    context.enter(context.Caller(ip="198.51.100.7"))
    for number in range(5):
        password.forget(f"nobody{number}@example.com", SITE)
    with pytest.raises(TooMany) as refused:
        password.forget("nobody@example.com", SITE)
    assert refused.value.redirect_url is None


@pytest.mark.django_db
def test_guest_sets_the_first_password(make_shopper: Any) -> None:
    """A guest becomes registered, under a new session key; whoever has a password must change it instead."""
    guest = make_shopper(password=None, user_type="guest")
    session = session_of(guest)
    assert fields_of(lambda: password.set_first(guest, session, "short")) == ["password2"]
    opened = password.set_first(guest, session, NEW)
    current = Shopper.objects.get(pk=guest.pk)
    assert current.user_type == "registered"
    assert check_password(NEW, current.password)
    assert sessions.find(opened.key)
    assert fields_of(lambda: password.set_first(current, session, "Third-horse-9")) == ["non_field_errors"]
    assert check_password(NEW, Shopper.objects.get(pk=guest.pk).password)


@pytest.mark.django_db
def test_guest_can_reset(make_shopper: Any, ask: Any) -> None:
    """Somebody without a password gets one by link, and is registered then."""
    guest = make_shopper(password=None, user_type="guest")
    password.reset(ask(guest), NEW)
    current = Shopper.objects.get(pk=guest.pk)
    assert (current.user_type, check_password(NEW, current.password)) == ("registered", True)


@pytest.mark.django_db(transaction=True)
def test_one_link_used_at_once(make_shopper: Any, ask: Any) -> None:
    """Of parallel uses of one link exactly one sets the password."""
    shopper = make_shopper()
    token = ask(shopper)

    def use(number: int) -> str:
        try:
            password.reset(token, f"Parallel-horse-{number}")
        except BadLink:
            return "bad link"
        finally:
            connections.close_all()
        return f"Parallel-horse-{number}"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(use, range(6)))
    [won] = set(outcomes) - {"bad link"}
    assert outcomes.count("bad link") == 5
    assert check_password(won, Shopper.objects.get(pk=shopper.pk).password)


@pytest.mark.django_db(transaction=True)
def test_change_and_sign_in_at_once(make_shopper: Any) -> None:
    """No session opened with the old password outlives the change of it."""
    shopper = make_shopper()
    session = session_of(shopper)

    def enter(_: int) -> int | None:
        try:
            return sign_in.log_in(None, shopper.email, PASSWORD).session_id
        except sign_in.BadCredentials:
            return None
        finally:
            connections.close_all()

    def change(_: int) -> None:
        try:
            password.change(shopper, session, PASSWORD, NEW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(enter, 0), pool.submit(enter, 1), pool.submit(change, 2), pool.submit(enter, 3)]
        for each in done:
            each.result()
    assert list(Session.objects.values_list("pk", flat=True)) == [session.pk]
