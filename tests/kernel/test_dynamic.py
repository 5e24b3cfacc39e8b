"""Settings that change while Patron runs: what is refused, what is audited, when it is felt."""

from typing import Any

import pytest

from patron.kernel import dynamic
from patron.kernel.dynamic import BadValue
from patron.kernel.models import SettingChange

PROVIDER = {"base_url": "https://sms.example", "username": "u", "password": "geheim", "sender": "S"}


def put(name: str, value: Any) -> None:
    dynamic.put(name, value, staff_id=None, source="test")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMS_OTP_EXPIRE_TIME", 0),
        ("SMS_OTP_EXPIRE_TIME", 601),
        ("USER_PHONE_REGEX", "("),
        ("REGISTRATION_MODE", "none"),
        ("SMS_GATEWAY", "nowhere"),
        ("SMS_GATEWAYS", {"inbox": PROVIDER}),
        ("SMS_GATEWAYS", {"main": PROVIDER | {"base_url": "ftp://x"}}),
        ("THROTTLING_SETTINGS", {"logn": {"count": 1, "duration": "1m"}}),
        ("THROTTLING_SETTINGS", {"login": {"count": 1, "duration": "999999999d"}}),
        ("DEFAULT_CURRENCY", "xxx"),
        ("AVAILABLE_CURRENCIES", ["usd"]),
        ("DEFAULT_PHONE_REGION", "XX"),
        ("THROTTLE_EXEMPT_NETWORKS", ["10.0.0.0/99"]),
        ("SMS_ALLOWED_COUNTRIES", "TR"),
    ],
)
def test_refused(name: str, value: Any) -> None:
    """A bad value is refused with a reason, the old one stays, and nothing is audited."""
    before = dynamic.get(name)
    with pytest.raises(BadValue, match=r"\w"):
        put(name, value)
    assert dynamic.get(name) == before
    assert not SettingChange.objects.exists()


@pytest.mark.django_db
def test_a_choice_agrees_with_what_there_is() -> None:
    """A gateway is chosen once it is declared, and the one in use cannot be dropped."""
    put("SMS_GATEWAYS", {"main": PROVIDER})
    put("SMS_GATEWAY", "main")
    with pytest.raises(BadValue):
        put("SMS_GATEWAYS", {})
    put("SMS_GATEWAY", "inbox")
    put("SMS_GATEWAYS", {})


@pytest.mark.django_db
def test_audited_without_secrets() -> None:
    """Each change is one row with both values, passwords masked; the same value again is no change."""
    put("SMS_GATEWAYS", {"main": PROVIDER})
    put("SMS_GATEWAYS", {"main": PROVIDER})
    change = SettingChange.objects.get()
    assert (change.old_value, change.new_value["main"]["sender"]) == ({}, "S")
    assert "geheim" not in str(change.new_value)
    assert dynamic.get("SMS_GATEWAYS")["main"]["password"] == "geheim"


@pytest.mark.django_db
def test_an_access_costs_no_query(django_assert_num_queries: Any) -> None:
    """One statement reads them all; accesses after it read memory."""
    dynamic.forget()
    with django_assert_num_queries(1):
        for name in list(dynamic.REGISTRY) * 3:
            dynamic.get(name)
