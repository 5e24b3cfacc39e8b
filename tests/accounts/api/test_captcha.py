"""/users/pz-captcha/."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Session
from patron.gateways import captcha
from patron.gateways.captcha.embedded import TEST_TOKEN

URL = "/users/pz-captcha/"


@pytest.mark.django_db
def test_form(anonymous: Client) -> None:
    """The page finds the site key and the token in the HTML; the token is the cookie's."""
    answer = anonymous.get(URL)
    html = answer.json()["html"]
    site_key, token = re.search(r'sitekey="([^"]+)"', html), re.search(r"csrfmiddlewaretoken' value='(\w+)'", html)
    assert site_key
    assert token
    assert site_key[1] == captcha.site_key()
    assert answer.cookies["csrftoken"].value == token[1]


@pytest.mark.django_db
def test_guest_passes(anonymous: Client) -> None:
    """A guest without a session gets one that remembers it, in the answer's only cookie."""
    answer = anonymous.post(URL, {"g-recaptcha-response": TEST_TOKEN})
    assert (answer.status_code, answer.json()) == (200, {"location": "/"})
    assert list(answer.cookies) == ["osessionid"]
    assert Session.objects.get().captcha_passed_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"g-recaptcha-response": "wrong"}, "non_field_errors"),
        ({}, "g-recaptcha-response"),
        ({"g-recaptcha-response": "x" * 9000}, "g-recaptcha-response"),
    ],
)
def test_not_passed(anonymous: Client, body: dict[str, str], field: str) -> None:
    """400 and no session."""
    answer = anonymous.post(URL, body, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_session_needs_the_pages_token(make_shopper: Any, sign_in: Any) -> None:
    """With a session the token must come too, in the header or in the form."""
    client = sign_in(make_shopper())
    token = client.defaults.pop("HTTP_X_CSRFTOKEN")
    assert client.post(URL, {"g-recaptcha-response": TEST_TOKEN}).status_code == 403
    answer = client.post(URL, {"g-recaptcha-response": TEST_TOKEN, "csrfmiddlewaretoken": token})
    assert answer.json() == {"location": "/"}
    assert not answer.cookies


@pytest.mark.django_db
def test_tries_are_limited(anonymous: Client) -> None:
    """Each try asks the provider, so one address cannot ask without end."""
    answers = {anonymous.post(URL, {"g-recaptcha-response": "wrong"}).status_code for _ in range(61)}
    assert answers == {400, 429}
