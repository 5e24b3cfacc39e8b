"""Two records of one buyer become one, and two again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from patron.channels.access import EVERYWHERE, Scope
from patron.customers import history, merging
from patron.customers.models import Change, Customer, CustomerMapping, Merge
from patron.kernel import clock, events
from patron.kernel.errors import Invalid, NotFound, Refusal

pytestmark = pytest.mark.django_db


def rows() -> list[dict[str, Any]]:
    return list(Customer.objects.order_by("id").values())


def mapping(customer: Customer, code: str) -> CustomerMapping:
    now = clock.now()
    return CustomerMapping.objects.create(
        customer=customer, integration_type="erp", code=code, created_date=now, modified_date=now
    )


def merge(kept: Customer, gone: Customer, scope: Scope = EVERYWHERE, **choices: Any) -> Merge:
    return merging.merge(kept.pk, gone.pk, choices, scope, None)


def test_the_kept_one_keeps_what_it_has_and_takes_what_it_lacks(make_customer: Any) -> None:
    """Objects are put together; the earlier day of joining stays."""
    kept = make_customer(first_name="Ada", erp_code=None, attributes={"a": 1, "b": 1})
    gone = make_customer(first_name="Eda", last_name="L", erp_code="E1", attributes={"b": 2, "c": 2}, is_active=True)
    done = merge(kept, gone)
    now = Customer.objects.get()
    assert (now.pk, now.first_name, now.last_name, now.erp_code) == (kept.pk, "Ada", "L", "E1")
    assert (now.attributes, now.is_active, now.channel_code) == ({"a": 1, "b": 1, "c": 2}, False, kept.channel_code)
    assert (done.gone_id, done.gone_code) == (gone.pk, gone.channel_code)
    assert Change.objects.get().values == {
        "last_name": ["", "L"],
        "erp_code": [None, "E1"],
        "attributes": [{"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 2}],
    }


@pytest.mark.parametrize(
    ("chosen", "kept_allowed", "gone_allowed", "same", "stays"),
    [
        ({}, True, True, False, True),
        ({}, False, True, False, False),  # the other's was given for another address
        ({"email": "merged"}, True, False, False, False),
        ({"email": "merged"}, False, True, False, True),
        ({}, True, False, True, False),  # of one address, said twice
        ({"email_allowed": "merged"}, False, True, False, True),
    ],
)
def test_a_permission_follows_its_address(
    chosen: dict[str, str], kept_allowed: bool, gone_allowed: bool, same: bool, stays: bool, make_customer: Any
) -> None:
    """Unless it is chosen itself."""
    kept = make_customer(email="a@example.com", email_allowed=kept_allowed)
    gone = make_customer(email="a@example.com" if same else "b@example.com", email_allowed=gone_allowed)
    merge(kept, gone, **chosen)
    assert Customer.objects.get().email_allowed is stays


def test_a_preview_says_what_would_be_and_changes_nothing(make_customer: Any) -> None:
    """And the merge does just that."""
    kept, gone = make_customer(first_name="Ada"), make_customer(first_name="Eda", gender="female")
    before = rows()
    plan = merging.preview(kept.pk, gone.pk, {"first_name": "merged"}, EVERYWHERE)
    assert rows() == before
    assert plan.choices == {"email": "kept", "first_name": "merged", "gender": "merged"}
    merge(kept, gone, first_name="merged")
    after = Customer.objects.values(*plan.values).get()
    assert after == plan.values


def test_what_hangs_on_it_goes_with_it_and_comes_back(make_customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mappings, those that both have, and rows of rooms above; everything is as before when it is undone."""
    kept, gone = make_customer(), make_customer(last_name="L", attributes={"a": [1, "x"]})
    mine, moves, twin = mapping(kept, "SAME"), mapping(gone, "OTHER"), mapping(gone, "SAME")
    orders = {1: gone.pk, 2: kept.pk}

    def move(from_id: int, to_id: int) -> list[int]:
        moved = [order for order, customer in orders.items() if customer == from_id]
        orders.update(dict.fromkeys(moved, to_id))
        return moved

    monkeypatch.setitem(merging.MOVERS, "orders", (move, lambda ids, back: orders.update(dict.fromkeys(ids, back))))
    before = rows()
    done = merge(kept, gone)
    assert set(CustomerMapping.objects.values_list("pk", "customer_id")) == {(mine.pk, kept.pk), (moves.pk, kept.pk)}
    assert set(orders.values()) == {kept.pk}
    merging.undo(done.pk, EVERYWHERE, None)
    after = rows()
    assert [row | {"modified_date": None} for row in after] == [row | {"modified_date": None} for row in before]
    assert after[1]["modified_date"] == before[1]["modified_date"]
    assert set(CustomerMapping.objects.values_list("code", "customer_id")) == {
        ("SAME", kept.pk), ("OTHER", gone.pk), ("SAME", gone.pk)
    }  # fmt: skip
    back = CustomerMapping.objects.get(code="SAME", customer=gone)
    assert (back.pk, back.created_date) == (twin.pk, twin.created_date)
    assert orders == {1: gone.pk, 2: kept.pk}
    assert [change.source for change in Change.objects.order_by("id")] == ["merge", "undo"]


def test_a_merge_of_before_ids_were_kept_is_undone(make_customer: Any) -> None:
    """The twin of a mapping comes back under another number."""
    kept, gone = make_customer(), make_customer()
    for each in (kept, gone):
        mapping(each, "SAME")
    done = merge(kept, gone)
    done.moved["twins"] = [twin[:2] for twin in done.moved["twins"]]
    done.save()
    merging.undo(done.pk, EVERYWHERE, None)
    assert CustomerMapping.objects.filter(code="SAME").count() == 2


def test_moments_are_written_as_everywhere(make_customer: Any) -> None:
    """In the preview and in the history, which jsonb would write its own way."""
    first, later = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
    kept, gone = make_customer(date_joined=later), make_customer(date_joined=first)
    plan = merging.preview(kept.pk, gone.pk, {}, EVERYWHERE)
    assert plan.values["date_joined"] == "2020-01-01T00:00:00.000000Z"
    merge(kept, gone)
    assert Customer.objects.get().date_joined == first
    changes = json.loads(bytes(history.page(kept.pk, EVERYWHERE).results[0].changes))
    assert changes == {"date_joined": ["2022-01-01T00:00:00.000000Z", "2020-01-01T00:00:00.000000Z"]}


def test_one_is_not_true(make_customer: Any) -> None:
    """Though Python takes them for equal: a chosen value is told, and what was changed since is noticed."""
    kept, gone = make_customer(attributes={"a": 1}), make_customer(attributes={"a": True})
    done = merge(kept, gone, attributes="merged")
    assert Change.objects.get().values == {"attributes": [{"a": 1}, {"a": True}]}
    Customer.objects.filter(pk=kept.pk).update(attributes={"a": 1})
    with pytest.raises(Refusal) as refused:
        merging.undo(done.pk, EVERYWHERE, None)
    assert refused.value.code == merging.CHANGED_SINCE


def test_it_is_told(make_customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To whoever listens, also when it is undone."""
    heard: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(events, "put", lambda event, **payload: heard.append((event, payload)))
    kept, gone = make_customer(), make_customer()
    done = merge(kept, gone)
    merging.undo(done.pk, EVERYWHERE, None)
    said = {"customer_id": kept.pk, "merged_id": gone.pk, "channel_id": kept.channel_id, "merge_id": done.pk}
    assert heard == [("customer.merged", said), ("customer.unmerged", said)]


def test_what_was_changed_since_stays(make_customer: Any) -> None:
    """And an undone merge is not undone twice."""
    kept, gone, third = make_customer(), make_customer(), make_customer()
    done = merge(kept, gone)
    Customer.objects.filter(pk=kept.pk).update(first_name="New")
    with pytest.raises(Refusal) as refused:
        merging.undo(done.pk, EVERYWHERE, None)
    assert refused.value.code == merging.CHANGED_SINCE
    again = merge(third, kept)
    merging.undo(again.pk, EVERYWHERE, None)
    with pytest.raises(Refusal) as refused:
        merging.undo(again.pk, EVERYWHERE, None)
    assert refused.value.code == merging.ALREADY_UNDONE


def test_a_code_that_was_taken_meanwhile_is_not_overwritten(make_customer: Any) -> None:
    """Nothing is undone then."""
    kept, gone = make_customer(), make_customer(last_name="L")
    done = merge(kept, gone)
    make_customer(channel_code=gone.channel_code)
    with pytest.raises(Refusal) as refused:
        merging.undo(done.pk, EVERYWHERE, None)
    assert refused.value.code == merging.KEY_TAKEN
    assert Customer.objects.get(pk=kept.pk).last_name == "L"


def test_only_two_of_one_channel_that_the_caller_sees(make_customer: Any, make_channel: Any) -> None:
    """Another channel's is not found, as one that never was."""
    kept, other = make_customer(), make_customer(channel=make_channel("Other"))
    for gone_id, scope, trouble in (
        (other.pk, EVERYWHERE, Invalid),
        (kept.pk, EVERYWHERE, Invalid),
        (other.pk, Scope(frozenset({kept.channel_id})), NotFound),
        (10**9, EVERYWHERE, NotFound),
        (2**63, EVERYWHERE, NotFound),
    ):
        with pytest.raises(trouble):
            merging.merge(kept.pk, gone_id, {}, scope, None)
    gone = make_customer()
    done = merge(kept, gone)
    with pytest.raises(NotFound):
        merging.undo(done.pk, Scope(frozenset({other.channel_id})), None)
    with pytest.raises(Invalid):
        merging.preview(kept.pk, other.pk, {"pk": "kept"}, EVERYWHERE)


def test_the_history_is_only_added_to(make_customer: Any) -> None:
    """A trigger refuses all else, but that a person is taken out of it."""
    kept = make_customer()
    history.record(kept.pk, {"first_name": ("A", "B")}, Change.Source.API, None)
    for statement in ("UPDATE customers_change SET source = 'event'", "DELETE FROM customers_change"):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    history.forget([kept.pk])
    entry = history.page(kept.pk, EVERYWHERE).results[0]
    assert (bytes(entry.changes), entry.source) == (b"null", "api")
