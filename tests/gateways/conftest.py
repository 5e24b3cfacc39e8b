"""What tests of the gateways share."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.kernel import clock
from tests.gateways import standins
from tests.gateways.standins import HttpProvider, MailServer


def jobs() -> list[Any]:
    """The queued jobs in the worker's order."""
    return list(ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "id"))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpProvider]:
    """An HTTP provider that accepts, and is reached without a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with standins.http_provider() as provider:
        yield provider


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """An SMTP server that accepts, as EMAIL_URL would name it."""
    with standins.mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def pass_time() -> Iterator[Callable[[float], None]]:
    """`pass_time(seconds)` moves the clock on."""
    moved = timedelta(0)

    def on(seconds: float) -> None:
        nonlocal moved
        moved += timedelta(seconds=seconds)

    clock.install_offset(lambda: moved)
    yield on
    clock.install_offset(None)
