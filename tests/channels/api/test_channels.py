import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patron.channels.models import Channel
from patron.customers.models import Customer
from patron.kernel import clock
from patron.reference import catalogs
from tests.channels.conftest import Call

PATH = "/api/v1/channels/"
HELD = [f"channels.{verb}_channel" for verb in ("view", "add", "change", "delete")]
Make = Callable[..., Any]


@pytest.mark.parametrize(("method", "one"), [(m, False) for m in ("GET", "POST")] + [
    (m, True) for m in ("GET", "PUT", "PATCH", "DELETE")
])  # fmt: skip
def test_anonymous_is_401_and_without_the_permission_403(
    make_channel: Make, make_token: Make, call: Call, method: str, one: bool
) -> None:
    """A staff member with every permission but the one that the method asks for is refused."""
    path = f"{PATH}{make_channel().pk}/" if one else PATH
    assert call(method, path).status_code == 401
    verb = {"GET": "view", "POST": "add", "DELETE": "delete"}.get(method, "change")
    others = [name for name in HELD if name != f"channels.{verb}_channel"]
    assert call(method, path, {}, token=make_token(*others)).status_code == 403


def test_the_fields_of_the_contract(make_token: Make, call: Call) -> None:
    """201 with pk and id, name, catalog, type, state, conf, category tree, schema and dates; read back the same."""
    key = make_token(*HELD)
    catalog = catalogs.CATALOGS.create({"name": "Bazaar", "code": "B"})
    wish = {
        "name": "Bazaar",
        "channel_type": "sales_channel",
        "catalog": catalog.pk,
        "is_active": False,
        "conf": {"stock": {"safety": 2}},
        "category_tree": 5,
        "schema": {"color": {"type": "text"}},
    }
    made = call("POST", PATH, wish, token=key)
    row = json.loads(made.content)
    assert made.status_code == 201
    assert {name: row[name] for name in wish} == wish
    assert row["pk"] == row["id"]
    assert row["created_date"].endswith("Z")
    assert json.loads(call("GET", f"{PATH}{row['pk']}/", token=key).content) == row


def test_what_was_not_said_has_its_default(make_token: Make, call: Call) -> None:
    """An active marketplace without a catalog."""
    row = json.loads(call("POST", PATH, {"name": "Bazaar"}, token=make_token(*HELD)).content)
    assert (row["channel_type"], row["catalog"], row["is_active"]) == ("sales_channel", None, True)
    assert (row["conf"], row["schema"], row["category_tree"]) == ({}, {}, None)


def test_changed_and_deleted(make_channel: Make, make_token: Make, call: Call) -> None:
    """PATCH sets what is said, PUT everything; a deleted one is 404."""
    key, channel = make_token(*HELD), make_channel(conf={"a": 1})
    path = f"{PATH}{channel.pk}/"
    changed = json.loads(call("PATCH", path, {"channel_type": "web"}, token=key).content)
    assert (changed["channel_type"], changed["conf"]) == ("web", {"a": 1})
    assert json.loads(call("PUT", path, {"name": "Shop"}, token=key).content)["conf"] == {}
    assert call("DELETE", path, token=key).status_code == 204
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert call(method, path, {"name": "x"}, token=key).status_code == 404


def test_one_with_customers_stays(make_channel: Make, make_token: Make, call: Call) -> None:
    """406; however many there are, one is looked at."""
    key, channel = make_token(*HELD), make_channel()
    now = clock.now()
    for number in range(3):
        Customer.objects.create(channel=channel, channel_code=str(number), created_date=now, modified_date=now)
    with CaptureQueriesContext(connection) as asked:
        refused = call("DELETE", f"{PATH}{channel.pk}/", token=key)
    assert (refused.status_code, json.loads(refused.content)["error_code"]) == (406, "reference_100_1")
    of_customers = [query["sql"] for query in asked.captured_queries if "customers_customer" in query["sql"]]
    assert of_customers
    assert all("LIMIT 1" in sql for sql in of_customers)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "x", "channel_type": "moon"}, "channel_type"),
        ({"name": "x", "catalog": 999999}, "catalog"),
        ({"name": "x", "catalog": 2**70}, "catalog"),
        ({"name": "x", "conf": []}, "conf"),
        ({"name": "x", "conf": {"a": "x" * 300_000}}, "conf"),
        ({"name": "x", "schema": "{}"}, "schema"),
        ({"name": "x", "category_tree": 2**60}, "category_tree"),
        ({"name": "x", "is_active": "perhaps"}, "is_active"),
    ],
)
def test_bad_wishes_are_400_by_field(make_token: Make, call: Call, body: dict[str, Any], field: str) -> None:
    """Nothing is made."""
    answer = call("POST", PATH, body, token=make_token(*HELD))
    assert (answer.status_code, list(json.loads(answer.content))) == (400, [field])
    assert not Channel.objects.exists()


def test_a_channels_user_reads_its_own_and_changes_nothing(make_channel: Make, make_token: Make, call: Call) -> None:
    """The other is not listed, not counted, not filtered and not found; writing is refused alike for all of them."""
    mine, other = make_channel("Mine"), make_channel("Other")
    key = make_token(*HELD, channels=[mine])
    page = json.loads(call("GET", PATH, token=key).content)
    assert (page["count"], [row["pk"] for row in page["results"]]) == (1, [mine.pk])
    assert json.loads(call("GET", f"{PATH}?name=Other", token=key).content)["count"] == 0
    assert call("GET", f"{PATH}{mine.pk}/", token=key).status_code == 200
    absent = [call("GET", f"{PATH}{each}/", token=key) for each in (other.pk, other.pk + 1000, 2**70)]
    assert {(answer.status_code, answer.content) for answer in absent} == {(404, b'{"detail":"Not found."}')}
    for channel_id in (mine.pk, other.pk, other.pk + 1000):
        for method in ("PUT", "PATCH", "DELETE"):
            assert call(method, f"{PATH}{channel_id}/", {"name": "x"}, token=key).status_code == 403
    assert call("POST", PATH, {"name": "x"}, token=key).status_code == 403


@pytest.mark.parametrize(
    "query", ["name__contains=x", "sort=conf", "channel_type=moon", "catalog=x", "is_active__in=1"]
)
def test_wishes_that_are_not_understood_are_400(make_token: Make, call: Call, query: str) -> None:
    """A filter that is dropped would answer with every row."""
    assert call("GET", f"{PATH}?{query}", token=make_token(*HELD)).status_code == 400


def test_one_name_is_one_kind_of_record(clerk: Any, make_token: Make, call: Call) -> None:
    """Exactly one for each model of Patron's rooms, whatever Django's own are called; none for an unknown name."""
    key = make_token(channels=[])
    path = "/api/v1/content_types/"
    assert call("GET", path).status_code == 401
    names = [m.__name__.lower() for m in apps.get_models() if m.__module__.startswith("patron.")]
    assert len(names) == len(set(names))
    for name in ("channel", "product", "catalog", "session"):
        page = json.loads(call("GET", f"{path}?model={name}&page=1", token=key).content)
        assert page["count"] == 1
        assert page["results"][0]["model"] == name
        assert page["results"][0]["pk"] == page["results"][0]["id"]
    assert json.loads(call("GET", f"{path}?model=nothing", token=key).content)["count"] == 0
    assert call("GET", f"{path}?model__contains=a", token=key).status_code == 400
    assert call("POST", path, {}, token=key).status_code == 405
