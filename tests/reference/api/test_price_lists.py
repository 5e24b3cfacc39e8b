"""`/api/v1/price_lists/`: staff list, make, change and delete price lists."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from patron.kernel import clock
from patron.kernel.errors import Invalid
from patron.reference import price_lists
from patron.reference.models import PriceList

pytestmark = pytest.mark.django_db
PATH = "/api/v1/price_lists/"
WISH = {"name": "Default Price List", "code": "T123", "currency": "usd"}


@pytest.fixture
def manager(token_of: Any) -> str:
    return token_of(*(f"reference.{verb}_pricelist" for verb in ("view", "add", "change", "delete")))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [
        ("GET", PATH, "view"),
        ("POST", PATH, "add"),
        ("GET", f"{PATH}1/", "view"),
        ("PUT", f"{PATH}1/", "change"),
        ("PATCH", f"{PATH}1/", "change"),
        ("DELETE", f"{PATH}1/", "delete"),
    ],
)
def test_needs_a_token_and_the_permission(method: str, path: str, verb: str, call: Any, token_of: Any) -> None:
    """Anonymous 401; a staff member with every permission but the one 403."""
    answer = call(method, path, {})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})
    assert answer["WWW-Authenticate"] == "Token"
    others = {"view", "add", "change", "delete"} - {verb}
    token = token_of(*(f"reference.{other}_pricelist" for other in others))
    assert call(method, path, {}, token=token).status_code == 403


def test_makes_shows_changes_and_deletes(call: Any, manager: str) -> None:
    """A price list's whole life."""
    made = call("POST", PATH, WISH, token=manager)
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in WISH} == WISH
    assert body["pk"] == body["id"]
    path = f"{PATH}{body['pk']}/"
    assert call("GET", path, token=manager).json() == body
    assert call("PATCH", path, {"currency": "eur"}, token=manager).json()["currency"] == "eur"
    assert call("PUT", path, WISH | {"name": "Other"}, token=manager).json()["name"] == "Other"
    assert call("DELETE", path, token=manager).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert call(method, path, {}, token=manager).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"currency": "USD"}, "currency"),
        ({"currency": "usdt"}, "currency"),
        ({"currency": "us\n"}, "currency"),
        ({"currency": "usd\n"}, None),
        ({"code": ""}, "code"),
        ({"code": "x" * 65}, "code"),
        ({"name": None}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * 256}, "name"),
    ],
)
def test_bad_input_is_refused_by_field(wrong: dict[str, Any], field: str | None, call: Any, manager: str) -> None:
    """A line end around a value is no fault, one in it is."""
    answer = call("POST", PATH, WISH | wrong, token=manager)
    assert (answer.status_code, list(answer.json())) == ((400, [field]) if field else (201, list(answer.json())))
    assert PriceList.objects.filter(currency="usd").count() == (0 if field else 1)


def test_put_needs_every_field(call: Any, manager: str) -> None:
    """Unlike PATCH."""
    pk = call("POST", PATH, WISH, token=manager).json()["pk"]
    answer = call("PUT", f"{PATH}{pk}/", {"name": "Other"}, token=manager)
    assert answer.status_code == 400
    assert sorted(answer.json()) == ["code", "currency"]


def test_a_code_is_taken_once(call: Any, manager: str) -> None:
    """On making and on changing."""
    call("POST", PATH, WISH, token=manager)
    taken = {"code": ["There is a price list with this code already."]}
    answer = call("POST", PATH, WISH, token=manager)
    assert (answer.status_code, answer.json()) == (400, taken)
    other = call("POST", PATH, WISH | {"code": "T124"}, token=manager).json()["pk"]
    assert call("PATCH", f"{PATH}{other}/", {"code": "T123"}, token=manager).json() == taken


@pytest.mark.django_db(transaction=True)
def test_of_parallel_makers_of_one_code_one_wins() -> None:
    """The database decides; the others get the text."""
    ready = threading.Barrier(4)

    def make(_number: int) -> list[str]:
        try:
            ready.wait(10)
            price_lists.create(WISH)
        except Invalid as refused:
            return list(refused.fields)
        finally:
            connections.close_all()
        return []

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(make, range(4))) == [[], ["code"], ["code"], ["code"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["T1", "T2", "T3"]),
        ("currency=eur", ["T2"]),
        ("code=T3", ["T3"]),
        ("name__startswith=Ot", ["T3"]),
        ("sort=-code", ["T3", "T2", "T1"]),
        ("sort=currency,-id", ["T2", "T3", "T1"]),
        ("sort=price", None),
        ("code__contains=T", None),
    ],
)
def test_lists_what_is_asked_for(query: str, expected: list[str] | None, call: Any, manager: str) -> None:
    """Filtered and sorted; what is not understood is refused."""
    now = clock.now()
    for name, code, currency in (("Default", "T1", "usd"), ("Default", "T2", "eur"), ("Other", "T3", "usd")):
        PriceList.objects.create(name=name, code=code, currency=currency, created_at=now, modified_at=now)
    answer = call("GET", f"{PATH}?{query}", token=manager)
    if expected is None:
        assert answer.status_code == 400
    else:
        assert [each["code"] for each in answer.json()["results"]] == expected
