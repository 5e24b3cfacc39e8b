import json
from collections.abc import Callable

import pytest

from patron.kernel import dynamic
from patron.kernel.models import SettingChange
from patron.operations import knobs
from patron.operations.errors import CannotStart

pytestmark = pytest.mark.django_db
PROVIDER = {"base_url": "https://sms.example", "username": "shop", "password": "hunter2hunter2", "sender": "SHOP"}


def test_a_change_is_in_force_and_audited() -> None:
    """As from the console, with the same audit."""
    knobs.write("SMS_OTP_LENGTH", "8")
    assert dynamic.get("SMS_OTP_LENGTH") == 8
    change = SettingChange.objects.get()
    assert (change.name, change.new_value, change.source, change.staff_id) == ("SMS_OTP_LENGTH", 8, "command", None)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SMS_OTP_LENGTH", "three", "no JSON"),
        ("SMS_OTP_LENGTH", "3", "SMS_OTP_LENGTH: "),
        ("SMS_OTP_LENGHT", "8", "did you mean SMS_OTP_LENGTH"),
        ("NOTHING_LIKE_IT", "8", "no setting NOTHING_LIKE_IT"),
    ],
)
def test_a_bad_value_changes_nothing(name: str, value: str, says: str) -> None:
    """The reason is said and the old value stays."""
    with pytest.raises(CannotStart, match=says):
        knobs.write(name, value)
    assert dynamic.get("SMS_OTP_LENGTH") == 6
    assert not SettingChange.objects.exists()


def test_passwords_are_shown_only_when_asked_for(setting: Callable[..., None]) -> None:
    """`list` and `get` may be on a screen that others see."""
    setting("SMS_GATEWAYS", {"real": PROVIDER})
    assert (
        "hunter2" not in knobs.read("SMS_GATEWAYS", reveal=False) + dict(knobs.everything(reveal=False))["SMS_GATEWAYS"]
    )
    assert json.loads(knobs.read("SMS_GATEWAYS", reveal=True))["real"]["password"] == "hunter2hunter2"
