"""What becomes of a queued message."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from constance.codecs import dumps
from constance.models import Constance

from patron.gateways import delivery, faults, outbox
from patron.gateways.models import CapturedMail, CapturedSms, OutgoingMail, OutgoingSms, State
from patron.gateways.tasks import BUG_WAIT, WhileItHelps, sweep
from patron.kernel import clock, dynamic
from tests.gateways.conftest import jobs

pytestmark = pytest.mark.django_db
ORDINARY, UNREACHABLE, FAILING_TWICE = "+905551112233", "+905000000003", "+905000000006"
ANSWER_LOST, OUT_OF_ORDER = "+905000000009", "+905000000010"


def code_to(number: str, seconds: int = 180) -> OutgoingSms:
    expires_at = clock.now() + timedelta(seconds=seconds)
    message_id = outbox.queue_sms(number, "Your code is 482911", purpose="login", is_otp=True, expires_at=expires_at)
    return OutgoingSms.objects.get(pk=message_id)


def a_mail() -> OutgoingMail:
    return OutgoingMail.objects.get(pk=outbox.queue_mail("a@shop.example", "Welcome", "text", purpose="welcome"))


@pytest.fixture
def deliver_until_done(run_jobs, pass_time):
    """`deliver_until_done()` runs each try when it is due; returns after how many seconds each retry came."""

    def deliver() -> list[float]:
        tries, passed = [], 0.0
        run_jobs()
        while waiting := jobs():
            (job,) = waiting
            wait = (job.scheduled_at - datetime.now(UTC)).total_seconds()
            pass_time(wait)
            passed += wait
            tries.append(passed)
            type(job)._default_manager.filter(pk=job.pk).update(scheduled_at=None)
            run_jobs()
            assert len(tries) < 500
        return tries

    return deliver


def test_a_delivered_message_is_sent_and_its_words_are_gone(run_jobs):
    """The row says when, through which gateway and at which try; what it said is erased."""
    message = code_to(ORDINARY)
    run_jobs()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.gateway) == (State.SENT, 1, "inbox")
    assert message.sealed_content is None
    assert message.sent_at is not None
    assert jobs() == []


def test_what_was_sent_is_not_sent_again(run_jobs):
    """A worker that is killed after "sent" was committed leaves a job behind, which finds nothing to do."""
    message = code_to(ORDINARY)
    run_jobs()
    CapturedSms.objects.all().delete()

    delivery.deliver_sms(message.pk)

    message.refresh_from_db()
    assert message.attempts == 1
    assert not CapturedSms.objects.exists()


def test_a_permanent_failure_ends_it(run_jobs):
    """No retry; the reason stays, the words do not."""
    message = code_to(UNREACHABLE)
    run_jobs()

    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, "unreachable (magic number)")
    assert message.sealed_content is None
    assert jobs() == []


def test_a_temporary_failure_is_tried_again(deliver_until_done):
    """The third try of this number arrives, within seconds."""
    message = code_to(FAILING_TWICE)
    tries = deliver_until_done()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.trouble) == (State.SENT, 3, "")
    assert CapturedSms.objects.get().to == FAILING_TWICE
    assert tries[-1] < 10


def test_a_lost_answer_makes_no_second_sms(deliver_until_done):
    """The worker sends again, with the id of the row, by which the provider knows it."""
    message = code_to(ANSWER_LOST)
    deliver_until_done()

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.SENT, 2)
    assert CapturedSms.objects.get().message_id == message.pk


def test_a_code_is_tried_within_its_life_only(deliver_until_done):
    """No try comes after the code is dead, and the last ones are close enough to be of use."""
    message = code_to(OUT_OF_ORDER, seconds=180)
    tries = deliver_until_done()

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.sealed_content is None
    assert message.attempts == len(tries) + 1 >= 10
    assert 150 < tries[-1] < 180


def test_a_code_that_waited_too_long_is_not_sent(run_jobs, pass_time):
    """The worker was away for longer than the code lived."""
    message = code_to(ORDINARY, seconds=60)
    pass_time(61)
    run_jobs()

    message.refresh_from_db()
    assert (message.state, message.trouble, message.attempts) == (State.FAILED, "expired", 0)
    assert message.sealed_content is None
    assert not CapturedSms.objects.exists()


def test_a_code_without_an_end_lives_ten_minutes():
    """No caller can queue a code that is sent tomorrow."""
    outbox.queue_sms(ORDINARY, "Your code is 482911", purpose="login", is_otp=True)

    message = OutgoingSms.objects.get()
    assert message.expires_at - message.created_at == timedelta(minutes=10)


def test_a_mail_is_tried_for_a_day_and_then_left_to_staff(deliver_until_done):
    """At least 24 hours, at most half an hour apart; its content stays, so that it can be sent again."""
    message = a_mail()
    faults.put("mail", latency_ms=0, error_rate=0, outage=True)
    tries = deliver_until_done()

    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, "out of order (sandbox)")
    assert tries[-1] >= 24 * 3600
    assert max(after - before for before, after in itertools.pairwise(tries)) <= 1801
    assert message.sealed_content is not None


def test_staff_can_send_again_what_was_given_up(deliver_until_done):
    """The provider is back; the day of tries begins anew."""
    message = a_mail()
    faults.put("mail", latency_ms=0, error_rate=0, outage=True)
    deliver_until_done()
    faults.put("mail", latency_ms=0, error_rate=0, outage=False)
    message.refresh_from_db()

    outbox.retry(message)
    deliver_until_done()

    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.SENT, "")
    assert CapturedMail.objects.get().message_id == message.pk


@pytest.mark.parametrize("number", [ORDINARY, UNREACHABLE])
def test_what_has_no_words_left_cannot_be_sent_again(run_jobs, number):
    """Neither what arrived nor what was refused for good."""
    message = code_to(number)
    run_jobs()

    with pytest.raises(outbox.NothingLeft):
        outbox.retry(message)
    assert jobs() == []


def test_a_message_of_an_erased_person_is_let_be(run_jobs):
    """Anonymising empties the row while its job waits."""
    message = a_mail()
    OutgoingMail.objects.update(to="", sealed_content=None)
    run_jobs()

    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, "erased")


def test_content_sealed_under_a_lost_key_fails_for_good(run_jobs, settings):
    """And says why, so that an operator can put the old key back next time."""
    message = a_mail()
    OutgoingMail.objects.update(sealed_content=b"gAAAAAsealed elsewhere")
    run_jobs()

    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, "sealed under another secret key")


def test_without_a_provider_production_keeps_trying(run_jobs, settings):
    """The inbox shows codes in clear, so it takes none; an operator who names a provider in time loses none."""
    settings.SANDBOX = False
    message, mail = code_to(ORDINARY), a_mail()
    run_jobs()

    message.refresh_from_db()
    mail.refresh_from_db()
    assert (message.state, message.attempts) == (State.QUEUED, 1)
    assert "SMS_GATEWAY" in message.trouble
    assert (mail.state, mail.attempts) == (State.QUEUED, 1)
    assert "EMAIL_URL" in mail.trouble
    assert not CapturedSms.objects.exists()
    assert not CapturedMail.objects.exists()


def test_an_operator_changes_the_provider_while_messages_wait(provider, deliver_until_done):
    """The next try goes to the new one; a name that SMS_GATEWAYS does not hold is trouble that passes."""
    # `put` would refuse it; a restored backup may hold it
    Constance.objects.create(key="SMS_GATEWAY", value=dumps("acme"))
    message = code_to(ORDINARY)
    config = {"base_url": provider.url, "username": "u", "password": "p", "sender": "SHOP", "timeout": 2}
    with pytest.raises(delivery.Postponed, match="SMS_GATEWAYS"):
        delivery.deliver_sms(message.pk)

    dynamic.put("SMS_GATEWAYS", {"acme": config}, staff_id=None, source="test")
    deliver_until_done()

    message.refresh_from_db()
    assert (message.state, message.gateway, message.attempts) == (State.SENT, "acme", 2)
    assert [request.path for request in provider.requests] == ["/send-sms"]


def test_a_bug_is_tried_again_but_not_for_ever():
    """A database that was away for minutes costs no message."""
    job = type("Job", (), {"attempts": 0})()
    strategy = WhileItHelps()

    again = strategy.get_retry_decision(exception=RuntimeError(), job=job)
    assert (again.retry_at - datetime.now(UTC)).total_seconds() == pytest.approx(BUG_WAIT, abs=2)
    job.attempts = 20
    assert strategy.get_retry_decision(exception=RuntimeError(), job=job) is None


def test_old_records_are_swept_and_waiting_ones_are_not(run_jobs, pass_time):
    """Sent records go after MESSAGE_KEEP_DAYS, captured ones after 30 days, what waits never."""
    dynamic.put("MESSAGE_KEEP_DAYS", 40, staff_id=None, source="test")
    code_to(ORDINARY)
    run_jobs()
    waiting = a_mail()

    pass_time(31 * 86400)
    sweep.func(timestamp=0)
    assert (OutgoingSms.objects.count(), CapturedSms.objects.count()) == (1, 0)

    pass_time(10 * 86400)
    sweep.func(timestamp=0)
    assert not OutgoingSms.objects.exists()
    assert OutgoingMail.objects.get() == waiting


def test_content_kept_for_a_retry_is_erased_after_a_week(pass_time):
    """Nobody sent it again, so nobody needs it."""
    a_mail()
    OutgoingMail.objects.update(state=State.FAILED)

    pass_time(6 * 86400)
    sweep.func(timestamp=0)
    assert OutgoingMail.objects.get().sealed_content is not None

    pass_time(2 * 86400)
    sweep.func(timestamp=0)
    assert OutgoingMail.objects.get().sealed_content is None
