"""/users/sessions/."""

from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Session

URL = "/users/sessions/"


@pytest.mark.django_db
def test_anonymous(anonymous: Client) -> None:
    """401 for each."""
    for answer in (anonymous.get(URL), anonymous.post(URL + "end-others/"), anonymous.delete(URL + "1/")):
        assert answer.status_code == 401


@pytest.mark.django_db
def test_list(make_shopper: Any, sign_in: Any) -> None:
    """The own ones, the calling one marked; nobody else's, and no key."""
    shopper = make_shopper()
    client = sign_in(shopper)
    sign_in(shopper)
    sign_in(make_shopper())
    body = client.get(URL).json()
    assert (body["count"], body["next"], body["previous"]) == (2, None, None)
    assert [row["is_current"] for row in body["results"]].count(True) == 1
    assert set(body["results"][0]) == {
        "id",
        "ip",
        "user_agent",
        "client_type",
        "created_date",
        "last_seen_date",
        "is_current",
    }
    assert client.get(URL, {"limit": 1}).json()["next"] == "http://testserver/users/sessions/?limit=1&page=2"
    assert client.get(URL, {"page": "x"}).json() == {"detail": "Invalid page."}


@pytest.mark.django_db
def test_end_others(make_shopper: Any, sign_in: Any) -> None:
    """The others end, this one and other people's stay."""
    shopper = make_shopper()
    client, other, stranger = sign_in(shopper), sign_in(shopper), sign_in(make_shopper())
    assert client.post(URL + "end-others/").json() == {"ended": 1}
    assert other.get("/current_user/").status_code == 401
    assert client.get("/current_user/").status_code == 200
    assert stranger.get("/current_user/").status_code == 200


@pytest.mark.django_db
def test_end_one(make_shopper: Any, sign_in: Any) -> None:
    """One's own by id: 204; somebody else's and any other number: 404; the calling one takes its cookie along."""
    shopper = make_shopper()
    client, stranger = sign_in(shopper), sign_in(make_shopper())
    own = Session.objects.get(shopper=shopper)
    strangers = Session.objects.exclude(shopper=shopper).get()
    for missing in (strangers.pk, 0, 10**30):
        answer = client.delete(f"{URL}{missing}/")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    answer = client.delete(f"{URL}{own.pk}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.cookies["osessionid"]["max-age"] == 0
    assert stranger.get("/current_user/").status_code == 200


@pytest.mark.django_db
def test_needs_the_pages_token(make_shopper: Any, sign_in: Any) -> None:
    """Without the CSRF header nothing ends."""
    client = sign_in(make_shopper())
    del client.defaults["HTTP_X_CSRFTOKEN"]
    assert client.post(URL + "end-others/").status_code == 403
    assert client.delete(f"{URL}{Session.objects.get().pk}/").status_code == 403
    assert Session.objects.count() == 1
