"""The phone-code dance without HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from patron.accounts import sessions, verification
from patron.accounts.models import Challenge
from patron.accounts.verification import Ask, Purpose
from patron.kernel import dynamic
from patron.kernel.errors import Invalid, Refusal, TooMany

PHONE = "+905551112233"


@pytest.fixture
def ask(make_shopper: Any) -> Ask:
    shopper = make_shopper()
    opened = sessions.sign_in(None, shopper)
    return Ask(opened.session_id, Purpose.PROFILE, PHONE, {"email": shopper.email}, shopper.pk, "en")


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{4,10}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def refused(ask: Ask, code: str) -> str:
    with pytest.raises(Refusal) as caught:
        verification.evaluate(ask, code)
    return caught.value.code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


@pytest.mark.django_db
def test_right_code_is_a_proof_that_is_spent_once(ask: Ask, sms_outbox: Any) -> None:
    """A right code proves the phone; the second use of the same code is refused."""
    verification.start(ask)
    code = code_of(sms_outbox)
    proof = verification.evaluate(ask, code)
    assert proof.phone == PHONE
    verification.spend(proof)
    with pytest.raises(Refusal):
        verification.spend(proof)
    assert refused(ask, code) == verification.PHONE_MISMATCH


@pytest.mark.django_db
def test_code_before_any_request(ask: Ask) -> None:
    """Without a challenge no code can be right."""
    assert refused(ask, "123456") == verification.PHONE_MISMATCH


@pytest.mark.django_db
def test_code_of_another_phone_session_or_purpose(ask: Ask, sms_outbox: Any, make_shopper: Any) -> None:
    """A code is for one phone, one session and one purpose."""
    from dataclasses import replace

    verification.start(ask)
    code = code_of(sms_outbox)
    other = sessions.sign_in(None, make_shopper())
    assert refused(replace(ask, phone="+905551112234"), code) == verification.PHONE_MISMATCH
    assert refused(replace(ask, session_id=other.session_id), code) == verification.PHONE_MISMATCH
    assert refused(replace(ask, purpose=Purpose.LOGIN), code) == verification.PHONE_MISMATCH
    assert verification.evaluate(ask, code).phone == PHONE


@pytest.mark.django_db
def test_tries_are_bounded_even_for_the_right_code(ask: Ask, sms_outbox: Any) -> None:
    """After SMS_OTP_MAX_ATTEMPTS tries the right code is refused too."""
    verification.start(ask)
    code = code_of(sms_outbox)
    for _ in range(dynamic.get("SMS_OTP_MAX_ATTEMPTS")):
        assert refused(ask, wrong(code)) == verification.CODE_MISMATCH
    assert refused(ask, code) == verification.TOO_MANY_TRIES


@pytest.mark.django_db
def test_code_expires(ask: Ask, sms_outbox: Any, advance: Any) -> None:
    """A code lives SMS_OTP_EXPIRE_TIME seconds; a resend gives a new one."""
    verification.start(ask)
    code = code_of(sms_outbox)
    advance(dynamic.get("SMS_OTP_EXPIRE_TIME") + 1)
    assert refused(ask, code) == verification.EXPIRED
    verification.resend(ask)
    assert verification.evaluate(ask, code_of(sms_outbox)).phone == PHONE


@pytest.mark.django_db
def test_resend_kills_the_old_code_and_waits(ask: Ask, sms_outbox: Any, advance: Any) -> None:
    """Within SMS_OTP_RESEND_SECONDS no other SMS goes out; then the new code is the only one."""
    verification.start(ask)
    old = code_of(sms_outbox)
    with pytest.raises(TooMany) as caught:
        verification.resend(ask)
    assert 0 < caught.value.wait_seconds <= dynamic.get("SMS_OTP_RESEND_SECONDS")
    assert len(sms_outbox()) == 1
    advance(dynamic.get("SMS_OTP_RESEND_SECONDS") + 1)
    verification.resend(ask)
    new = code_of(sms_outbox)
    assert len(sms_outbox()) == 2
    if old != new:
        assert refused(ask, old) == verification.CODE_MISMATCH
    assert verification.evaluate(ask, new).phone == PHONE


@pytest.mark.django_db
def test_first_step_twice_sends_one_sms(ask: Ask, sms_outbox: Any) -> None:
    """A double click keeps the code that is on its way."""
    verification.start(ask)
    verification.start(ask)
    assert len(sms_outbox()) == 1


@pytest.mark.django_db
def test_resend_without_a_first_step(ask: Ask, sms_outbox: Any) -> None:
    """There is nothing to send again."""
    with pytest.raises(Refusal) as caught:
        verification.resend(ask)
    assert caught.value.code == verification.PHONE_MISMATCH
    assert sms_outbox() == []


@pytest.mark.django_db
def test_number_quota_spares_the_budget(ask: Ask, sms_outbox: Any, advance: Any, setting: Any) -> None:
    """A refused sending counts against no quota, since its transaction is rolled back."""
    setting("SMS_SENDS_PER_NUMBER", [{"count": 2, "duration": "10m"}])
    setting("SMS_BUDGET_PER_HOUR", 3)
    verification.start(ask)
    for _ in range(4):
        advance(31)
        try:
            verification.resend(ask)
        except TooMany:
            continue
    assert len(sms_outbox()) == 2
    from dataclasses import replace

    verification.start(replace(ask, phone="+905551112299"))
    assert len(sms_outbox()) == 3


@pytest.mark.django_db
def test_budget_of_the_shop(ask: Ask, setting: Any) -> None:
    """An empty budget sends nothing to anybody."""
    setting("SMS_BUDGET_PER_HOUR", 0)
    with pytest.raises(TooMany):
        verification.start(ask)
    assert not Challenge.objects.exists()


@pytest.mark.django_db
def test_country_that_is_not_served(ask: Ask, setting: Any) -> None:
    """No code goes to a country outside SMS_ALLOWED_COUNTRIES."""
    setting("SMS_ALLOWED_COUNTRIES", ["DE"])
    with pytest.raises(Invalid) as caught:
        verification.start(ask)
    assert list(caught.value.fields) == ["phone"]


@pytest.mark.django_db
def test_decoy_sends_nothing_and_has_no_right_code(ask: Ask, sms_outbox: Any) -> None:
    """A decoy goes through every motion, and no code confirms it."""
    from dataclasses import replace

    verification.start(replace(ask, is_decoy=True))
    assert sms_outbox() == []
    assert refused(ask, "000000") == verification.CODE_MISMATCH


@pytest.mark.django_db
def test_storage_holds_no_clear_code(ask: Ask, sms_outbox: Any) -> None:
    """Neither the challenge nor the message on its way shows the code."""
    from patron.gateways.models import OutgoingSms

    verification.start(ask)
    queued = OutgoingSms.objects.get()
    challenge = Challenge.objects.get()
    code = code_of(sms_outbox)
    assert code not in str(vars(queued)) + str(bytes(queued.sealed_content or b""))
    assert code not in str(vars(challenge))
    queued.refresh_from_db()
    assert queued.sealed_content is None


@pytest.mark.django_db
def test_kvkk_binds_what_was_submitted(ask: Ask, sms_outbox: Any, setting: Any) -> None:
    """In KVKK mode another permission than in step 1 is refused, with the submitted values."""
    from dataclasses import replace

    setting("REGISTRATION_MODE", "kvkk")
    stated = {"email": "a@b.example", "email_allowed": True, "sms_allowed": True, "call_allowed": None}
    first = replace(ask, consent=stated)
    verification.start(first)
    code = code_of(sms_outbox)
    with pytest.raises(Refusal) as caught:
        verification.evaluate(replace(first, consent=stated | {"sms_allowed": False}), code)
    assert caught.value.code == verification.CONSENT_MISMATCH
    assert "False, True, None, a@b.example" in str(caught.value.text)
    assert verification.evaluate(first, code).phone == PHONE


@pytest.mark.django_db(transaction=True)
def test_a_try_is_refused_inside_a_transaction(ask: Ask) -> None:
    """An uncommitted try could be raced, so it is a programming error."""
    with transaction.atomic(), pytest.raises(RuntimeError):
        verification.evaluate(ask, "123456")


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_guesses(ask: Ask, sms_outbox: Any) -> None:
    """Of 50 parallel wrong codes exactly SMS_OTP_MAX_ATTEMPTS are looked at."""
    verification.start(ask)
    code = wrong(code_of(sms_outbox))

    def guess(_: int) -> str:
        try:
            return refused(ask, code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(50)))
    assert answers.count(verification.CODE_MISMATCH) == dynamic.get("SMS_OTP_MAX_ATTEMPTS")
    assert answers.count(verification.TOO_MANY_TRIES) == 50 - dynamic.get("SMS_OTP_MAX_ATTEMPTS")


@pytest.mark.django_db(transaction=True)
def test_parallel_first_steps_send_one_sms(ask: Ask, sms_outbox: Any) -> None:
    """Twenty first steps of one session at once put one SMS on its way."""

    def first(_: int) -> None:
        try:
            verification.start(ask)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(first, range(20)))
    assert len(sms_outbox()) == 1
