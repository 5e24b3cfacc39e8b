"""`POST /api/v1/segments/preview/` and `GET /api/v1/segments/<pk>/members/`: how many, and who."""

from datetime import UTC, datetime
from typing import Any

import pytest

from patron.segments import membership

pytestmark = pytest.mark.django_db
PREVIEW = "/api/v1/segments/preview/"
WOMEN = {"field": "gender", "op": "eq", "value": "female"}


@pytest.fixture
def five(make_shopper: Any) -> list[Any]:
    """Three women, a man, and a woman who is not active."""
    joined = datetime(2024, 5, 31, tzinfo=UTC)
    return [
        *(make_shopper(gender="female", email=f"she{number}@example.com", date_joined=joined) for number in range(3)),
        make_shopper(gender="male"),
        make_shopper(gender="female", is_active=False),
    ]


def row(shopper: Any) -> dict[str, Any]:
    return {
        "pk": shopper.pk,
        "email": shopper.email,
        "first_name": "Ada",
        "last_name": "Yılmaz",
        "date_joined": "2024-05-31T00:00:00.000000Z",
    }


def test_counts_exactly_and_shows_some(call: Any, manager: str, five: list[Any]) -> None:
    """Of a rule that is saved nowhere; only active shoppers."""
    answer = call("POST", PREVIEW, {"rule": WOMEN}, token=manager)
    assert (answer.status_code, answer.json()) == (200, {"count": 3, "sample": [row(each) for each in five[:3]]})


def test_a_sample_is_small(call: Any, manager: str, make_shopper: Any) -> None:
    """Ten of twelve."""
    for _each in range(12):
        make_shopper()
    body = call("POST", PREVIEW, {"rule": {"all": []}}, token=manager).json()
    assert (body["count"], len(body["sample"])) == (12, 10)


def test_who_may_not_see_shoppers_gets_the_count_alone(call: Any, token_of: Any, five: list[Any]) -> None:
    """The rule's author need not know anybody's name; the list of members is closed."""
    token = token_of("segments.view_segment")
    assert call("POST", PREVIEW, {"rule": WOMEN}, token=token).json() == {"count": 3, "sample": None}
    assert call("GET", "/api/v1/segments/1/members/", token=token).status_code == 403


def test_a_bad_rule_is_refused_with_its_place(call: Any, manager: str) -> None:
    """As on saving."""
    answer = call("POST", PREVIEW, {"rule": {"not": {"field": "age", "op": "eq", "value": None}}}, token=manager)
    assert (answer.status_code, answer.json()) == (
        400,
        {"rule": ["rule.not.value: expected a whole number from 0 to 150"]},
    )
    assert call("POST", PREVIEW, {}, token=manager).json() == {"rule": ["This field is required."]}


def test_one_that_takes_too_long_is_refused(
    call: Any, manager: str, five: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database stops counting, the connection goes on."""
    monkeypatch.setattr(membership, "_FITTING", membership._FITTING + " AND pg_sleep(5) IS NOT NULL")
    monkeypatch.setattr(membership, "SECONDS", 0.05)
    answer = call("POST", PREVIEW, {"rule": WOMEN}, token=manager)
    assert (answer.status_code, answer.json()) == (
        406,
        {
            "non_field_errors": "The rule takes too long to count. Make it simpler.",
            "error_code": "segment_100_2",
        },
    )
    assert call("GET", "/api/v1/segments/", token=manager).status_code == 200


def test_members_come_in_parts_by_id(call: Any, manager: str, five: list[Any], make_segment: Any) -> None:
    """Each part leads to the next; the count is that of the first page."""
    path = f"/api/v1/segments/{make_segment(rule=WOMEN).pk}/members/"
    first = call("GET", f"{path}?limit=2", token=manager).json()
    assert (first["count"], first["previous"]) == (3, None)
    assert first["results"] == [row(five[0]), row(five[1])]
    assert first["next"].startswith(f"http://testserver{path}?cursor=")
    second = call("GET", first["next"], token=manager).json()
    assert second == {"count": 3, "next": None, "previous": None, "results": [row(five[2])]}


def test_members_of_a_draft_are_shown_too(call: Any, manager: str, five: list[Any], make_segment: Any) -> None:
    """Who would be in it."""
    pk = make_segment(rule=WOMEN, is_active=False).pk
    assert call("GET", f"/api/v1/segments/{pk}/members/", token=manager).json()["count"] == 3


@pytest.mark.parametrize("query", ["cursor=x", "cursor=AAAA", "cursor=%00", "limit=0", "limit=101", "limit=x"])
def test_a_part_nobody_offered_is_refused(query: str, call: Any, manager: str, make_segment: Any) -> None:
    """400, never a part of something else."""
    answer = call("GET", f"/api/v1/segments/{make_segment().pk}/members/?{query}", token=manager)
    assert answer.status_code == 400
    assert list(answer.json()) == [query.split("=", maxsplit=1)[0]]
