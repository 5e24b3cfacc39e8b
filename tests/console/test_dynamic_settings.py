import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from patron.channels.models import Staff
from patron.console import dynamic_settings
from patron.kernel import dynamic
from patron.kernel.models import SettingChange
from tests.console.conftest import browser_of

PROVIDER = {"base_url": "https://sms.example", "username": "u", "password": "top secret", "sender": "SHOP"}


def shown(client: Client, group: str) -> dict[str, Any]:
    """What a browser would send back unchanged: each field and what it was compared with."""
    form = client.get(f"/console/settings/{group}/").context["form"]
    sent: dict[str, Any] = {}
    for field in form:
        value = field.value()
        for name in (field.html_name, field.html_initial_name):
            if value is not False:
                sent[name] = "on" if value is True and name == field.html_name else value
    return sent


def save(client: Client, group: str, **changed: Any) -> Any:
    """Open the page, change some fields, send it."""
    sent = shown(client, group) | changed
    return client.post(
        f"/console/settings/{group}/", {name: value for name, value in sent.items() if value is not None}
    )


def test_anonymous_callers_are_sent_to_the_login(db: None, client: Client) -> None:
    """The page and the saving need somebody signed in."""
    assert client.get("/console/settings/").status_code == 302
    assert client.post("/console/settings/sms/", {}).status_code == 302


def test_rights_open_and_save_the_page(clerk: Staff) -> None:
    """Without a right 403; with the one to see it is read-only; with the one to change it saves."""
    assert browser_of(clerk).get("/console/settings/").status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_config"))
    reader = browser_of(Staff.objects.get(pk=clerk.pk))
    assert "<fieldset" in reader.get("/console/settings/").content.decode()
    assert save(reader, "account", SHOP_NAME="Akasya").status_code == 403
    assert dynamic.get("SHOP_NAME") == "Patron"
    clerk.user_permissions.add(Permission.objects.get(codename="change_config"))
    assert save(browser_of(Staff.objects.get(pk=clerk.pk)), "account", SHOP_NAME="Akasya").status_code == 302
    assert dynamic.get("SHOP_NAME") == "Akasya"


def test_every_setting_is_on_a_page_with_its_sentence(console: Client) -> None:
    """Group by group the whole registry; each group opens."""
    found = {}
    for group in {setting.group for setting in dynamic.REGISTRY.values()}:
        answer = console.get(f"/console/settings/{group}/")
        assert answer.status_code == 200
        found |= {name: field.help_text for name, field in answer.context["form"].fields.items()}
    assert {name: str(text) for name, text in found.items()} == {
        name: str(setting.help) for name, setting in dynamic.REGISTRY.items()
    }
    assert console.get("/console/settings/nothing/").status_code == 404


def test_each_room_names_its_group() -> None:
    """A group without a translated title would show as its bare word."""
    assert {setting.group for setting in dynamic.REGISTRY.values()} <= set(dynamic_settings.GROUPS)


@pytest.mark.parametrize(
    ("group", "name", "sent", "stored"),
    [
        ("account", "SHOP_NAME", "Akasya", "Akasya"),
        ("account", "NOTIFY_OLD_PHONE", None, False),
        ("account", "REGISTRATION_MODE", "kvkk", "kvkk"),
        ("sms", "SMS_OTP_LENGTH", "8", 8),
        ("account", "USER_REQUIRED_FIELDS", '["phone"]', ["phone"]),
        ("sms", "SMS_GATEWAYS", json.dumps({"main": PROVIDER}), {"main": PROVIDER}),
    ],
)
def test_a_change_is_stored_and_audited(
    console: Client, boss: Staff, group: str, name: str, sent: Any, stored: Any
) -> None:
    """Each kind of input stores its value; one audit row says who, from where, and what, with secrets masked."""
    assert save(console, group, **{name: sent}).status_code == 302
    assert dynamic.get(name) == stored
    change = SettingChange.objects.get()
    assert (change.name, change.staff, change.source) == (name, boss, "console")
    assert change.new_value == dynamic.masked(stored, name)
    assert "top secret" not in json.dumps(change.new_value)


@pytest.mark.parametrize(
    ("group", "name", "sent", "reason"),
    [
        ("sms", "SMS_OTP_EXPIRE_TIME", "0", "expected a number from 1 to 600"),
        ("sms", "SMS_OTP_LENGTH", "many", "Enter a whole number."),
        ("account", "USER_PHONE_REGEX", "(", "the regular expression does not compile"),
        ("account", "USER_REQUIRED_FIELDS", '["shoe_size"]', "expected one of"),
        ("account", "USER_REQUIRED_FIELDS", "[", "Enter a valid JSON."),
        ("account", "REGISTRATION_MODE", "by_pigeon", "Select a valid choice."),
        ("sms", "SMS_GATEWAYS", '{"main": {}}', "missing: base_url"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(
    console: Client, group: str, name: str, sent: str, reason: str
) -> None:
    """The old value stays, nothing is audited, the page says why and keeps what was typed."""
    before = dynamic.get(name)
    answer = save(console, group, **{name: sent})
    assert answer.status_code == 200
    assert reason in str(answer.context["form"].errors[name])
    assert dynamic.get(name) == before
    assert not SettingChange.objects.exists()
    assert "".join(answer.context["form"][name].value().split()) == "".join(sent.split())


def test_one_bad_value_keeps_the_good_ones_out(console: Client) -> None:
    """A page is stored as a whole or not at all."""
    answer = save(console, "sms", SMS_OTP_LENGTH="8", SMS_OTP_EXPIRE_TIME="0")
    assert answer.status_code == 200
    assert dynamic.get("SMS_OTP_LENGTH") == 6
    assert not SettingChange.objects.exists()


def test_secrets_are_masked_and_kept(console: Client, boss: Staff) -> None:
    """No page shows it; sent back masked it stays, typed anew it changes, moved to another name it is refused."""
    dynamic.put("SMS_GATEWAYS", {"main": PROVIDER}, staff_id=boss.pk, source="test")
    page = console.get("/console/settings/sms/")
    assert "top secret" not in page.content.decode()
    masked = {"main": PROVIDER | {"password": dynamic.MASK}}

    assert (
        save(console, "sms", SMS_GATEWAYS=json.dumps({"main": masked["main"] | {"sender": "NEW"}})).status_code == 302
    )
    assert dynamic.get("SMS_GATEWAYS") == {"main": PROVIDER | {"sender": "NEW"}}

    answer = save(console, "sms", SMS_GATEWAYS=json.dumps({"other": masked["main"]}))
    assert "there is no secret behind" in str(answer.context["form"].errors["SMS_GATEWAYS"])

    assert save(console, "sms", SMS_GATEWAYS=json.dumps({"main": PROVIDER | {"password": "new"}})).status_code == 302
    assert dynamic.get("SMS_GATEWAYS")["main"]["password"] == "new"


def test_what_somebody_else_changed_meanwhile_stays(console: Client, boss: Staff) -> None:
    """A page that was open for long writes only what was changed on it."""
    stale = shown(console, "account")
    dynamic.put("SHOP_NAME", "Akasya", staff_id=boss.pk, source="test")
    answer = console.post("/console/settings/account/", stale | {"FRESH_LOGIN_SECONDS": "600"})
    assert answer.status_code == 302
    assert (dynamic.get("SHOP_NAME"), dynamic.get("FRESH_LOGIN_SECONDS")) == ("Akasya", 600)


def test_constances_own_page_is_gone(console: Client) -> None:
    """It would neither check nor audit."""
    assert console.get("/console/constance/config/").status_code == 404
