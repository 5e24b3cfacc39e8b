"""POST /users/login/."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from patron.accounts.models import Session, Shopper
from patron.gateways.captcha.embedded import TEST_TOKEN
from tests.accounts.conftest import PASSWORD

URL = "/users/login/"
REFUSED = {"non_field_errors": ["Unable to log in with provided credentials."]}


def log_in(client: Client, email: str, password: str = PASSWORD, url: str = URL, **body: Any) -> Any:
    return client.post(url, {"email": email, "password": password, **body}, content_type="application/json")


@pytest.fixture
def shopper(db: None, make_shopper: Any) -> Shopper:
    found: Shopper = make_shopper()
    return found


@pytest.mark.parametrize("url", [URL, "/users/login"])
def test_signed_in(anonymous: Client, shopper: Shopper, url: str) -> None:
    """A key of 40 hex characters, where to go, and one cookie that signs in; with and without the slash."""
    answer = log_in(anonymous, shopper.email, url=url, formType="login", locale="en", captchaValidated="false")
    assert answer.status_code == 200
    assert answer.json()["redirect_url"] == "/"
    assert re.fullmatch(r"[0-9a-f]{40}", answer.json()["key"])
    assert list(answer.cookies) == ["osessionid"]
    cookie = answer.cookies["osessionid"]
    assert re.fullmatch(r"\w+", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert anonymous.get("/current_user/").json()["pk"] == shopper.pk


def test_the_key_is_no_key(anonymous: Client, shopper: Shopper) -> None:
    """The `key` of the answer is neither the session's cookie nor accepted as one."""
    answer = log_in(anonymous, shopper.email)
    key = answer.json()["key"]
    assert key != answer.cookies["osessionid"].value
    stranger = Client()
    stranger.cookies["osessionid"] = key
    assert stranger.get("/current_user/").status_code == 401


def test_form(anonymous: Client, shopper: Shopper) -> None:
    """The same as a form of either kind."""
    body = {"email": shopper.email, "password": PASSWORD}
    for answer in (
        anonymous.post(URL, body),
        anonymous.post(URL, urlencode(body), content_type="application/x-www-form-urlencoded"),
    ):
        assert (answer.status_code, len(answer.json()["key"])) == (200, 40)


def test_refused(anonymous: Client, shopper: Shopper, make_shopper: Any) -> None:
    """Wrong password, unknown e-mail, closed account: the same answer, no cookie."""
    closed = make_shopper(is_active=False)
    for email, password in ((shopper.email, "wrong"), ("nobody@example.com", PASSWORD), (closed.email, PASSWORD)):
        answer = log_in(anonymous, email, password)
        assert (answer.status_code, answer.json()) == (400, REFUSED)
        assert not answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "no address", "password": "x"}, "email"),
        ({"email": "a@example.com"}, "password"),
        ({"email": "a@example.com", "password": ""}, "password"),
        ({"email": "a@example.com", "password": "x" * 129}, "password"),
        ({"email": "a@example.com", "password": {"$ne": ""}}, "password"),
        ({"email": ["a@example.com"], "password": "x"}, "email"),
        ({"email": "a@example.com", "password": "a\u0000b"}, "non_field_errors"),
    ],
)
def test_bad_shape(anonymous: Client, body: dict[str, Any], field: str) -> None:
    """400 by field, and no try is counted."""
    for _ in range(8):
        answer = anonymous.post(URL, body, content_type="application/json")
        assert answer.status_code == 400
        assert field in answer.json()
        assert all(isinstance(text, str) for texts in answer.json().values() for text in texts)


def test_other_methods_and_types(anonymous: Client, shopper: Shopper) -> None:
    """405 and 415 in the house's words."""
    assert anonymous.get(URL).json() == {"detail": 'Method "GET" not allowed.'}
    answer = anonymous.post(URL, "<a/>", content_type="text/xml")
    assert (answer.status_code, list(answer.json())) == (415, ["detail"])


def test_stale_cookies_and_no_token(shopper: Shopper, make_shopper: Any, sign_in: Any) -> None:
    """The storefront's server sends old cookies and no CSRF header; what comes out is a new session."""
    other = sign_in(make_shopper())
    del other.defaults["HTTP_X_CSRFTOKEN"]
    before = other.cookies["osessionid"].value
    answer = log_in(other, shopper.email)
    assert answer.status_code == 200
    assert answer.cookies["osessionid"].value != before
    assert other.get("/current_user/").json()["pk"] == shopper.pk
    thief = Client()
    thief.cookies["osessionid"] = before
    assert thief.get("/current_user/").status_code == 401
    other.cookies["osessionid"] = "gone"
    assert log_in(other, shopper.email).status_code == 200


def test_planted_session_is_not_taken_over(anonymous: Client, shopper: Shopper) -> None:
    """Who plants a guest's session in somebody's browser does not get in when that person signs in."""
    planter = Client()
    planter.post("/users/activate-currency/", {"currency_code": "usd"})
    key = planter.cookies["osessionid"].value
    anonymous.cookies["osessionid"] = key
    log_in(anonymous, shopper.email)
    assert Session.objects.get().currency_code == "usd"
    assert planter.cookies["osessionid"].value == key
    assert planter.get("/current_user/").status_code == 401


def test_captcha_lifts_the_limit(anonymous: Client, shopper: Shopper) -> None:
    """After five wrong passwords 429 names the captcha; passing it gives one more try."""
    for _ in range(5):
        log_in(anonymous, shopper.email, "wrong")
    answer = log_in(anonymous, shopper.email)
    assert answer.status_code == 429
    assert answer.json() == {"detail": "Request was throttled.", "redirect_url": "/users/pz-captcha/"}
    assert 1 <= int(answer["Retry-After"]) <= 301
    passed = anonymous.post("/users/pz-captcha/", {"g-recaptcha-response": TEST_TOKEN})
    assert passed.json() == {"location": "/"}
    assert log_in(anonymous, shopper.email).status_code == 200


def test_texts_in_the_asked_language(anonymous: Client, shopper: Shopper) -> None:
    """The framework's texts come in the language of the request."""
    answer = anonymous.post(URL, {}, content_type="application/json", headers={"accept-language": "de"})
    assert answer.json()["email"] == ["Dieses Feld ist zwingend erforderlich."]
