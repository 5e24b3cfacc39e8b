"""What other rooms say reaches the rules, and the standing follows every change that a rule can see."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from patron.accounts import anonymizing, consent, profile
from patron.accounts.models import Session, Shopper
from patron.kernel import clock, events
from patron.segments.models import Facts, Standing

pytestmark = pytest.mark.django_db
WOMEN = {"field": "gender", "op": "eq", "value": "female"}
ORDERS = {
    "order_count": 3,
    "order_totals": {"TRY": "1234.50", "usd": 7},
    "last_order_date": "2024-05-31",
    "channels": ["6", "web"],
}


def chosen(shopper: Shopper) -> int | None:
    return Standing.objects.get(shopper=shopper).chosen_id


def test_a_new_shopper_is_looked_at(make_shopper: Any, make_segment: Any, run_jobs: Any) -> None:
    """After the transaction, by the worker."""
    shopper, segment = make_shopper(), make_segment()
    events.put("shopper.registered", shopper_id=shopper.pk)
    assert not Standing.objects.exists()
    run_jobs()
    assert chosen(shopper) == segment.pk


def test_a_change_of_the_profile_is_seen(make_shopper: Any, sign_in: Any, make_segment: Any, run_jobs: Any) -> None:
    """Through the shopper's own endpoint."""
    women, all_of_them = make_segment("Women", rule=WOMEN, priority=0), make_segment(priority=1)
    shopper = make_shopper(gender="male")
    sign_in(shopper).patch("/users/profile/", {"last_name": "Kaya"}, content_type="application/json")
    run_jobs()
    assert chosen(shopper) == all_of_them.pk
    sign_in(shopper).patch("/users/profile/", {"gender": "female"}, content_type="application/json")
    run_jobs()
    kept = Standing.objects.get(shopper=shopper)
    assert (kept.available, kept.chosen_id) == ([women.pk, all_of_them.pk], all_of_them.pk), "the choice stays"


def test_a_change_of_consent_is_seen(make_shopper: Any, make_segment: Any, run_jobs: Any) -> None:
    """A permission is a field of rules."""
    segment = make_segment(rule={"field": "sms_allowed", "op": "eq", "value": True})
    shopper = make_shopper()
    before = consent.snapshot(shopper)
    Shopper.objects.filter(pk=shopper.pk).update(sms_allowed=True)
    shopper.refresh_from_db()
    consent.record(shopper, before, source="test")
    run_jobs()
    assert chosen(shopper) == segment.pk


def test_a_choice_by_hand_stays_while_it_fits(
    make_shopper: Any, sign_in: Any, make_segment: Any, run_jobs: Any
) -> None:
    """And then gives way to the first that fits."""
    first, women = make_segment("First", priority=0), make_segment("Women", rule=WOMEN, priority=1)
    shopper = make_shopper(gender="female")
    sign_in(shopper).post(f"/users/segments/{women.pk}/set/")
    events.put("shopper.changed", shopper_id=shopper.pk)
    run_jobs()
    kept = Standing.objects.get(shopper=shopper)
    assert (kept.chosen_id, kept.is_manual) == (women.pk, True)
    Shopper.objects.filter(pk=shopper.pk).update(gender="male")
    events.put("shopper.changed", shopper_id=shopper.pk)
    run_jobs()
    kept = Standing.objects.get(shopper=shopper)
    assert (kept.chosen_id, kept.is_manual, kept.available) == (first.pk, False, [first.pk])


def test_points_are_noted_and_seen(make_shopper: Any, make_segment: Any, run_jobs: Any) -> None:
    """The number the card has now; null when it is gone."""
    segment = make_segment(rule={"field": "loyalty_points", "op": "gte", "value": 100.5})
    shopper = make_shopper()
    for points, expected in ((100.5, segment.pk), ("100.49", None), (250, segment.pk), (None, None)):
        events.put("loyalty.changed", shopper_id=shopper.pk, points=points)
        run_jobs()
        assert chosen(shopper) == expected
    assert Facts.objects.get(shopper=shopper).loyalty_points is None


def test_orders_are_noted_and_seen(make_shopper: Any, make_segment: Any, run_jobs: Any) -> None:
    """How many, for how much in which currency, when last, and where."""
    fitting = make_segment(
        rule={
            "all": [
                {"field": "order_count", "op": "eq", "value": 3},
                {"field": "order_total.try", "op": "eq", "value": 1234.5},
                {"field": "last_order_date", "op": "eq", "value": "2024-05-31"},
                {"field": "channel", "op": "in", "value": [6, "web"]},
            ]
        }
    )
    shopper = make_shopper()
    events.put("order.imported", shopper_id=shopper.pk, **ORDERS)
    run_jobs()
    assert chosen(shopper) == fitting.pk
    facts = Facts.objects.get(shopper=shopper)
    assert facts.order_totals == {"try": 1234.5, "usd": 7}
    assert (facts.last_order_date, facts.channels) == (date(2024, 5, 31), ["6", "web"])


def test_hearing_it_twice_changes_nothing(make_shopper: Any, run_jobs: Any) -> None:
    """What is said is a state and no difference."""
    shopper = make_shopper()
    for _again in range(2):
        events.put("order.imported", shopper_id=shopper.pk, **ORDERS)
    run_jobs()
    assert Facts.objects.get(shopper=shopper).order_count == 3


def test_older_news_that_comes_late_is_dropped(make_shopper: Any, run_jobs: Any) -> None:
    """Jobs may change places; orders and points are told apart."""
    shopper, now = make_shopper(), clock.now()
    events.put("order.imported", shopper_id=shopper.pk, **ORDERS | {"order_count": 5, "as_of": clock.iso(now)})
    events.put("order.imported", shopper_id=shopper.pk, **ORDERS | {"as_of": clock.iso(now - timedelta(hours=1))})
    events.put("loyalty.changed", shopper_id=shopper.pk, points=7, as_of=clock.iso(now - timedelta(hours=1)))
    run_jobs()
    facts = Facts.objects.get(shopper=shopper)
    assert (facts.order_count, facts.loyalty_points) == (5, Decimal(7))


def test_news_of_nobody_is_dropped(run_jobs: Any, make_segment: Any) -> None:
    """A shopper who never was."""
    make_segment()
    events.put("order.imported", shopper_id=10**9, **ORDERS)
    events.put("loyalty.changed", shopper_id=10**9, points=5)
    events.put("shopper.changed", shopper_id=10**9)
    run_jobs()
    assert (Facts.objects.count(), Standing.objects.count()) == (0, 0)


def test_nothing_stays_of_who_is_anonymized(make_shopper: Any, make_segment: Any, run_jobs: Any) -> None:
    """Neither facts nor standing, and news that comes later brings none back."""
    make_segment()
    shopper = make_shopper()
    events.put("order.imported", shopper_id=shopper.pk, **ORDERS)
    run_jobs()
    assert Standing.objects.filter(shopper=shopper).exists()
    anonymizing.anonymize(shopper.pk)
    events.put("order.imported", shopper_id=shopper.pk, **ORDERS)
    run_jobs()
    assert (Facts.objects.count(), Standing.objects.count()) == (0, 0)


def test_a_change_by_staff_is_seen(make_shopper: Any, make_segment: Any, run_jobs: Any, clerk: Any) -> None:
    """In the console."""
    segment = make_segment(rule=WOMEN)
    shopper = make_shopper(gender="male")
    profile.change_by_staff(shopper.pk, {"gender": "female"}, clerk.pk)
    run_jobs()
    assert chosen(shopper) == segment.pk
    assert Session.objects.count() == 0
