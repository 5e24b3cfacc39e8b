"""A staff member whose password is known, and a client that speaks English and JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from patron.channels import staff
from patron.channels.models import Staff

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
