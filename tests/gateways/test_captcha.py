"""One suite for every captcha adapter, and what a request must not suffer."""

import time
from urllib.parse import parse_qs

import pytest

from patron.gateways import captcha
from patron.gateways.captcha.embedded import TEST_TOKEN
from patron.kernel import dynamic

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["embedded", "recaptcha", "hcaptcha", "turnstile"])
def configured(request, provider):
    """Each provider in turn; the HTTP ones ask a stand-in that accepts TEST_TOKEN."""
    value = {"provider": request.param}
    if request.param != "embedded":
        provider.status, provider.body = 200, b'{"success": true, "hostname": "shop.example"}'
        value |= {"site_key": "site", "secret": "secret", "url": provider.url}
    dynamic.put("CAPTCHA_GATEWAY", value, staff_id=None, source="test")
    return provider


def test_the_right_token_passes(configured):
    """A person goes on."""
    assert captcha.verify(TEST_TOKEN, "203.0.113.7")


def test_another_token_does_not(configured):
    """Nor does none, nor one nobody could have been given."""
    configured.body = b'{"success": false, "error-codes": ["invalid-input-response"]}'

    assert not captcha.verify("wrong", "203.0.113.7")
    assert not captcha.verify("", "203.0.113.7")
    assert not captcha.verify("x" * 10_000, "203.0.113.7")


def test_the_widget_gets_a_site_key(configured):
    """The operator's, or the embedded one."""
    assert captcha.site_key() in ("site", "patron_embedded")


def test_the_known_token_is_worth_nothing_outside_the_sandbox(settings):
    """An operator who configured no captcha has not opened the door."""
    settings.SANDBOX = False

    assert not captcha.verify(TEST_TOKEN, "203.0.113.7")


@pytest.fixture
def asked(provider):
    """A provider that is asked over HTTP."""
    provider.status, provider.body = 200, b'{"success": true}'
    value = {"provider": "turnstile", "site_key": "site", "secret": "s3", "url": provider.url}
    dynamic.put("CAPTCHA_GATEWAY", value, staff_id=None, source="test")
    return provider


def test_the_question_is_a_form(asked):
    """Secret, token and address, as all three providers publish it."""
    captcha.verify("abc", "203.0.113.7")

    assert parse_qs(asked.requests[0].body.decode()) == {
        "secret": ["s3"],
        "response": ["abc"],
        "remoteip": ["203.0.113.7"],
    }


@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b"<html>"), (200, b"[]"), (302, b"")])
def test_trouble_is_not_a_pass(asked, status, body):
    """Whatever the provider says that is no yes."""
    asked.status, asked.body = status, body

    assert not captcha.verify("abc", "203.0.113.7")


def test_a_slow_provider_holds_a_request_for_two_seconds_at_most(asked):
    """And the caller is not passed."""
    asked.delay = 4
    started = time.monotonic()

    assert not captcha.verify("abc", "203.0.113.7")
    assert time.monotonic() - started < 3


def test_a_provider_needs_its_keys():
    """The setting is refused without them, and the old one stays."""
    with pytest.raises(dynamic.BadValue):
        dynamic.put("CAPTCHA_GATEWAY", {"provider": "hcaptcha"}, staff_id=None, source="test")

    assert dynamic.get("CAPTCHA_GATEWAY") == {"provider": "embedded"}
