"""Shoppers of the own storefront are customers of each channel of type web."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction

from patron.accounts import anonymizing, personal_data_export, sessions
from patron.accounts.models import Shopper
from patron.channels.access import EVERYWHERE
from patron.channels.channels import CHANNELS
from patron.channels.models import Channel
from patron.customers import first_load, merging, storefront
from patron.customers.models import Change, Customer, CustomerMapping, Merge
from patron.kernel import clock, events
from patron.kernel.errors import Invalid, Refusal
from tests.moments import before_call, has_to_wait


@pytest.fixture
def web(make_channel: Callable[..., Channel]) -> Channel:
    """The own storefront's channel, beside a marketplace."""
    make_channel("Marketplace")
    return make_channel("Storefront", channel_type=Channel.Type.WEB)


@pytest.mark.django_db
def test_a_shopper_becomes_a_customer_and_stays_the_same_one(
    web: Channel, make_shopper: Callable[..., Shopper], run_jobs: Callable[..., int], sign_in: Any
) -> None:
    """After the registration, and after every change of the profile; of the web channel alone."""
    shopper = make_shopper(
        phone="+905301112233", gender="unknown", date_of_birth=date(2001, 1, 1), attributes={"logged_ip": "127.0.0.1"}
    )
    events.put("shopper.registered", shopper_id=shopper.pk)
    run_jobs()
    made = Customer.objects.get()
    assert (made.channel, made.channel_code, made.email) == (web, str(shopper.pk), shopper.email)
    assert (made.phone_number, made.gender, made.call_allowed) == ("+905301112233", None, False)
    assert (made.is_active, made.user_type, made.date_joined) == (True, "registered", shopper.date_joined)
    assert made.attributes == {"logged_ip": "127.0.0.1"}
    changed = sign_in(shopper).patch(
        "/users/profile/", {"first_name": "Bea", "sms_allowed": True}, content_type="application/json"
    )
    assert changed.status_code == 200
    run_jobs()
    now = Customer.objects.get()
    assert (now.pk, now.first_name, now.sms_allowed) == (made.pk, "Bea", True)
    assert now.modified_date > made.modified_date


@pytest.mark.django_db
def test_what_staff_wrote_stays(web: Channel, make_shopper: Callable[..., Shopper]) -> None:
    """`erp_code` and `extra_field` are not the shopper's; hearing the same twice changes nothing."""
    shopper = make_shopper()
    storefront.follow(shopper.pk)
    Customer.objects.update(erp_code="E7", extra_field={"note": 1})
    Shopper.objects.update(first_name="Bea")
    storefront.follow(shopper.pk)
    first = Customer.objects.get()
    storefront.follow(shopper.pk)
    again = Customer.objects.get()
    assert (again.erp_code, again.extra_field, again.first_name) == ("E7", {"note": 1}, "Bea")
    assert again.modified_date == first.modified_date


@pytest.mark.django_db
def test_the_news_are_told(web: Channel, make_shopper: Callable[..., Shopper], monkeypatch: Any) -> None:
    """Created once, updated once for each change."""
    told: list[str] = []
    monkeypatch.setattr(events, "put", lambda event, **payload: told.append(event))
    shopper = make_shopper()
    storefront.follow(shopper.pk)
    storefront.follow(shopper.pk)
    Shopper.objects.update(last_name="Kaya")
    storefront.follow(shopper.pk)
    assert told == ["customer.created", "customer.updated"]


@pytest.mark.django_db
def test_nobody_becomes_nobody(web: Channel) -> None:
    """A shopper who is gone makes no customer."""
    storefront.follow(10**9)
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_an_anonymized_shopper_is_nobody_here_too(
    web: Channel, make_shopper: Callable[..., Shopper], run_jobs: Callable[..., int]
) -> None:
    """Erased in the same transaction, and no event that comes late brings anything back."""
    shopper = make_shopper(phone="+905301112233", first_name="Ada")
    storefront.follow(shopper.pk)
    customer, now = Customer.objects.get(), clock.now()
    CustomerMapping.objects.create(
        customer=customer, code="Ada", integration_type="erp", created_date=now, modified_date=now
    )
    Customer.objects.update(extra_field={"note": "Ada"})
    Shopper.objects.update(first_name="Ada Nur")
    storefront.follow(shopper.pk)
    assert Change.objects.get().values == {"first_name": ["Ada", "Ada Nur"]}
    anonymizing.anonymize(shopper.pk)
    for late in (False, True):
        if late:
            events.put("shopper.changed", shopper_id=shopper.pk)
            run_jobs()
        erased = Customer.objects.get()
        assert (erased.pk, erased.first_name, erased.phone_number, erased.is_active) == (customer.pk, "", None, False)
        assert erased.email.endswith("@anonymized.invalid")
        assert (erased.extra_field, erased.attributes) == ({}, {})
        assert erased.modified_date > customer.modified_date
        assert [change.values for change in Change.objects.all()] == [""]
    assert not CustomerMapping.objects.exists()


@pytest.mark.django_db
def test_an_event_that_was_late_makes_no_customer_of_an_anonymized_one(
    web: Channel, make_shopper: Callable[..., Shopper]
) -> None:
    """Where there was none there will be none."""
    shopper = make_shopper()
    anonymizing.anonymize(shopper.pk)
    storefront.follow(shopper.pk)
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_the_record_is_in_what_a_shopper_is_shown(web: Channel, make_shopper: Callable[..., Shopper]) -> None:
    """Their own, not another's."""
    mine, other = make_shopper(), make_shopper()
    storefront.follow(mine.pk)
    storefront.follow(other.pk)
    session = sessions.find(sessions.sign_in(None, mine).key)
    assert session
    shown = personal_data_export.export(session).data["customers.customer"]
    assert [row["email"] for row in shown] == [mine.email]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_merged", [False, True])
@pytest.mark.parametrize("reads", [1, 2])
def test_of_two_that_follow_at_once_the_newest_state_stays(
    web: Channel,
    make_shopper: Callable[..., Shopper],
    make_customer: Any,
    monkeypatch: pytest.MonkeyPatch,
    is_merged: bool,
    reads: int,
) -> None:
    """One that read the shopper before a change and writes after it reads anew once it holds the rows.

    Whether they bear the shopper's number or were merged into another; and what it reads then stays so until it ends.
    """
    shopper = make_shopper(first_name="Old")
    storefront.follow(shopper.pk)
    if is_merged:
        kept = make_customer(channel=web, channel_code="ERP-1")
        merging.merge(kept.pk, Customer.objects.get(shopper_id=shopper.pk).pk, {}, EVERYWHERE, None)
    left = [reads]
    read, found = storefront.shoppers.find, threading.Event()
    go_on = threading.Event()

    def slow(shopper_id: int) -> Any:
        facts = read(shopper_id)
        if threading.current_thread().name == "slow":
            left[0] -= 1
            if left[0] == 0:
                found.set()
                go_on.wait(20)
        return facts

    monkeypatch.setattr(storefront.shoppers, "find", slow)

    def late() -> None:
        try:
            storefront.follow(shopper.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late, name="slow")
    thread.start()
    assert found.wait(20)
    with transaction.atomic():
        Shopper.objects.update(first_name="New")
    with ThreadPoolExecutor(1) as other:
        following = other.submit(late)
        with contextlib.suppress(TimeoutError):
            following.result(0.5)
        assert following.done() == (reads == 1)  # the rows are held from the second reading on
        go_on.set()
    thread.join(20)
    assert Customer.objects.get().first_name == "New"
    connection.close()


@pytest.mark.django_db
@pytest.mark.parametrize("keeps_shoppers", [True, False])
def test_a_merged_customer_follows_its_shopper_whichever_is_kept(
    keeps_shoppers: bool, web: Channel, make_shopper: Callable[..., Shopper], make_customer: Callable[..., Customer]
) -> None:
    """And no second one is made; undone, each is again what it was."""
    shopper = make_shopper(first_name="Ada")
    storefront.follow(shopper.pk)
    theirs, other = Customer.objects.get(shopper_id=shopper.pk), make_customer(channel=web, erp_code="E1")
    kept, gone = (theirs, other) if keeps_shoppers else (other, theirs)
    done = merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    assert Customer.objects.values_list("pk", "shopper_id", "erp_code").get() == (kept.pk, shopper.pk, "E1")
    merging.undo(done.pk, EVERYWHERE, None)
    assert dict(Customer.objects.values_list("pk", "shopper_id")) == {theirs.pk: shopper.pk, other.pk: None}
    merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    Shopper.objects.update(first_name="Bea")
    storefront.follow(shopper.pk)
    assert Customer.objects.values_list("pk", "first_name").get() == (kept.pk, "Bea")


@pytest.mark.django_db
def test_customers_of_two_shoppers_stay_two(web: Channel, make_shopper: Callable[..., Shopper]) -> None:
    """One record cannot follow two."""
    for _each in range(2):
        storefront.follow(make_shopper().pk)
    kept, gone = Customer.objects.order_by("id")
    with pytest.raises(Invalid) as refused:
        merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    assert list(refused.value.fields) == ["merged"]


@pytest.mark.django_db
def test_an_anonymized_shopper_is_in_no_merge(
    web: Channel, make_shopper: Callable[..., Shopper], make_customer: Callable[..., Customer]
) -> None:
    """Nor in the history of records that were put together with theirs, at once, over another, or by mistake."""
    shopper = make_shopper(first_name="Ada", phone="+905301112233")
    storefront.follow(shopper.pk)
    theirs = Customer.objects.get()
    older, oldest = make_customer(channel=web, last_name="Secret"), make_customer(channel=web, erp_code="Secret")
    stranger, strangers = make_customer(channel=web), make_customer(channel=web, first_name="Eda")
    mistake = merging.merge(stranger.pk, theirs.pk, {}, EVERYWHERE, None)
    merging.undo(mistake.pk, EVERYWHERE, None)
    merging.merge(older.pk, oldest.pk, {}, EVERYWHERE, None)
    merging.merge(theirs.pk, older.pk, {}, EVERYWHERE, None)
    untouched = merging.merge(stranger.pk, strangers.pk, {}, EVERYWHERE, None)
    assert {change.customer_id for change in Change.objects.all()} == {theirs.pk, older.pk, stranger.pk}
    anonymizing.anonymize(shopper.pk)
    assert Merge.objects.get() == untouched
    of_others = {change.customer_id for change in Change.objects.exclude(values="")}
    assert of_others <= {stranger.pk}
    held = [str(row) for model in (Customer, Change, Merge) for row in model.objects.values()]
    assert not [row for row in held if "Ada" in row or "Secret" in row or "5301112233" in row]
    assert Customer.objects.get(pk=stranger.pk).first_name == "Eda"


@pytest.mark.django_db(transaction=True)
def test_a_channel_stays_while_it_gets_a_shopper(
    web: Channel, make_shopper: Callable[..., Shopper], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while a first load has put off the check of the key."""
    shopper, answers = make_shopper(), []
    with transaction.atomic(), connection.cursor() as cursor:
        first_load._check_channels(cursor, by_each_row=False)
    try:
        with ThreadPoolExecutor(1) as somebody:

            def meanwhile() -> None:
                answers.append(has_to_wait(somebody, lambda: CHANNELS.delete(web.pk)))

            before_call(monkeypatch, events, "put", 1, meanwhile)
            storefront.follow(shopper.pk)
        assert [type(answer.exception()) for answer in answers] == [Refusal]
    finally:
        first_load._check_all_channels()
