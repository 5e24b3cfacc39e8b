from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from patron.operations import checks

PROVIDER = {"base_url": "https://sms.example", "username": "shop", "password": "secret", "sender": "SHOP"}


def _ids() -> list[str]:
    return sorted(str(message.id) for message in checks.found())


@pytest.mark.django_db
def test_the_sandbox_as_it_comes_has_nothing_to_mend() -> None:
    """What `make run` starts passes every check."""
    assert _ids() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"MAIL_GATEWAY": "smtp"}, ["patron.E001"]),
        ({"SECRET_KEY": "short"}, ["patron.E003"]),
        ({"SECRET_KEY_FALLBACKS": ["short"]}, ["patron.E003"]),
        ({"SANDBOX": False, "ALLOWED_HOSTS": ["shop.example"]}, ["patron.W001", "patron.W002"]),
        ({"SANDBOX": False, "ALLOWED_HOSTS": ["*"], "MAIL_GATEWAY": "smtp"}, ["patron.E004", "patron.W002"]),
    ],
)
def test_each_mistake_has_its_number(changed: dict[str, Any], found: list[str]) -> None:
    """Errors keep Patron from starting, warnings are only told."""
    with override_settings(**changed):
        assert _ids() == found


@pytest.mark.django_db
def test_a_real_provider_is_refused_in_the_sandbox_and_wanted_in_production(setting: Callable[..., None]) -> None:
    """The moved clock and the magic numbers of the sandbox must never reach people."""
    setting("SMS_GATEWAYS", {"real": PROVIDER})
    setting("SMS_GATEWAY", "real")
    assert _ids() == ["patron.E002"]
    with override_settings(SANDBOX=False, ALLOWED_HOSTS=["shop.example"], MAIL_GATEWAY="smtp"):
        assert _ids() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://loyalty.shop.example/v1", ["patron.E006"]),
        ("http://10.0.0.5:9000", ["patron.E006"]),
        ("http://127.0.0.1:9000/v1", []),
        ("http://localhost", []),
        ("http://[::1]:9000", []),
    ],
)
def test_the_sandbox_asks_no_loyalty_program_but_one_on_this_machine(
    setting: Callable[..., None], url: str, found: list[str]
) -> None:
    """Where a developer tries their own."""
    service = {"provider": "http", "base_url": url, "username": "u", "password": "p"}
    setting("CUSTOMER_LOYALTY_CARD_SERVICE", service)

    assert _ids() == found
    with override_settings(SANDBOX=False, ALLOWED_HOSTS=["shop.example"], MAIL_GATEWAY="smtp"):
        assert _ids() == ["patron.W002"]


def test_without_a_database_only_the_environment_is_looked_at() -> None:
    """`django-admin check` and the making of migrations ask for no database."""
    assert checks.gateways(None) == []
