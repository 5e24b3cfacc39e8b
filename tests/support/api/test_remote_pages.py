"""`/api/v1/remote/<channel>/conversations/`: its pages and their count."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from patron.kernel import counting, paging

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(storefront: Any) -> str:
    return f"/api/v1/remote/{storefront.pk}/conversations/"


@pytest.fixture
def five(make_shopper: Any, make_conversation: Any, make_seller: Any) -> list[int]:
    """Five conversations of one shopper, the newest first."""
    shopper, seller = make_shopper(), make_seller()
    return [make_conversation(shopper, datasource_id=seller.pk).pk for _turn in range(5)][::-1]


def pages(call: Any, token: str, path: str) -> list[list[int]]:
    """The ids of every page, by `next`; then back by `previous`, which must be the same."""
    found, address, last = [], path, ""
    while address:
        body = call("GET", address, token=token).json()
        found.append([each["id"] for each in body["results"]])
        last, address = body["previous"], (body["next"] or "").removeprefix("http://testserver")
    for before in found[-2::-1]:
        body = call("GET", last.removeprefix("http://testserver"), token=token).json()
        assert [each["id"] for each in body["results"]] == before
        last = body["previous"]
    assert last is None
    return found


def test_the_count_is_exact_up_to_a_bound_and_estimated_beyond(
    call: Any, base: str, agent: str, five: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`X-Count: estimated` says so; `count=exact` counts; the pages are the same rows either way."""
    expected = [five[:2], five[2:4], five[4:]]
    assert pages(call, agent, f"{base}?limit=2") == expected
    assert "X-Count" not in call("GET", base, token=agent)
    monkeypatch.setattr(paging, "MOST_GATHERED", 1)
    assert pages(call, agent, f"{base}?limit=2") == expected
    assert "X-Count" not in call("GET", f"{base}?limit=2", token=agent)
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)
    assert pages(call, agent, f"{base}?limit=2") == expected
    estimated = call("GET", f"{base}?limit=2", token=agent)
    assert estimated["X-Count"] == "estimated"
    assert estimated.json()["count"] >= 3
    for query in ("limit=2&count=exact", "limit=2&page=3", "limit=5"):
        counted = call("GET", f"{base}?{query}", token=agent)
        assert (counted.json()["count"], "X-Count" in counted) == (5, False), query


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "7", "99999999999999999999", "1.0", "²"])
def test_a_page_that_is_not_there(page: str, call: Any, base: str, agent: str, five: list[int]) -> None:
    """404."""
    answer = call("GET", f"{base}?page={page}", token=agent)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_another_word_than_exact_is_refused(call: Any, base: str, agent: str) -> None:
    """400."""
    answer = call("GET", f"{base}?count=about", token=agent)
    assert (answer.status_code, answer.json()) == (400, {"count": ["Expected any of exact."]})


def test_links_keep_what_was_asked(call: Any, base: str, agent: str, five: list[int]) -> None:
    """And are absolute."""
    body = call("GET", f"{base}?limit=2&state=open&page=2", token=agent).json()
    assert dict(QueryDict(urlsplit(body["next"]).query).items()) == {"limit": "2", "state": "open", "page": "3"}
    assert dict(QueryDict(urlsplit(body["previous"]).query).items()) == {"limit": "2", "state": "open"}
    assert body["next"].startswith("http://testserver/api/v1/remote/")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is(day: str, call: Any, base: str, agent: str) -> None:
    """Are days like any other."""
    assert call("GET", f"{base}?created_date__date={day}", token=agent).json()["count"] == 0
