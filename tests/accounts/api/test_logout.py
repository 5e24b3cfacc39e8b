"""POST /users/logout/."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from patron.accounts.models import Session

URL = "/users/logout"
TOKEN = re.compile(r"name=['|\"]csrfmiddlewaretoken['|\"] value=['|\"](\w+)")  # as the storefront's server looks for it


@pytest.mark.django_db
def test_storefront_posts_twice(make_shopper: Any, sign_in: Any) -> None:
    """With the session's cookie alone a page with a token comes back; with that token the session ends."""
    key = sign_in(make_shopper()).cookies["osessionid"].value
    server = Client()
    page = server.post(URL, headers={"cookie": f"osessionid={key}"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    found = TOKEN.search(page.content.decode())
    assert found
    assert page.cookies["csrftoken"].value == found[1]
    assert "osessionid" not in page.cookies
    assert Session.objects.count() == 1
    done = server.post(
        URL,
        urlencode({"csrfmiddlewaretoken": found[1]}),
        content_type="application/x-www-form-urlencoded",
        headers={"cookie": f"csrftoken={found[1]}; osessionid={key}"},
    )
    assert done.status_code == 200
    assert not Session.objects.exists()
    server = Client()
    server.cookies["osessionid"] = key
    assert server.get("/current_user/").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("url", [URL, "/users/logout/"])
def test_header_and_cookie(make_shopper: Any, sign_in: Any, url: str) -> None:
    """A page sends the token in the header and is signed out at once; the cookie is deleted."""
    client = sign_in(make_shopper())
    answer = client.post(url)
    assert (answer.status_code, answer.json()) == (200, {"detail": "Successfully logged out."})
    assert answer.cookies["osessionid"]["max-age"] == 0
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_forged_token(make_shopper: Any, sign_in: Any) -> None:
    """A token that is not the cookie's, in form or header, signs nobody out."""
    client = sign_in(make_shopper())
    del client.defaults["HTTP_X_CSRFTOKEN"]
    assert client.post(URL, {"csrfmiddlewaretoken": "a" * 40}).status_code == 403
    assert client.post(URL, headers={"x-csrftoken": "b" * 40}).status_code == 403
    del client.cookies["csrftoken"]
    assert client.post(URL, {"csrfmiddlewaretoken": "a" * 40}).json() == {"detail": "CSRF Failed: CSRF cookie not set."}
    assert Session.objects.count() == 1


def test_own_token_is_kept(anonymous: Client) -> None:
    """A browser that has a token sees it in the page and gets no other."""
    token = anonymous.get("/csrf_token/").json()["csrf_token"]
    page = anonymous.post(URL)
    assert f"value='{token}'" in page.content.decode()
    assert not page.cookies


@pytest.mark.django_db
def test_anonymous(anonymous: Client) -> None:
    """Nobody can be signed out: with a token 200 all the same."""
    token = anonymous.get("/csrf_token/").json()["csrf_token"]
    assert anonymous.post(URL, {"csrfmiddlewaretoken": token}).status_code == 200
    anonymous.cookies["osessionid"] = "gone"
    assert anonymous.post(URL, {"csrfmiddlewaretoken": token}).status_code == 200
