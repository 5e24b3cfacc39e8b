import json
from collections.abc import Callable
from typing import Any

import pytest

from patron.channels.models import Channel, Staff
from patron.kernel import clock
from patron.reference import catalogs, price_lists
from patron.reference.models import Catalog
from tests.channels.conftest import Call

VERBS = ("view", "add", "change", "delete")
TABLES = {"catalogs": "catalog", "stock_lists": "stocklist"}
WISH = {"name": "Bazaar", "code": "BAZAAR"}


@pytest.fixture
def key(token_of: Callable[..., str]) -> str:
    """The token of a staff member who may do everything with both."""
    return token_of(*(f"reference.{verb}_{table}" for verb in VERBS for table in TABLES.values()))


def test_anonymous_is_401_and_staff_without_the_permission_403(
    db: None, token_of: Callable[..., str], call: Call
) -> None:
    """Each method of each address."""
    nobody = token_of()
    for name in TABLES:
        for method, path in (
            *((method, f"/api/v1/{name}/") for method in ("GET", "POST")),
            *((method, f"/api/v1/{name}/1/") for method in ("GET", "PUT", "PATCH", "DELETE")),
        ):
            assert call(method, path).status_code == 401
            assert call(method, path, token=nobody).status_code == 403


@pytest.mark.parametrize("name", TABLES)
def test_made_read_changed_deleted(key: str, call: Call, name: str) -> None:
    """201 with both `pk` and `id`, then 200, 200 and 204; afterwards 404."""
    path = f"/api/v1/{name}/"
    made = call("POST", path, WISH, token=key)
    row = json.loads(made.content)
    assert (made.status_code, row["pk"] == row["id"], row["name"], row["code"]) == (201, True, "Bazaar", "BAZAAR")
    one = f"{path}{row['pk']}/"
    assert json.loads(call("GET", one, token=key).content) == row
    listed = json.loads(call("GET", f"{path}?code=BAZAAR&sort=-name", token=key).content)
    assert (listed["count"], listed["results"]) == (1, [row])
    changed = json.loads(call("PATCH", one, {"name": "Grand Bazaar"}, token=key).content)
    assert (changed["name"], changed["code"]) == ("Grand Bazaar", "BAZAAR")
    assert json.loads(call("PUT", one, WISH, token=key).content)["name"] == "Bazaar"
    assert call("DELETE", one, token=key).status_code == 204
    assert call("GET", one, token=key).status_code == call("PATCH", one, WISH, token=key).status_code == 404


def test_a_catalog_names_its_lists(key: str, call: Call) -> None:
    """`price_list` and `stock_list` are keys; deleting a list leaves the catalog without one."""
    prices = price_lists.create({"name": "Standard", "code": "S", "currency": "try"})
    stock = catalogs.STOCK_LISTS.create({"name": "Central", "code": "C"})
    made = call("POST", "/api/v1/catalogs/", WISH | {"price_list": prices.pk, "stock_list": stock.pk}, token=key)
    row = json.loads(made.content)
    assert (row["price_list"], row["stock_list"]) == (prices.pk, stock.pk)
    catalogs.STOCK_LISTS.delete(stock.pk)
    price_lists.delete(prices.pk)
    row = json.loads(call("GET", f"/api/v1/catalogs/{row['pk']}/", token=key).content)
    assert (row["price_list"], row["stock_list"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "X"}, "name"),
        ({"name": "X"}, "code"),
        ({"name": "X", "code": "x" * 65}, "code"),
        ({"name": "X", "code": "TAKEN"}, "code"),
        ({"name": "X", "code": "X", "price_list": 999999}, "price_list"),
        ({"name": "X", "code": "X", "stock_list": 999999}, "stock_list"),
        ({"name": "X", "code": "X", "stock_list": 2**70}, "stock_list"),
        ({"name": "X", "code": "X", "price_list": "x"}, "price_list"),
    ],
)
def test_bad_wishes_are_400_by_field(key: str, call: Call, body: dict[str, Any], field: str) -> None:
    """Missing, too long, taken, a list that is none."""
    catalogs.CATALOGS.create({"name": "First", "code": "TAKEN"})
    answer = call("POST", "/api/v1/catalogs/", body, token=key)
    assert (answer.status_code, list(json.loads(answer.content))) == (400, [field])
    assert Catalog.objects.count() == 1


@pytest.mark.parametrize("query", ["name__contains=x", "sort=color", "price_list=x"])
def test_wishes_that_are_not_understood_are_400(key: str, call: Call, query: str) -> None:
    """A filter that is dropped would answer with every row."""
    assert call("GET", f"/api/v1/catalogs/?{query}", token=key).status_code == 400


def test_staff_of_some_channels_only_read(key: str, call: Call) -> None:
    """Whatever they hold: catalogs belong to all channels."""
    now = clock.now()
    member = Staff.objects.latest("pk")
    member.is_restricted = True
    member.save()
    member.channels.add(Channel.objects.create(name="Bazaar", created_at=now, modified_at=now))
    row = catalogs.CATALOGS.create(WISH)
    path = f"/api/v1/catalogs/{row.pk}/"
    assert call("GET", path, token=key).status_code == 200
    assert call("PATCH", path, {"name": "Mine"}, token=key).status_code == 403
    assert call("DELETE", path, token=key).status_code == 403
    assert call("POST", "/api/v1/catalogs/", WISH, token=key).status_code == 403
