"""`GET /users/segments/`: the segments the shopper fits now."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patron.accounts.models import Shopper
from patron.kernel import clock
from patron.segments import roster
from patron.segments.models import Segment

pytestmark = pytest.mark.django_db
PATH = "/users/segments/"
WOMEN = {"field": "gender", "op": "eq", "value": "female"}
MEN = {"field": "gender", "op": "eq", "value": "male"}


def names(client: Client) -> list[str]:
    answer = client.get(PATH)
    assert answer.status_code == 200
    return [each["name"] for each in answer.json()]


def test_anonymous_is_refused(anonymous: Client, make_segment: Any) -> None:
    """Nobody fits nothing, whatever segments there are."""
    make_segment()
    answer = anonymous.get(PATH)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


def test_a_cookie_of_no_session_is_refused(anonymous: Client) -> None:
    """A made-up key."""
    anonymous.cookies["osessionid"] = "0" * 40
    assert anonymous.get(PATH).status_code == 401


def test_no_segments_are_an_empty_list(make_shopper: Any, sign_in: Any) -> None:
    """A shop that has none."""
    answer = sign_in(make_shopper()).get(PATH)
    assert (answer.status_code, answer.json()) == (200, [])


def test_lists_what_fits_by_priority_then_id(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """The smaller priority first; of equal ones the older segment; what does not fit is left out."""
    last = make_segment("Last", priority=7)
    first, second = make_segment("First", priority=1), make_segment("Second", priority=1)
    make_segment("Men", priority=0, rule=MEN)
    answer = sign_in(make_shopper(gender="female")).get(PATH)
    assert answer.json() == [
        {"priority": 1, "pk": first.pk, "name": "First"},
        {"priority": 1, "pk": second.pk, "name": "Second"},
        {"priority": 7, "pk": last.pk, "name": "Last"},
    ]


@pytest.mark.parametrize(
    ("fields", "is_listed"),
    [
        ({"is_active": False}, False),
        ({"starts_at": 60}, False),
        ({"starts_at": -60}, True),
        ({"ends_at": 60}, True),
        ({"ends_at": -60}, False),
        ({"starts_at": -60, "ends_at": 60}, True),
    ],
)
def test_lists_only_what_is_active_now(
    fields: dict[str, Any], is_listed: bool, make_shopper: Any, sign_in: Any, make_segment: Any
) -> None:
    """Switched off, not begun and over are left out."""
    now = clock.now()
    made = {name: value if name == "is_active" else now + timedelta(seconds=value) for name, value in fields.items()}
    make_segment(**made)
    assert bool(names(sign_in(make_shopper()))) is is_listed


def test_a_period_ends_without_anybody_telling(
    make_shopper: Any, sign_in: Any, make_segment: Any, advance: Any
) -> None:
    """The clock alone takes a segment away."""
    make_segment(ends_at=clock.now() + timedelta(seconds=100))
    client = sign_in(make_shopper())
    assert names(client) == ["Everybody"]
    advance(101)
    assert names(client) == []


@pytest.mark.parametrize(("language", "expected"), [("tr", "Herkes"), ("de-AT", "All"), ("en", "All")])
def test_names_come_in_the_readers_language(
    language: str, expected: str, make_shopper: Any, sign_in: Any, make_segment: Any
) -> None:
    """English where a language has no name."""
    make_segment(name={"en": "All", "tr": "Herkes"})
    answer = sign_in(make_shopper()).get(PATH, headers={"accept-language": language})
    assert [each["name"] for each in answer.json()] == [expected]


def test_takes_one_statement(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """Session, shopper, facts and every rule in one, once the rules are known."""
    for number in range(20):
        make_segment(f"S{number}", rule={"any": [WOMEN, {"field": "order_count", "op": "gte", "value": number}]})
    client = sign_in(make_shopper(gender="female"))
    names(client)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(names(client)) == 20
    assert len(queries) == 1


def test_is_never_older_than_the_shopper_or_the_rules(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """A change of either shows in the next answer, by whatever way it was written."""
    segment = make_segment("Women", rule=WOMEN)
    shopper = make_shopper(gender="male")
    client = sign_in(shopper)
    assert names(client) == []
    Shopper.objects.filter(pk=shopper.pk).update(gender="female")
    assert names(client) == ["Women"]
    Segment.objects.filter(pk=segment.pk).update(rule=MEN)
    assert names(client) == []
    Segment.objects.filter(pk=segment.pk).update(rule=WOMEN, name={"en": "She"})
    assert names(client) == ["She"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segments_segment")
    assert names(client) == []


def test_a_rule_of_another_version_fits_nobody(
    make_shopper: Any, sign_in: Any, make_segment: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """One that this version cannot read is left out, and the others go on."""
    make_segment("Odd", rule={"field": "shoe_size", "op": "eq", "value": 43})
    make_segment("Sound")
    assert names(sign_in(make_shopper())) == ["Sound"]


def test_rules_that_never_stand_still_are_answered_too(
    make_shopper: Any, sign_in: Any, make_segment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves a segment between every two statements: after a few tries the last answer is given."""
    client = sign_in(make_shopper())
    renewed = roster.renewed

    def too_late(old: roster.Roster | None) -> roster.Roster:
        found = renewed(old)
        make_segment()
        return found

    monkeypatch.setattr(roster, "renewed", too_late)
    make_segment("First")
    assert "First" in names(client)


def test_a_roster_read_before_a_change_is_read_again(make_segment: Any) -> None:
    """Two processes: what one keeps is found out of date by the token the other's change left."""
    make_segment("One")
    kept = roster.current()
    make_segment("Two")
    assert roster.kept() is kept
    assert [each.names["en"] for each in roster.current().candidates] == ["One", "Two"]
