"""The examples of the document about segments, replayed."""

from typing import Any

import pytest
from django.db import connection

from patron.accounts.models import Shopper
from patron.kernel import clock
from patron.reference.models import PriceList
from patron.segments.models import Segment

LISTED = [
    {"priority": 0, "pk": 107, "name": "Employee Segment"},
    {"priority": 1, "pk": 108, "name": "Manager Segment"},
]
CHOSEN = {
    "priority": 0,
    "pk": 109,
    "price_list": {"pk": 73, "name": "Default Price List", "code": "T123", "currency": "usd"},
    "name": "Employee Segment",
}
NOT_AVAILABLE = {
    "non_field_errors": "Segment with ID 12 is not available for user 10.",
    "error_code": "segment_100_1",
}


def segment(example: dict[str, Any], **fields: Any) -> Segment:
    now = clock.now()
    return Segment.objects.create(
        pk=example["pk"],
        priority=example["priority"],
        name={"en": example["name"]},
        rule={"all": []},
        created_at=now,
        modified_at=now,
        **fields,
    )


@pytest.mark.django_db
def test_list_user_segments(make_shopper: Any, sign_in: Any) -> None:
    """GET List User Segments, 200."""
    for example in LISTED:
        segment(example)
    answer = sign_in(make_shopper()).get("/users/segments/")
    assert (answer.status_code, answer.json()) == (200, LISTED)
    assert [list(each) for each in answer.json()] == [list(each) for each in LISTED], "in the document's order"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/users/segments/109/set/", "/segments/109/set/"])
def test_set_user_segment(path: str, make_shopper: Any, sign_in: Any) -> None:
    """POST Set User Segment, 200: under its path and under that of its example."""
    now = clock.now()
    PriceList.objects.create(**CHOSEN["price_list"], created_at=now, modified_at=now)  # type: ignore[arg-type]
    segment(CHOSEN, price_list_id=73)
    answer = sign_in(make_shopper()).post(path)
    assert (answer.status_code, answer.json()) == (200, CHOSEN)
    assert list(answer.json()) == list(CHOSEN), "in the document's order"
    assert list(answer.json()["price_list"]) == list(CHOSEN["price_list"])  # type: ignore[call-overload]


@pytest.mark.django_db
def test_segment_is_not_available(make_shopper: Any, sign_in: Any) -> None:
    """POST Set User Segment, 406 segment_100_1."""
    shopper = make_shopper(id=10)
    with connection.cursor() as cursor:  # the id was not drawn from it
        cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_shopper', 'id'), 1000)")
    answer = sign_in(Shopper.objects.get(pk=shopper.pk)).post("/users/segments/12/set/")
    assert (answer.status_code, answer.json()) == (406, NOT_AVAILABLE)
