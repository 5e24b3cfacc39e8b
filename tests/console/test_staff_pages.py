import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from patron.channels import access, tokens
from patron.channels.models import Channel, Staff, StaffToken
from patron.kernel import clock
from tests.console.conftest import PASSWORD, browser_of

STAFF = "/console/channels/staff/"
TOKENS = "/console/channels/stafftoken/"


@pytest.fixture
def deputy(clerk: Staff) -> Staff:
    """May see and change staff and tokens, and is no superuser."""
    clerk.user_permissions.add(*Permission.objects.filter(content_type__app_label="channels"))
    return clerk


def form_of(member: Staff, **changed: object) -> dict[str, object]:
    return {"username": member.username, "email": member.email, "is_active": "on", "is_staff": "on"} | changed


def test_a_new_member_may_open_the_console(console: Client) -> None:
    """Username and password are enough; weak passwords are refused."""
    weak = console.post(f"{STAFF}add/", {"username": "new", "password1": "12345678", "password2": "12345678"})
    assert weak.status_code == 200
    sent = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    assert console.post(f"{STAFF}add/", sent).status_code == 302
    made = Staff.objects.get(username="new")
    assert (made.is_staff, made.is_superuser, made.check_password(PASSWORD)) == (True, False, True)


def test_rights_are_given_by_superusers_only(boss: Staff, deputy: Staff) -> None:
    """Somebody who may change staff cannot make themselves a superuser, nor touch one."""
    client = browser_of(deputy)
    rights = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    sent = form_of(deputy, is_superuser="on", user_permissions=rights, first_name="Dee")
    assert client.post(f"{STAFF}{deputy.pk}/change/", sent).status_code == 302
    deputy.refresh_from_db()
    assert deputy.first_name == "Dee"
    assert not deputy.is_superuser
    assert deputy.user_permissions.count() < len(rights)
    assert client.post(f"{STAFF}{boss.pk}/change/", form_of(boss)).status_code == 403
    assert client.post(f"{STAFF}{boss.pk}/password/", {"password1": "x", "password2": "x"}).status_code == 403
    assert client.post("/console/auth/group/add/", {"name": "mine"}).status_code == 403


def test_whoever_may_more_is_not_touched(deputy: Staff) -> None:
    """A new password for somebody who may more would be the way to what they may; for the others it is set."""
    other = Staff.objects.create(username="other")
    client = browser_of(deputy)
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client.post(f"{STAFF}{other.pk}/password/", sent).status_code == 302
    other.user_permissions.add(Permission.objects.get(codename="view_consent"))
    assert client.post(f"{STAFF}{other.pk}/password/", sent).status_code == 403
    assert client.post(f"{STAFF}{other.pk}/change/", form_of(other)).status_code == 403


def test_a_member_is_bound_to_channels(console: Client, clerk: Staff) -> None:
    """By superusers, on the member's page, and on a channel's page for a group."""
    now = clock.now()
    bazaar = Channel.objects.create(name="Bazaar", created_at=now, modified_at=now)
    sent = form_of(clerk, is_restricted="on", channels=[bazaar.pk])
    assert console.post(f"{STAFF}{clerk.pk}/change/", sent).status_code == 302
    assert access.of(Staff.objects.get(pk=clerk.pk)).scope.ids == {bazaar.pk}
    group = Group.objects.create(name="apps")
    wish = {
        "name": "Other",
        "channel_type": "store",
        "is_active": "on",
        "conf": "{}",
        "schema": "{}",
        "groups": [group.pk],
    }
    assert console.post("/console/channels/channel/add/", wish).status_code == 302
    other = Channel.objects.get(name="Other")
    clerk.groups.add(group)
    assert access.of(Staff.objects.get(pk=clerk.pk)).scope.ids == {bazaar.pk, other.pk}


def test_groups_of_a_channel_are_given_by_superusers(deputy: Staff) -> None:
    """Others change the rest of it."""
    now = clock.now()
    bazaar = Channel.objects.create(name="Bazaar", created_at=now, modified_at=now)
    group = Group.objects.create(name="apps")
    wish = {
        "name": "Grand",
        "channel_type": "store",
        "is_active": "on",
        "conf": "{}",
        "schema": "{}",
        "groups": [group.pk],
    }
    assert browser_of(deputy).post(f"/console/channels/channel/{bazaar.pk}/change/", wish).status_code == 302
    bazaar.refresh_from_db()
    assert (bazaar.name, bazaar.groups.count()) == ("Grand", 0)


def test_superusers_give_rights_by_ticking_boxes(console: Client, clerk: Staff) -> None:
    """The page offers what opens something and stores what was ticked; a group the same."""
    right = Permission.objects.get(codename="view_consent")
    page = console.get(f"{STAFF}{clerk.pk}/change/").content.decode()
    assert f'name="user_permissions" value="{right.pk}"' in page
    assert "Consent ledger: add" not in page
    assert console.post(f"{STAFF}{clerk.pk}/change/", form_of(clerk, user_permissions=[right.pk])).status_code == 302
    assert list(clerk.user_permissions.all()) == [right]
    assert console.post("/console/auth/group/add/", {"name": "ledger", "permissions": [right.pk]}).status_code == 302
    assert list(Group.objects.get(name="ledger").permissions.all()) == [right]


def test_a_new_password_ends_sign_ins(console: Client, clerk: Staff) -> None:
    """Setting another's password ends what was signed in with the old one."""
    key = tokens.issue(clerk, tokens.LOGIN)
    new = "another horse battery"
    sent = {"password1": new, "password2": new, "usable_password": "true"}
    assert console.post(f"{STAFF}{clerk.pk}/password/", sent).status_code == 302
    assert tokens.owner(key) is None
    assert Staff.objects.get(pk=clerk.pk).check_password(new)


def test_a_tokens_key_is_shown_once(console: Client, clerk: Staff) -> None:
    """The page after making it shows a key that works; no later page does, and no redirect carries it."""
    answer = console.post(f"{TOKENS}add/", {"staff": clerk.pk, "name": "ERP", "expires_at_0": "", "expires_at_1": ""})
    assert answer.status_code == 200
    key = re.findall(r'id="key"[^>]*>([0-9a-f]{40})<', answer.content.decode())[0]
    assert tokens.owner(key) == clerk
    token = StaffToken.objects.get()
    for address in (TOKENS, f"{TOKENS}{token.pk}/change/"):
        assert key not in console.get(address).content.decode()


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"name": "login"}, {"expires_at_0": "2001-01-01", "expires_at_1": "00:00"}]
)
def test_bad_tokens_are_not_made(console: Client, clerk: Staff, bad: dict[str, str]) -> None:
    """No name, the name of sign-ins, an end that is past."""
    sent = {"staff": clerk.pk, "name": "ERP", "expires_at_0": "", "expires_at_1": ""} | bad
    answer = console.post(f"{TOKENS}add/", sent)
    assert answer.context["adminform"].form.errors
    assert not StaffToken.objects.exists()


def test_others_get_tokens_for_themselves_only(boss: Staff, deputy: Staff) -> None:
    """Nobody makes or revokes a token of somebody who may do more."""
    client = browser_of(deputy)
    sent = {"staff": boss.pk, "name": "ERP", "expires_at_0": "", "expires_at_1": ""}
    assert client.post(f"{TOKENS}add/", sent).context["adminform"].form.errors
    theirs, mine = tokens.make(boss, "ERP")[0], tokens.make(deputy, "ERP")[0]
    client.post(TOKENS, {"action": "revoke", "_selected_action": [theirs.pk, mine.pk]})
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert theirs.revoked_at is None
    assert mine.revoked_at is not None
