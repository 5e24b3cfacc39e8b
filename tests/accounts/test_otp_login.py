"""Signing in with a code by SMS, without HTTP."""

import re
from datetime import timedelta
from typing import Any

import pytest

from patron.accounts import otp_login, sessions, verification
from patron.accounts.models import Challenge, Session, Shopper
from patron.accounts.sign_in import BadCredentials
from patron.accounts.verification import Ask, Purpose
from patron.kernel import clock, dynamic
from patron.kernel.errors import Invalid, Refusal, TooMany

PHONE = "+905551112233"


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def begin(phone: str = PHONE, session: Session | None = None) -> Session:
    opened = otp_login.start(session, phone)
    return Session.objects.get(pk=opened.session_id) if opened else Session.objects.get(pk=session.pk if session else 0)


def refusal(session: Session | None, code: str, phone: str = PHONE) -> str:
    with pytest.raises(Refusal) as refused:
        otp_login.confirm(session, phone, code)
    return refused.value.code


@pytest.mark.django_db
def test_right_code_signs_in_and_proves_the_phone(make_shopper: Any, sms_outbox: Any) -> None:
    """The guest's session becomes the shopper's; the code works once; the SMS is in the shopper's language."""
    shopper = make_shopper(phone="0555 111 22 33")
    session = begin()
    [sms] = sms_outbox()
    assert (sms.to, sms.is_otp) == (PHONE, True)
    assert sms.text.startswith("Patron: ")
    code = code_of(sms_outbox)
    opened = otp_login.confirm(session, PHONE, code)
    assert opened.session_id == session.pk
    assert Session.objects.get(pk=session.pk).shopper_id == shopper.pk
    assert Shopper.objects.get(pk=shopper.pk).phone_verified_at is not None
    assert refusal(Session.objects.get(pk=session.pk), code) == verification.PHONE_MISMATCH


@pytest.mark.django_db
def test_unknown_phone(make_shopper: Any, sms_outbox: Any) -> None:
    """A phone nobody has, or a closed account's, is refused by field and leaves no session.

    With PREVENT_ENUMERATION it looks known and no code is right.
    """
    make_shopper(phone=PHONE, is_active=False)
    with pytest.raises(Invalid) as refused:
        otp_login.start(None, PHONE)
    assert list(refused.value.fields) == ["phone"]
    assert not Session.objects.exists()
    dynamic.put("PREVENT_ENUMERATION", True, staff_id=None, source="test")
    session = begin()
    assert sms_outbox() == []
    assert refusal(session, "123456") == verification.CODE_MISMATCH
    with pytest.raises(TooMany):
        otp_login.resend(session, PHONE)


@pytest.mark.django_db
def test_wrong_codes(make_shopper: Any, sms_outbox: Any) -> None:
    """A wrong code, none asked for, another phone, another session's: 406 each, and nobody is signed in."""
    shopper = make_shopper(phone=PHONE)
    assert refusal(None, "123456") == verification.PHONE_MISMATCH
    session = begin()
    code = code_of(sms_outbox)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert refusal(session, wrong) == verification.CODE_MISMATCH
    assert refusal(session, code, "+905551112244") == verification.PHONE_MISMATCH
    assert refusal(begin(), code) == verification.CODE_MISMATCH
    for _ in range(3):
        refusal(session, wrong)
    assert refusal(session, code) == verification.TOO_MANY_TRIES
    assert not Session.objects.filter(shopper=shopper).exists()


@pytest.mark.django_db
def test_code_of_another_purpose_signs_nobody_in(make_shopper: Any, sms_outbox: Any) -> None:
    """A code to change the phone is no code to sign in."""
    shopper = make_shopper(phone=PHONE)
    opened = sessions.open_guest()
    verification.start(Ask(opened.session_id, Purpose.PROFILE, PHONE, {}, shopper.pk, "en"))
    session = Session.objects.get(pk=opened.session_id)
    assert refusal(session, code_of(sms_outbox)) == verification.PHONE_MISMATCH


@pytest.mark.django_db
def test_resend(make_shopper: Any, sms_outbox: Any, advance: Any) -> None:
    """After the wait another code comes and the first is dead; without a first step there is nothing to resend."""
    make_shopper(phone=PHONE)
    with pytest.raises(Refusal):
        otp_login.resend(None, PHONE)
    session = begin()
    first = code_of(sms_outbox)
    with pytest.raises(TooMany):
        otp_login.resend(session, PHONE)
    advance(31)
    otp_login.resend(session, PHONE)
    second = code_of(sms_outbox)
    if first != second:
        assert refusal(session, first) == verification.CODE_MISMATCH
    otp_login.confirm(session, PHONE, second)


@pytest.mark.django_db
def test_refused_start_leaves_no_session(make_shopper: Any) -> None:
    """Over a quota there is neither a challenge nor a session made for it."""
    make_shopper(phone=PHONE)
    dynamic.put("SMS_SENDS_PER_NUMBER", [{"count": 1, "duration": "10m"}], staff_id=None, source="test")
    begin()
    with pytest.raises(TooMany):
        otp_login.start(None, PHONE)
    assert (Session.objects.count(), Challenge.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_number_that_left_the_shopper(make_shopper: Any, sms_outbox: Any) -> None:
    """Who gave the number up while the code was on its way is not signed in by it."""
    shopper = make_shopper(phone=PHONE)
    session = begin()
    Shopper.objects.filter(pk=shopper.pk).update(phone_e164=None)
    with pytest.raises(BadCredentials):
        otp_login.confirm(session, PHONE, code_of(sms_outbox))
    assert Session.objects.get().shopper_id is None


@pytest.mark.django_db
def test_shared_number_is_its_last_provers(make_shopper: Any) -> None:
    """Where numbers need not be unique, stating somebody's number does not get in before who proved it."""
    dynamic.put("PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE", False, staff_id=None, source="test")
    now = clock.now()
    make_shopper(phone=PHONE)
    make_shopper(phone=PHONE, phone_verified_at=now - timedelta(days=2))
    last = make_shopper(phone=PHONE, phone_verified_at=now - timedelta(days=1))
    make_shopper(phone=PHONE)
    assert otp_login.find(PHONE) == last
