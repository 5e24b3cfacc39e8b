"""Everything as after the first start."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.accounts.models import Consent, Session, Shopper
from patron.channels.models import Staff
from patron.gateways import faults, outbox
from patron.gateways.models import CapturedSms, OutgoingMail, OutgoingSms
from patron.kernel import clock, dynamic, limits, transactions
from patron.kernel.models import Counter, SettingChange
from patron.sandbox import demo, reset, timeshift
from patron.sandbox.models import ClockOffset
from tests.moments import has_to_wait

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_jobs():
    """The queue's tables are not emptied between tests as the others are."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers")


def deliveries() -> list[str]:
    """The states of the jobs that deliver messages; the demo's own events have jobs as well."""
    return list(ProcrastinateJob.objects.filter(task_name__startswith="gateways.").values_list("status", flat=True))


def test_reset_leaves_the_demo_alone(run_jobs):
    """Shoppers, sessions, ledger, messages, counters, jobs, clock, faults and settings are as after the first start."""
    demo.load()
    made = Shopper.objects.get(email=demo.SHOPPER_EMAIL)
    Shopper.objects.filter(pk=made.pk).update(first_name="Changed")
    now = clock.now()
    Session.objects.create(key_digest="d", shopper=made, created_at=now, expires_at=now, last_seen_at=now)
    outbox.queue_sms("+905551112233", "text", purpose="test")
    run_jobs()
    outbox.queue_mail("a@shop.example", "Hi", "text", purpose="test")
    limits.hit("test", "somebody", limits.Limit(5, 60))
    timeshift.move(3600)
    faults.put("sms", latency_ms=10, error_rate=0, outage=True)
    dynamic.put("SHOP_NAME", "Changed", staff_id=None, source="test")
    dynamic.put("THROTTLE_EXEMPT_NETWORKS", [], staff_id=None, source="test")

    reset.run()

    for emptied in (Session, OutgoingSms, OutgoingMail, CapturedSms):
        assert not emptied.objects.exists(), emptied
    assert not Counter.objects.filter(key__startswith="test:").exists(), "those left are the demo's own"
    assert deliveries() == []
    assert not ClockOffset.objects.exclude(seconds=0).exists()
    assert not any(fault["outage"] for fault in faults.every())
    assert dynamic.get("SHOP_NAME") == "Patron"
    assert dynamic.get("THROTTLE_EXEMPT_NETWORKS") == demo.SETTINGS["THROTTLE_EXEMPT_NETWORKS"]
    shopper = Shopper.objects.get(email=demo.SHOPPER_EMAIL)
    assert shopper.first_name == "Ayşe"
    assert shopper.pk != made.pk  # ids go on, so nothing on its way can mean a new row
    assert set(Consent.objects.values_list("shopper__email", flat=True)) <= {person.email for person in demo.PEOPLE}


def test_staff_and_the_audit_of_settings_outlive_a_reset():
    """A developer's token still works, and the change of a setting is still told."""
    demo.load()
    dynamic.put("SHOP_NAME", "Changed", staff_id=None, source="test")
    member = Staff.objects.get(username=demo.STAFF_USERNAME)

    reset.run()

    assert Staff.objects.get(username=demo.STAFF_USERNAME) == member
    assert list(SettingChange.objects.filter(name="SHOP_NAME").order_by("id").values_list("source", flat=True)) == [
        "test",
        "reset",
    ]


def test_a_job_at_hand_is_left_to_its_worker():
    """It finishes and finds nothing to do."""
    outbox.queue_sms("+905551112233", "text", purpose="test")
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_fetch_job_v2(%s, NULL)", [[outbox.MESSAGES]])

    reset.run()

    assert deliveries() == ["doing"]


def test_nobody_is_broken_off_who_holds_one_table_and_asks_for_another(monkeypatch):
    """A reset that kept the tables it has while it waits for one would be the other half of a deadlock."""
    monkeypatch.setattr(transactions, "MAX_TRIES", 1)
    first, *_, last = reset.tables()
    with ThreadPoolExecutor(1) as somebody:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {last} IN ROW EXCLUSIVE MODE")
            doing = has_to_wait(somebody, reset.run)
            cursor.execute(f"LOCK TABLE {first} IN ROW EXCLUSIVE MODE")
        doing.result(20)
    assert Shopper.objects.filter(email=demo.SHOPPER_EMAIL).exists()


def test_a_table_that_is_held_for_long_is_waited_for(monkeypatch):
    """After so many tries as any other transaction waits."""
    monkeypatch.setattr(reset, "_TRIES", 1)
    table = reset.tables()[0]
    with ThreadPoolExecutor(1) as somebody:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
            doing = has_to_wait(somebody, reset.run)
        doing.result(20)
    assert Shopper.objects.filter(email=demo.SHOPPER_EMAIL).exists()


def test_tables_that_are_free_are_asked_for_once():
    with CaptureQueriesContext(connection) as asked:
        reset.run()
    assert sum(query["sql"].startswith("LOCK TABLE") for query in asked) == 1
