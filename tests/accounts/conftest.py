"""Shoppers, clients that are signed in as one, and a clock that can be moved."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import translation

from patron.accounts import cookies, phone_claims, sessions
from patron.accounts.models import Shopper
from patron.kernel import clock, context, secrets

PASSWORD = "Correct-horse-7"
_numbers = itertools.count(1)


@cache
def _hashed(password: str) -> str:
    return make_password(password)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Texts are compared in English, and no request went before, whatever another test left behind."""
    context.enter(context.Caller(language="en"))
    with translation.override("en"):
        yield


@pytest.fixture
def make_shopper() -> Callable[..., Shopper]:
    """`make_shopper(email="a@b.example", phone="+90…")`: an active, registered shopper with password PASSWORD.

    `password` is taken in clear; None makes a shopper who has none.
    """

    def make(*, password: str | None = PASSWORD, **fields: Any) -> Shopper:
        number = next(_numbers)
        now = clock.now()
        if fields.get("phone") and "phone_e164" not in fields:
            fields["phone_e164"] = phone_claims.e164(fields["phone"])
            fields["phone_claim"] = phone_claims.claim_of(fields["phone_e164"])
        return Shopper.objects.create(
            **{
                "username": secrets.digest(f"shopper {number}"),
                "email": f"Shopper.{number}@example.com",
                "password": make_password(None) if password is None else _hashed(password),
                "first_name": "Ada",
                "last_name": "Yılmaz",
                "language_code": "en",
                "date_joined": now,
                "modified_date": now,
            }
            | fields
        )

    return make


@pytest.fixture
def anonymous() -> Client:
    """Nobody, who reads English and has no cookies."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def sign_in() -> Callable[[Shopper], Client]:
    """`sign_in(shopper)`: a client with a session of its own that sends cookie and CSRF header with every request."""

    def enter(shopper: Shopper) -> Client:
        token = secrets.new_token()
        client = Client(headers={"accept-language": "en", "x-csrftoken": token})
        client.cookies[settings.SESSION_COOKIE] = sessions.sign_in(None, shopper).key
        client.cookies[cookies.CSRF] = token
        return client

    return enter


@pytest.fixture
def advance(own_clock: None) -> Iterator[Callable[[float], None]]:
    """`advance(seconds)` moves the clock on, for this test."""
    moved = timedelta(0)

    def move(seconds: float) -> None:
        nonlocal moved
        moved += timedelta(seconds=seconds)

    clock.install_offset(lambda: moved)
    yield move
    clock.install_offset(None)
