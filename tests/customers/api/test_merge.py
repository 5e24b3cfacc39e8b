"""`/api/v1/customers/merge/` and the history of one customer."""

from typing import Any

import pytest

from patron.customers import history
from patron.customers.models import Change, Customer

pytestmark = pytest.mark.django_db
MERGE = "/api/v1/customers/merge/"
PREVIEW = "/api/v1/customers/merge/preview/"


def test_an_anonymous_caller_is_refused(call: Any, token_of: Any, make_customer: Any) -> None:
    """And who may only look; who may look sees the history."""
    pk = make_customer().pk
    viewer = token_of("customers.view_customer")
    for path in (MERGE, PREVIEW, "/api/v1/customers/merges/1/undo/"):
        assert call("POST", path, {}).status_code == 401
        assert call("POST", path, {}, token=viewer).status_code == 403
    assert call("GET", f"/api/v1/customers/{pk}/history/").status_code == 401
    assert call("GET", f"/api/v1/customers/{pk}/history/", token=viewer).json() == {"next": None, "results": []}


def test_previewed_merged_undone(call: Any, token: str, make_customer: Any) -> None:
    """As the page says it."""
    kept, gone = make_customer(first_name="Ada"), make_customer(first_name="Eda", phone_number="0532")
    wish = {"kept": kept.pk, "merged": gone.pk, "choices": {"first_name": "merged"}}
    plan = call("POST", PREVIEW, wish, token=token)
    assert plan.status_code == 200
    assert plan.json()["choices"] == {"email": "kept", "first_name": "merged", "phone_number": "merged"}
    assert (plan.json()["kept"]["pk"], plan.json()["values"]["phone_number"]) == (kept.pk, "0532")
    done = call("POST", MERGE, wish, token=token)
    assert (done.status_code, done.json()["customer"]["first_name"], done.json()["merged"]) == (201, "Eda", gone.pk)
    assert call("GET", f"/api/v1/customers/{gone.pk}/", token=token).status_code == 404
    undo = f"/api/v1/customers/merges/{done.json()['pk']}/undo/"
    undone = call("POST", undo, token=token)
    assert (undone.status_code, undone.json()["customer"]["first_name"]) == (200, "Ada")
    assert undone.json()["undone_date"]
    assert call("GET", f"/api/v1/customers/{gone.pk}/", token=token).json()["first_name"] == "Eda"
    again = call("POST", undo, token=token)
    assert (again.status_code, again.json()["error_code"]) == (406, "customer_merge_100_2")
    sources = [
        row["source"] for row in call("GET", f"/api/v1/customers/{kept.pk}/history/", token=token).json()["results"]
    ]
    assert sources == ["undo", "merge"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "kept"),
        ({"kept": "x", "merged": 1}, "kept"),
        ({"kept": 1, "merged": 2**70}, "merged"),
        ({"kept": 1, "merged": 1}, "merged"),
        ({"kept": 1, "merged": 2, "choices": {"email": "other"}}, "choices"),
        ({"kept": 1, "merged": 2, "choices": "email"}, "choices"),
    ],
)
def test_a_bad_wish_is_refused(wish: dict[str, Any], field: str, call: Any, token: str) -> None:
    """By field."""
    for path in (MERGE, PREVIEW):
        answer = call("POST", path, wish, token=token)
        assert (answer.status_code, field in answer.json()) == (400, True)


def test_another_channels_customer_is_not_found(call: Any, app_of: Any, make_customer: Any, make_channel: Any) -> None:
    """Neither merged nor told of."""
    mine, others = make_customer(), make_customer(channel=make_channel("Other"))
    app = app_of(mine.channel)
    for path in (MERGE, PREVIEW):
        assert call("POST", path, {"kept": mine.pk, "merged": others.pk}, token=app).status_code == 404
    assert call("GET", f"/api/v1/customers/{others.pk}/history/", token=app).status_code == 404


def test_a_change_stands_in_the_history(call: Any, token: str, make_customer: Any) -> None:
    """Who, when, what; a change that changes nothing does not."""
    customer = make_customer(first_name="Old")
    for _again in range(2):
        call("PATCH", f"/api/v1/customers/{customer.pk}/", {"first_name": "New", "attributes": {"a": 1}}, token=token)
    (entry,) = call("GET", f"/api/v1/customers/{customer.pk}/history/", token=token).json()["results"]
    assert entry["changes"] == {"first_name": ["Old", "New"], "attributes": [{}, {"a": 1}]}
    assert (entry["source"], entry["import_id"]) == ("api", None)
    assert entry["staff"]
    assert entry["request_id"]
    assert entry["changed_date"].endswith("Z")


def test_the_history_comes_in_parts(call: Any, token: str, make_customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first."""
    monkeypatch.setattr(history, "PAGE_ROWS", 2)
    customer = make_customer()
    for number in range(3):
        history.record(customer.pk, {"first_name": ("", str(number))}, Change.Source.API, None)
    path = f"/api/v1/customers/{customer.pk}/history/"
    first = call("GET", path, token=token).json()
    assert [row["changes"]["first_name"][1] for row in first["results"]] == ["2", "1"]
    last = call("GET", f"{path}?before={first['next']}", token=token).json()
    assert ([row["changes"]["first_name"][1] for row in last["results"]], last["next"]) == (["0"], None)
    assert call("GET", f"{path}?before=x", token=token).status_code == 400
    assert Customer.objects.count() == 1


def test_a_program_of_a_channel_is_not_told_who_works_for_the_shop(
    call: Any, token: str, app_of: Any, channel: Any, make_customer: Any
) -> None:
    """When and what it is told; the name of its like as well."""
    address, app = f"/api/v1/customers/{make_customer().pk}/", app_of(channel)
    call("PATCH", address, {"first_name": "Ada"}, token=token)
    call("PATCH", address, {"first_name": "Eda"}, token=app)
    named, seen = (call("GET", f"{address}history/", token=key).json()["results"] for key in (token, app))
    assert [row["staff"] is not None for row in named] == [True, True]
    assert seen == [named[0], named[1] | {"staff": None}]


def test_a_choice_that_is_none_is_told_in_a_list(call: Any, token: str, make_customer: Any) -> None:
    """As every other refusal, with the name of the field it was made for."""
    body = {"kept": make_customer().pk, "merged": make_customer().pk, "choices": {"email": "other"}}
    for path in (MERGE, PREVIEW):
        refused = call("POST", path, body, token=token)
        assert (refused.status_code, refused.json()) == (400, {"choices": ['email: "other" is not a valid choice.']})
