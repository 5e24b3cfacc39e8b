"""`POST /users/segments/<id>/set/`: one of the fitting segments becomes the chosen one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from patron.kernel import clock
from patron.reference.models import PriceList
from patron.segments import editing, standing
from patron.segments.models import Segment, Standing

pytestmark = pytest.mark.django_db
WOMEN = {"field": "gender", "op": "eq", "value": "female"}


def path(segment_id: int) -> str:
    return f"/users/segments/{segment_id}/set/"


@pytest.fixture
def price_list(db: None) -> PriceList:
    now = clock.now()
    return PriceList.objects.create(name="Dollars", code="D1", currency="usd", created_at=now, modified_at=now)


def refusal(segment_id: int, shopper_id: int) -> tuple[int, dict[str, str]]:
    return 406, {
        "non_field_errors": f"Segment with ID {segment_id} is not available for user {shopper_id}.",
        "error_code": "segment_100_1",
    }


def test_anonymous_is_refused(anonymous: Client, make_segment: Any) -> None:
    """Before the segment is looked at."""
    assert anonymous.post(path(make_segment().pk)).status_code == 401
    assert anonymous.post(path(10**9)).status_code == 401


def test_needs_the_csrf_token(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """Another site's page cannot choose."""
    client = sign_in(make_shopper())
    answer = client.post(path(make_segment().pk), headers={"x-csrftoken": "x"})
    assert answer.status_code == 403
    assert Standing.objects.count() == 0


@pytest.mark.parametrize("prefix", ["/users/segments", "/segments"])
def test_answers_the_segment_with_its_price_list(
    prefix: str, make_shopper: Any, sign_in: Any, make_segment: Any, price_list: PriceList
) -> None:
    """Under the documented path and that of its example, in the document's order."""
    segment, shopper = make_segment("Dollars", priority=3, price_list=price_list), make_shopper()
    answer = sign_in(shopper).post(f"{prefix}/{segment.pk}/set/")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "priority": 3,
            "pk": segment.pk,
            "price_list": {"pk": price_list.pk, "name": "Dollars", "code": "D1", "currency": "usd"},
            "name": "Dollars",
        },
    )
    assert list(answer.json()) == ["priority", "pk", "price_list", "name"]
    kept = Standing.objects.get(shopper=shopper)
    assert (kept.chosen_id, kept.is_manual, kept.available) == (segment.pk, True, [segment.pk])


def test_price_list_is_null_where_there_is_none(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """The key is there all the same."""
    assert sign_in(make_shopper()).post(path(make_segment().pk)).json()["price_list"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": WOMEN},
        {"is_active": False},
        {"ends_at": datetime(2001, 1, 1, tzinfo=UTC)},
        {"starts_at": datetime(2999, 1, 1, tzinfo=UTC)},
    ],
)
def test_one_that_does_not_fit_is_refused(
    fields: dict[str, Any], make_shopper: Any, sign_in: Any, make_segment: Any
) -> None:
    """Not hers by rule, switched off, over, not begun: one answer, and the choice before stays."""
    fitting, other = make_segment(), make_segment(**fields)
    shopper = make_shopper(gender="male")
    client = sign_in(shopper)
    client.post(path(fitting.pk))
    answer = client.post(path(other.pk))
    assert (answer.status_code, answer.json()) == refusal(other.pk, shopper.pk)
    assert Standing.objects.get(shopper=shopper).chosen_id == fitting.pk


@pytest.mark.parametrize("segment_id", [0, 10**9, 2**63 - 1, 2**63, 10**40])
def test_one_that_does_not_exist_is_refused_alike(segment_id: int, make_shopper: Any, sign_in: Any) -> None:
    """Also beyond what a database can count to; nothing is left behind."""
    shopper = make_shopper()
    answer = sign_in(shopper).post(path(segment_id))
    assert (answer.status_code, answer.json()) == refusal(segment_id, shopper.pk)
    assert Standing.objects.count() == 0


@pytest.mark.parametrize("segment_id", ["-1", "x", "1.5", "%00", "٣"])
def test_what_is_no_number_is_not_found(segment_id: str, make_shopper: Any, sign_in: Any) -> None:
    """No such address."""
    assert sign_in(make_shopper()).post(f"/users/segments/{segment_id}/set/").status_code == 404


def test_body_is_not_looked_at(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """A segment in the body does not win over the one in the path."""
    segment = make_segment()
    answer = sign_in(make_shopper()).post(path(segment.pk), {"pk": 5, "segment_id": 7}, content_type="application/json")
    assert answer.json()["pk"] == segment.pk


def test_the_choice_of_one_is_not_anothers(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """Each shopper has their own."""
    one, two = make_segment("One"), make_segment("Two")
    ada, bob = make_shopper(), make_shopper()
    sign_in(ada).post(path(one.pk))
    sign_in(bob).post(path(two.pk))
    assert dict(Standing.objects.values_list("shopper_id", "chosen_id")) == {ada.pk: one.pk, bob.pk: two.pk}


def test_a_chosen_one_that_is_deleted_falls_back(
    make_shopper: Any, sign_in: Any, make_segment: Any, run_jobs: Any
) -> None:
    """To the first that fits; in between nothing breaks."""
    first, chosen = make_segment("First"), make_segment("Chosen")
    shopper = make_shopper()
    client = sign_in(shopper)
    client.post(path(chosen.pk))
    editing.delete(chosen.pk, staff_id=None)
    assert not Segment.objects.filter(pk=chosen.pk).exists()
    assert [each["pk"] for each in client.get("/users/segments/").json()] == [first.pk]
    assert client.post(path(chosen.pk)).status_code == 406
    run_jobs()
    kept = Standing.objects.get(shopper=shopper)
    assert (kept.chosen_id, kept.is_manual, kept.available) == (first.pk, False, [first.pk])


def test_a_price_list_that_is_deleted_leaves_none(
    make_shopper: Any, sign_in: Any, make_segment: Any, price_list: PriceList
) -> None:
    """The segment stays."""
    segment = make_segment(price_list=price_list)
    price_list.delete()
    assert sign_in(make_shopper()).post(path(segment.pk)).json()["price_list"] is None


def test_a_closed_account_chooses_nothing(make_shopper: Any, make_segment: Any) -> None:
    """Its session is worth nothing, and the journey refuses it too."""
    shopper = make_shopper(is_active=False)
    segment = make_segment()
    with pytest.raises(Exception, match="segment_100_1"):
        standing.choose(shopper.pk, segment.pk, "en")
