import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from patron.channels import tokens, totp
from patron.channels.models import Staff
from patron.kernel import clock
from tests.channels.conftest import PASSWORD, Call

PATHS = ["/api/v1/auth/login/", "/api/i1/auth/login/"]


@pytest.mark.parametrize("path", PATHS)
def test_login_answers_a_key(clerk: Staff, call: Call, path: str) -> None:
    """Both addresses answer 200 with 40 hex characters that open the API."""
    answer = call("POST", path, {"username": "clerk", "password": PASSWORD})
    body = json.loads(answer.content)
    assert answer.status_code == 200
    assert list(body) == ["key"]
    assert re.fullmatch(r"[0-9a-f]{40}", body["key"])
    assert call("GET", "/api/v1/active_user/", token=body["key"]).status_code == 200


def test_login_takes_a_form_too(clerk: Staff, client: Client) -> None:
    """A program that posts a form is served like one that posts JSON; what else it sends is not looked at."""
    form = urlencode({"username": "clerk", "password": PASSWORD, "next": "/"})
    answer = client.post(PATHS[0], form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert list(json.loads(answer.content)) == ["key"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_bad_credentials_are_400(clerk: Staff, call: Call, path: str, username: str) -> None:
    """The same 400 for a wrong password and for an unknown username."""
    answer = call("POST", path, {"username": username, "password": "wrong"})
    assert answer.status_code == 400
    assert json.loads(answer.content) == {"non_field_errors": ["Unable to log in with provided credentials."]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["username", "password"]),
        ({"username": "clerk"}, ["password"]),
        ({"username": "", "password": ""}, ["username", "password"]),
        ({"username": ["clerk"], "password": {"a": 1}}, ["username", "password"]),
        ({"username": "x" * 151, "password": "x" * 1001}, ["username", "password"]),
    ],
)
def test_malformed_bodies_are_400_by_field(db: None, call: Call, body: dict[str, object], fields: list[str]) -> None:
    """What is missing or of another type is named."""
    answer = call("POST", PATHS[0], body)
    assert answer.status_code == 400
    assert list(json.loads(answer.content)) == fields


def test_an_old_token_does_not_hinder_signing_in(clerk: Staff, call: Call) -> None:
    """A client that signs in anew because its token ended still sends it."""
    answer = call("POST", PATHS[0], {"username": "clerk", "password": PASSWORD}, token="0" * 40)
    assert answer.status_code == 200


def test_the_eleventh_wrong_password_is_429(clerk: Staff, call: Call) -> None:
    """Throttled with `Retry-After`, from whatever address it comes."""
    for turn in range(10):
        assert call("POST", PATHS[turn % 2], {"username": "clerk", "password": "wrong"}).status_code == 400
    answer = call("POST", PATHS[0], {"username": "clerk", "password": PASSWORD}, ip="203.0.113.9")
    assert answer.status_code == 429
    assert json.loads(answer.content) == {"detail": "Request was throttled."}
    assert 290 <= int(answer["Retry-After"]) <= 301


def test_the_second_step_is_asked_of_those_who_set_it_up(clerk: Staff, call: Call) -> None:
    """400 on `code` without one, with a wrong one and with a used one; 200 with it; the sixth wrong one is 429."""
    secret = totp.propose()
    with time_machine.travel(clock.now() - timedelta(minutes=2), tick=False):
        totp.set_up(clerk, secret, totp.code_at(secret, totp.now_step()))
    body = {"username": "clerk", "password": PASSWORD}
    with time_machine.travel(clock.now(), tick=False):
        code = totp.code_at(secret, totp.now_step())
        asked = call("POST", PATHS[0], body)
        assert (asked.status_code, json.loads(asked.content)) == (
            400,
            {"code": ["Enter the code of your authenticator app."]},
        )
        assert call("POST", PATHS[1], body | {"code": code}).status_code == 200
        for _ in range(5):
            again = call("POST", PATHS[0], body | {"code": code})
            assert (again.status_code, json.loads(again.content)) == (400, {"code": ["This code is not valid."]})
        throttled = call("POST", PATHS[0], body | {"code": code})
    assert throttled.status_code == 429
    assert 890 <= int(throttled["Retry-After"]) <= 901


def test_logout_ends_the_calling_token_only(clerk: Staff, call: Call) -> None:
    """Anonymous: 401. The token that calls is worth nothing afterwards; the others stay."""
    assert call("POST", "/api/v1/auth/logout/").status_code == 401
    key, other = tokens.issue(clerk, tokens.LOGIN), tokens.issue(clerk, tokens.LOGIN)
    answer = call("POST", "/api/v1/auth/logout/", token=key)
    assert (answer.status_code, json.loads(answer.content)) == (200, {"detail": "Successfully logged out."})
    again = call("POST", "/api/v1/auth/logout/", token=key)
    assert (again.status_code, json.loads(again.content)) == (401, {"detail": "Invalid token."})
    assert call("GET", "/api/v1/active_user/", token=other).status_code == 200
