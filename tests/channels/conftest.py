"""A staff member whose password is known, channels, and a client that speaks English and JSON."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client

from patron.channels import staff, tokens
from patron.channels.models import Channel, Staff
from patron.kernel import clock

PASSWORD = "correct horse battery"
Call = Callable[..., HttpResponse]


@pytest.fixture
def clerk(db: None) -> Staff:
    """An ordinary staff member, password PASSWORD."""
    return staff.create("clerk", PASSWORD, email="clerk@shop.example")


@pytest.fixture
def call() -> Call:
    """`call("POST", path, {...}, token=key, ip="198.51.100.7")` answers as a client in English gets it."""
    client = Client(headers={"Accept-Language": "en"})

    def send(
        method: str, path: str, body: Any = None, *, token: str | None = None, ip: str = "198.51.100.7", **headers: str
    ) -> HttpResponse:
        if token is not None:
            headers["Authorization"] = f"Token {token}"
        return client.generic(
            method,
            path,
            "" if body is None else client._encode_json(body, "application/json"),
            "application/json",
            headers=headers,
            REMOTE_ADDR=ip,
        )

    return send


@pytest.fixture
def make_channel(db: None) -> Callable[..., Channel]:
    """`make_channel("Bazaar", …)`: a channel, a marketplace unless said otherwise."""

    def make(name: str = "Bazaar", **fields: Any) -> Channel:
        now = clock.now()
        return Channel.objects.create(name=name, **{"created_at": now, "modified_at": now} | fields)

    return make


@pytest.fixture
def make_token(db: None) -> Callable[..., str]:
    """`make_token("channels.view_channel", …, channels=[channel])`: the key of a staff member who holds just these.

    `channels`: the only ones they see; every one when left out. `is_superuser=True`: everything.
    """

    def issue(
        *permissions: str, channels: Iterable[Channel] | None = None, is_superuser: bool = False, name: str = ""
    ) -> str:
        member = Staff.objects.create(
            username=name or f"clerk-{Staff.objects.count()}",
            is_staff=True,
            is_superuser=is_superuser,
            is_restricted=channels is not None,
        )
        member.channels.set(channels or ())
        member.user_permissions.set(permission(each) for each in permissions)
        return tokens.issue(member, tokens.LOGIN)

    return issue


def permission(name: str) -> Permission:
    """The row of `app.codename`."""
    app, _dot, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
