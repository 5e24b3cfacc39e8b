"""Changing and confirming an e-mail, without HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from patron.accounts import email_change
from patron.accounts.links import BadLink
from patron.accounts.models import Consent, Shopper
from patron.gateways.models import CapturedMail
from patron.kernel import dynamic
from patron.kernel.errors import Invalid, TooMany
from tests.accounts.conftest import PASSWORD

NEW = "New.Address@Example.org"
SITE = "https://shop.example"


def start(shopper: Shopper, email: str = NEW, *, password: str = PASSWORD, allowed: bool | None = None) -> None:
    email_change.start(shopper, email, password, allowed, SITE)


def refused_fields(shopper: Shopper, email: str = NEW, *, password: str = PASSWORD) -> list[str]:
    with pytest.raises(Invalid) as refused:
        start(shopper, email, password=password)
    return list(refused.value.fields)


def token_in(mail: CapturedMail) -> str:
    found = re.search(rf"{SITE}/users/(?:email-set-primary|registration/account-confirm-email)/([^/\s]+)/", mail.text)
    assert found
    return found[1]


def link_to(address: str, mails: list[CapturedMail]) -> str:
    return token_in(next(mail for mail in mails if mail.to == address))


@pytest.mark.django_db
def test_link_goes_to_the_new_address_and_notice_to_the_old(make_shopper: Any, mail_outbox: Any) -> None:
    """Nothing is changed until the link is used; the old address learns of it without a link."""
    shopper = make_shopper(email_allowed=True)
    start(shopper)
    mails = {mail.to: mail for mail in mail_outbox()}
    assert set(mails) == {NEW, shopper.email}
    assert "/users/" not in mails[shopper.email].text
    assert mails[shopper.email].subject == "Patron: a new e-mail address was asked for"
    assert Shopper.objects.get(pk=shopper.pk).email == shopper.email


@pytest.mark.django_db
def test_confirmed_change_leaves_the_permission_behind(make_shopper: Any, mail_outbox: Any) -> None:
    """The new address is kept as it was typed and is verified; the permission was the old one's, which is recorded."""
    shopper = make_shopper(email_allowed=True, sms_allowed=True)
    start(shopper)
    email_change.confirm(link_to(NEW, mail_outbox()))
    current = Shopper.objects.get(pk=shopper.pk)
    assert (current.email, current.email_allowed, current.sms_allowed) == (NEW, False, True)
    assert current.email_verified_at is not None
    row = Consent.objects.get()
    assert (row.channel, row.old_value, row.new_value, row.is_proven) == ("email", True, False, False)
    assert row.source == "GET /users/email-set-primary/"


@pytest.mark.django_db
@pytest.mark.parametrize(("stated", "rows"), [(True, [(False, True, True)]), (False, [])])
def test_stated_permission_is_the_new_addresss(
    make_shopper: Any, mail_outbox: Any, stated: bool, rows: list[Any]
) -> None:
    """What the request states holds for the new address, which the link proves."""
    shopper = make_shopper(email_allowed=False)
    start(shopper, allowed=stated)
    email_change.confirm(link_to(NEW, mail_outbox()))
    assert Shopper.objects.get(pk=shopper.pk).email_allowed is stated
    assert list(Consent.objects.values_list("old_value", "new_value", "is_proven")) == rows


@pytest.mark.django_db
def test_letter_case_alone_keeps_the_permission(make_shopper: Any, mail_outbox: Any) -> None:
    """The same mailbox written another way is the shopper's own and needs no new permission."""
    shopper = make_shopper(email="ada@example.com", email_allowed=True)
    start(shopper, "Ada@Example.com")
    email_change.confirm(link_to("Ada@Example.com", mail_outbox()))
    current = Shopper.objects.get(pk=shopper.pk)
    assert (current.email, current.email_allowed) == ("Ada@Example.com", True)
    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_refusals_by_field(make_shopper: Any, mail_outbox: Any) -> None:
    """The same address, a taken one in any letter case, a wrong password; nothing is sent."""
    shopper, other = make_shopper(), make_shopper()
    closed = make_shopper(is_active=False)
    assert refused_fields(shopper, shopper.email) == ["email"]
    assert refused_fields(shopper, other.email.upper()) == ["email"]
    assert refused_fields(shopper, password="wrong") == ["password"]
    assert mail_outbox() == []
    start(shopper, closed.email)
    assert len(mail_outbox()) == 2


@pytest.mark.django_db
def test_taken_address_looks_free_without_enumeration(make_shopper: Any, mail_outbox: Any) -> None:
    """With PREVENT_ENUMERATION only the mailbox tells; its owner gets no link to somebody's account."""
    dynamic.put("PREVENT_ENUMERATION", True, staff_id=None, source="test")
    shopper, other = make_shopper(), make_shopper()
    start(shopper, other.email)
    assert [mail.to for mail in mail_outbox()] == [shopper.email]


@pytest.mark.django_db
def test_requests_are_limited(make_shopper: Any) -> None:
    """Nobody can have mails sent to strangers without end."""
    shopper = make_shopper()
    for number in range(5):
        start(shopper, f"victim{number}@example.org")
    with pytest.raises(TooMany):
        start(shopper, "victim@example.org")


@pytest.mark.django_db
def test_link_works_once(make_shopper: Any, mail_outbox: Any, advance: Any) -> None:
    """A second use is refused, also after the shopper has gone back to the old address."""
    shopper = make_shopper(email="old@example.com")
    start(shopper)
    there = link_to(NEW, mail_outbox())
    email_change.confirm(there)
    with pytest.raises(BadLink):
        email_change.confirm(there)
    advance(1)
    start(Shopper.objects.get(pk=shopper.pk), "old@example.com")
    email_change.confirm(link_to("old@example.com", mail_outbox()))
    with pytest.raises(BadLink):
        email_change.confirm(there)
    assert Shopper.objects.get(pk=shopper.pk).email == "old@example.com"


@pytest.mark.django_db
def test_new_password_voids_the_request(make_shopper: Any, mail_outbox: Any) -> None:
    """What the notice to the old address promises."""
    shopper = make_shopper()
    start(shopper)
    Shopper.objects.filter(pk=shopper.pk).update(password="changed")
    with pytest.raises(BadLink):
        email_change.confirm(link_to(NEW, mail_outbox()))


@pytest.mark.django_db
def test_address_taken_meanwhile(make_shopper: Any, mail_outbox: Any) -> None:
    """Who took the address while the link was on its way keeps it."""
    shopper = make_shopper()
    start(shopper)
    make_shopper(email=NEW.lower())
    with pytest.raises(Invalid) as refused:
        email_change.confirm(link_to(NEW, mail_outbox()))
    assert list(refused.value.fields) == ["email"]
    assert Shopper.objects.get(pk=shopper.pk).email == shopper.email


@pytest.mark.django_db(transaction=True)
def test_two_shoppers_confirm_one_address(make_shopper: Any, mail_outbox: Any) -> None:
    """Of two links to one mailbox used at once exactly one changes an e-mail."""
    tokens = []
    for shopper in (make_shopper(), make_shopper()):
        start(shopper)
        tokens.append(link_to(NEW, mail_outbox()))

    def confirm(token: str) -> str:
        try:
            email_change.confirm(token)
        except Invalid as refused:
            return ",".join(refused.fields)
        finally:
            connections.close_all()
        return "changed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(confirm, tokens))
    assert sorted(outcomes) == ["changed", "email"]
    assert Shopper.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db
def test_registration_is_confirmed_by_link(make_shopper: Any, mail_outbox: Any, advance: Any) -> None:
    """The link marks the e-mail as verified, again without harm; not after the address has changed."""
    shopper = make_shopper()
    email_change.confirmation_mail(shopper, SITE)
    token = link_to(shopper.email, mail_outbox())
    email_change.confirm_first(token)
    verified_at = Shopper.objects.get(pk=shopper.pk).email_verified_at
    assert verified_at is not None
    advance(60)
    email_change.confirm_first(token)
    assert Shopper.objects.get(pk=shopper.pk).email_verified_at == verified_at
    Shopper.objects.filter(pk=shopper.pk).update(email=NEW, email_verified_at=None)
    with pytest.raises(BadLink):
        email_change.confirm_first(token)
