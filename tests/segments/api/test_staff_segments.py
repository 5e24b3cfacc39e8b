"""`/api/v1/segments/`: staff list, make, change and delete segments."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patron.kernel import clock
from patron.reference.models import PriceList
from patron.segments.models import Recomputation, Segment

pytestmark = pytest.mark.django_db
PATH = "/api/v1/segments/"
RULE = {"all": [{"field": "gender", "op": "eq", "value": "female"}, {"not": {"any": [{"all": []}]}}]}
WISH = {
    "name": {"en": "Women", "tr": "Kadınlar", "ar": "نساء"},
    "priority": 4,
    "is_active": True,
    "starts_at": "2024-01-01T00:00:00Z",
    "ends_at": "2030-01-01T03:00:00+03:00",
    "stock_list_code": "S-1",
    "rule": RULE,
}
SHOWN = WISH | {
    "price_list": None,
    "starts_at": "2024-01-01T00:00:00.000000Z",
    "ends_at": "2030-01-01T00:00:00.000000Z",
}
EVERY_CALL = [
    ("GET", PATH, "view"),
    ("POST", PATH, "add"),
    ("GET", f"{PATH}1/", "view"),
    ("PUT", f"{PATH}1/", "change"),
    ("PATCH", f"{PATH}1/", "change"),
    ("DELETE", f"{PATH}1/", "delete"),
    ("POST", f"{PATH}preview/", "view"),
    ("GET", f"{PATH}1/members/", "view"),
    ("GET", f"{PATH}recompute/", "view"),
    ("POST", f"{PATH}recompute/", "change"),
]


@pytest.mark.parametrize(("method", "path", "verb"), EVERY_CALL)
def test_needs_a_token_and_the_permission(method: str, path: str, verb: str, call: Any, token_of: Any) -> None:
    """Anonymous 401; a staff member with every permission but the one 403."""
    assert call(method, path, {}).status_code == 401
    assert call(method, path, {}, token="0" * 40).json() == {"detail": "Invalid token."}
    others = {"view", "add", "change", "delete"} - {verb}
    token = token_of(*(f"segments.{other}_segment" for other in others), "accounts.view_shopper")
    assert call(method, path, {}, token=token).status_code == 403


def test_a_shopper_is_no_staff(make_shopper: Any, sign_in: Any) -> None:
    """A session of the storefront opens nothing here."""
    assert sign_in(make_shopper()).get(PATH).status_code == 401


def test_makes_shows_changes_and_deletes(call: Any, manager: str) -> None:
    """A segment's whole life, with every name as it was given."""
    made = call("POST", PATH, WISH, token=manager)
    assert made.status_code == 201
    pk = made.json()["pk"]
    dates = {name: made.json()[name] for name in ("created_date", "modified_date")}
    assert made.json() == SHOWN | {"pk": pk, "id": pk} | dates
    shown = call("GET", f"{PATH}{pk}/", token=manager)
    assert shown.json() == made.json()
    assert shown.content == made.content, "keys in the order they are read in too, which the database does not keep"

    changed = call("PATCH", f"{PATH}{pk}/", {"priority": 9, "ends_at": None}, token=manager)
    assert changed.status_code == 200
    assert changed.json() == made.json() | {
        "priority": 9,
        "ends_at": None,
        "modified_date": changed.json()["modified_date"],
    }

    replaced = call("PUT", f"{PATH}{pk}/", {"name": {"en": "Everybody"}, "rule": {"all": []}}, token=manager)
    assert replaced.status_code == 200
    assert replaced.json()["name"] == {"en": "Everybody"}
    assert (replaced.json()["starts_at"], replaced.json()["stock_list_code"]) == (None, "")

    assert call("DELETE", f"{PATH}{pk}/", token=manager).status_code == 204
    for method in ("GET", "DELETE"):
        answer = call(method, f"{PATH}{pk}/", token=manager)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"name": {"tr": "Kadınlar"}}, {"name": ["The English name is required."]}),
        ({"name": {"en": "  "}}, {"name": ["The English name is required."]}),
        ({"name": {"en": "x" * 101}}, {"name": ["Ensure that every name has at most 100 characters."]}),
        (
            {"name": {"en": "Women", "xx": "?"}},
            {"name": ["Expected an object from languages (tr, en, ar, ru, de, fr) to names."]},
        ),
        ({"name": "Women"}, {"name": ["Expected an object from languages (tr, en, ar, ru, de, fr) to names."]}),
        ({"priority": -1}, {"priority": ["Ensure this value is greater than or equal to 0."]}),
        ({"priority": 2**31}, {"priority": ["Ensure this value is less than or equal to 2147483647."]}),
        ({"is_active": "perhaps"}, {"is_active": ["Must be a valid boolean."]}),
        ({"ends_at": "2023-12-31T00:00:00Z"}, {"ends_at": ["The end must be after the start."]}),
        ({"ends_at": "2024-01-01T00:00:00Z"}, {"ends_at": ["The end must be after the start."]}),
        ({"price_list": 10**9}, {"price_list": ["There is no such price list."]}),
        ({"price_list": 2**63}, {"price_list": [f"Ensure this value is less than or equal to {2**63 - 1}."]}),
        ({"rule": None}, {"rule": ["This field may not be null."]}),
        (
            {"rule": {"all": [RULE, {"field": "age", "op": "gte", "value": "18"}]}},
            {"rule": ["rule.all[1].value: expected a whole number from 0 to 150"]},
        ),
        (
            {"rule": {"field": "gender", "op": "like", "value": "f%"}},
            {"rule": ["rule.op: expected one of eq, ne, in, isnull"]},
        ),
    ],
)
def test_bad_input_is_refused_by_field(wrong: dict[str, Any], errors: Any, call: Any, manager: str) -> None:
    """Nothing is written and nothing is asked of the worker."""
    answer = call("POST", PATH, WISH | wrong, token=manager)
    assert (answer.status_code, answer.json()) == (400, errors)
    assert (Segment.objects.count(), Recomputation.objects.count()) == (0, 0)


def test_an_unknown_field_names_the_known_ones(call: Any, manager: str) -> None:
    """Where, and what there is."""
    answer = call("POST", PATH, WISH | {"rule": {"field": "password", "op": "eq", "value": "x"}}, token=manager)
    assert answer.status_code == 400
    assert answer.json()["rule"][0].startswith("rule.field: expected one of gender, age, language_code")


@pytest.mark.parametrize(("depth", "text"), [(21, "at most 20 levels"), (200, "at most 20 levels")])
def test_a_deep_tree_is_refused_with_its_place(depth: int, text: str, call: Any, manager: str) -> None:
    """Though a body of any other endpoint may not be nested that far."""
    rule: dict[str, Any] = {"all": []}
    for _level in range(depth):
        rule = {"any": [rule]}
    answer = call("POST", PATH, WISH | {"rule": rule}, token=manager)
    assert (answer.status_code, answer.json()) == (400, {"rule": [f"rule{'.any[0]' * 20}: expected {text}"]})


def test_a_bottomless_tree_is_refused(call: Any, manager: str) -> None:
    """Before anything reads it."""
    rule: dict[str, Any] = {"all": []}
    for _level in range(400):
        rule = {"any": [rule]}
    answer = call("POST", PATH, WISH | {"rule": rule}, token=manager)
    assert (answer.status_code, answer.json()) == (
        400,
        {"non_field_errors": ["The request body is nested too deeply."]},
    )


def test_a_wide_tree_is_refused(call: Any, manager: str) -> None:
    """Ten thousand conditions."""
    rule = {"any": [{"field": "order_count", "op": "eq", "value": number} for number in range(10_000)]}
    answer = call("POST", PATH, WISH | {"rule": rule}, token=manager)
    assert answer.status_code == 400
    assert answer.json() == {"rule": ["rule.any[999]: expected at most 1000 groups and conditions"]}


def test_all_rules_together_are_limited(call: Any, manager: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement holds them all, so there is an end; a draft may be as large as it likes."""
    from patron.segments import roster

    monkeypatch.setattr(roster, "MOST_PARAMETERS", 5)
    rule = {"any": [{"field": "order_count", "op": "eq", "value": number} for number in range(1, 5)]}
    assert call("POST", PATH, WISH | {"rule": rule}, token=manager).status_code == 400
    assert Segment.objects.count() == 0
    assert call("POST", PATH, WISH | {"rule": rule, "is_active": False}, token=manager).status_code == 201


def test_only_json_is_taken(call: Any, manager: str, client: Any) -> None:
    """A form cannot hold a rule."""
    answer = client.post(PATH, {"name": "x"}, headers={"authorization": f"Token {manager}"})
    assert answer.status_code == 415


def test_patch_of_a_half_period_is_compared_with_the_other_half(call: Any, manager: str) -> None:
    """By the database, so a parallel change cannot slip by either."""
    pk = call("POST", PATH, WISH, token=manager).json()["pk"]
    answer = call("PATCH", f"{PATH}{pk}/", {"ends_at": "2023-01-01T00:00:00Z"}, token=manager)
    assert (answer.status_code, answer.json()) == (400, {"ends_at": ["The end must be after the start."]})


def test_gives_its_price_list_by_key(call: Any, manager: str) -> None:
    """And takes null."""
    now = clock.now()
    given = PriceList.objects.create(name="D", code="D", currency="usd", created_at=now, modified_at=now)
    made = call("POST", PATH, WISH | {"price_list": given.pk}, token=manager).json()
    assert made["price_list"] == given.pk
    assert call("PATCH", f"{PATH}{made['pk']}/", {"price_list": None}, token=manager).json()["price_list"] is None


@pytest.mark.parametrize("pk", [0, 10**9, 2**63, 10**30])
def test_another_id_is_not_found(pk: int, call: Any, manager: str) -> None:
    """Also beyond what a column holds."""
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        assert call(method, f"{PATH}{pk}/", WISH, token=manager).status_code == 404
    assert call("GET", f"{PATH}{pk}/members/", token=manager).status_code == 404


def test_lists_in_pages_by_priority(call: Any, manager: str, make_segment: Any) -> None:
    """With absolute links, or null."""
    made = [make_segment(f"S{number}", priority=number // 2) for number in range(5)]
    first = call("GET", f"{PATH}?limit=2", token=manager).json()
    assert (first["count"], first["previous"]) == (5, None)
    assert [each["pk"] for each in first["results"]] == [made[0].pk, made[1].pk]
    assert first["next"] == f"http://testserver{PATH}?limit=2&page=2"
    last = call("GET", f"{PATH}?limit=2&page=3", token=manager).json()
    assert ([each["pk"] for each in last["results"]], last["next"]) == ([made[4].pk], None)
    for page in ("4", "0", "x", "-1", "9" * 30):
        answer = call("GET", f"{PATH}?limit=2&page={page}", token=manager)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_a_list_costs_the_same_for_any_number(call: Any, manager: str, make_segment: Any) -> None:
    """Forty segments take as many statements as one."""
    make_segment()
    call("GET", f"{PATH}?limit=100", token=manager)
    with CaptureQueriesContext(connection) as one:
        call("GET", f"{PATH}?limit=100", token=manager)
    for _each in range(39):
        make_segment()
    with CaptureQueriesContext(connection) as forty:
        assert len(call("GET", f"{PATH}?limit=100", token=manager).json()["results"]) == 40
    assert len(forty) == len(one)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("is_active=false", ["B"]),
        ("priority=1", ["A"]),
        ("priority__gte=2", ["B", "C"]),
        ("price_list__isnull=true", ["A", "B", "C"]),
        ("sort=-priority", ["C", "B", "A"]),
        ("sort=-id&sort=priority", ["C", "B", "A"]),
        ("sort=is_active,-id", None),
        ("sort=rule", None),
        ("name__icontains=a", None),
        ("priority=high", None),
        ("price_list=999", None),
    ],
)
def test_filters_and_sorts_or_refuses(
    query: str, expected: list[str] | None, call: Any, manager: str, make_segment: Any
) -> None:
    """What is not understood is 400, never ignored."""
    make_segment("A", priority=1)
    make_segment("B", priority=2, is_active=False)
    make_segment("C", priority=3)
    answer = call("GET", f"{PATH}?{query}", token=manager)
    if expected is None:
        assert answer.status_code == 400
        assert query.split("=", maxsplit=1)[0] in answer.json()
    else:
        assert [each["name"]["en"] for each in answer.json()["results"]] == expected


def test_a_new_segment_asks_for_a_run_in_the_name_of_its_maker(call: Any, manager: str) -> None:
    """So that the console can say who set it off."""
    call("POST", PATH, WISH, token=manager)
    run = Recomputation.objects.get()
    assert (run.reason, run.staff_id is not None) == ("edit", True)


def test_the_run_is_asked_for_and_followed(call: Any, manager: str, run_jobs: Any, make_shopper: Any) -> None:
    """404 before the first; then its progress."""
    assert call("GET", f"{PATH}recompute/", token=manager).status_code == 404
    make_shopper()
    asked = call("POST", f"{PATH}recompute/", token=manager)
    assert (asked.status_code, asked.json()["state"], asked.json()["reason"]) == (202, "queued", "staff")
    assert call("POST", f"{PATH}recompute/", token=manager).json() == asked.json()
    run_jobs()
    done = call("GET", f"{PATH}recompute/", token=manager).json()
    assert (done["state"], done["total"], done["done"], done["members"]) == ("done", 1, 1, {})
    assert done["started_date"] <= done["finished_date"]
