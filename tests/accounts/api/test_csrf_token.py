"""GET /csrf_token/."""

import re

from django.test import Client


def test_without_cookies(anonymous: Client) -> None:
    """A server that comes without cookies gets a token it can set as the cookie itself."""
    answer = anonymous.get("/csrf_token/")
    assert answer.status_code == 200
    token = answer.json()["csrf_token"]
    assert re.fullmatch(r"\w{20,100}", token)
    assert answer.cookies["csrftoken"].value == token
    assert not answer.cookies["csrftoken"]["httponly"]


def test_a_token_is_kept(anonymous: Client) -> None:
    """Two tabs of one browser go on with one token; something that is no token of ours is replaced."""
    token = anonymous.get("/csrf_token/").json()["csrf_token"]
    assert anonymous.get("/csrf_token/").json()["csrf_token"] == token
    anonymous.cookies["csrftoken"] = "'><script>"
    assert anonymous.get("/csrf_token/").json()["csrf_token"].isalnum()
