import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from patron.channels import tokens
from patron.channels.models import Channel, Staff
from tests.channels.conftest import PASSWORD, Call, permission

USERS = "/api/v1/users/"
GROUPS = "/api/v1/groups/"
LOOK_AFTER = ["channels.view_staff", "channels.add_staff", "channels.change_staff"]
NEW = {"username": "new", "password": PASSWORD}
FORM = "application/x-www-form-urlencoded"
Make = Callable[..., Any]


@pytest.fixture
def boss(make_token: Make) -> str:
    """A superuser's sign-in."""
    key: str = make_token(is_superuser=True, name="boss")
    return key


@pytest.fixture
def deputy(make_token: Make) -> str:
    """The sign-in of somebody who looks after staff, may see channels and groups, and is no superuser."""
    key: str = make_token(*LOOK_AFTER, "channels.view_channel", "auth.view_group", name="deputy")
    return key


def body_of(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.content)
    return body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", USERS), ("POST", USERS), ("GET", f"{USERS}999999/"), ("PATCH", f"{USERS}999999/"),
        ("DELETE", f"{USERS}999999/totp/"), ("GET", f"{USERS}999999/tokens/"), ("POST", f"{USERS}999999/tokens/"),
        ("DELETE", f"{USERS}999999/tokens/1/"), ("GET", GROUPS), ("POST", GROUPS), ("GET", f"{GROUPS}999999/"),
        ("PATCH", f"{GROUPS}999999/"), ("DELETE", f"{GROUPS}999999/"),
    ],
)  # fmt: skip
def test_anonymous_is_401_and_without_rights_403(make_token: Make, call: Call, method: str, path: str) -> None:
    """For staff without any permission too, whatever the row."""
    assert call(method, path, {}).status_code == 401
    assert call(method, path, {}, token=make_token()).status_code == 403


def test_made_with_rights_channels_and_groups(make_channel: Make, boss: str, call: Call) -> None:
    """A superuser makes a channel's program; the password is shown nowhere and signs in."""
    bazaar = make_channel()
    group = Group.objects.create(name="apps")
    rights = {"is_restricted": True, "channels": [bazaar.pk], "groups": [group.pk]}
    wish = NEW | {"email": "app@shop.example", "permissions": ["channels.view_channel"]} | rights
    made = call("POST", USERS, wish, token=boss)
    row = body_of(made)
    assert made.status_code == 201
    assert {name: row[name] for name in wish if name != "password"} == {
        k: v for k, v in wish.items() if k != "password"
    }
    assert (row["is_superuser"], row["is_staff"], row["is_active"], row["has_totp"]) == (False, False, True, False)
    assert PASSWORD not in made.content.decode()
    assert body_of(call("GET", f"{USERS}{row['pk']}/", token=boss)) == row
    assert body_of(call("GET", f"{USERS}?username=new", token=boss))["results"] == [row]
    key = body_of(call("POST", "/api/v1/auth/login/", NEW))["key"]
    assert body_of(call("GET", "/api/v1/channels/", token=key))["count"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "boss"}, "username"),
        ({"username": "two words"}, "username"),
        ({"password": "12345678"}, "password"),
        ({"email": "nowhere"}, "email"),
        ({"groups": [99999]}, "groups"),
        ({"channels": [99999]}, "channels"),
        ({"channels": 6}, "channels"),
        ({"permissions": ["channels.fly_channel"]}, "permissions"),
        ({"permissions": ["nonsense"]}, "permissions"),
    ],
)
def test_bad_wishes_are_400_by_field(boss: str, call: Call, change: dict[str, Any], field: str) -> None:
    """Nobody is made, nor half changed."""
    answer = call("POST", USERS, NEW | change, token=boss)
    assert (answer.status_code, list(body_of(answer))) == (400, [field])
    assert not Staff.objects.exclude(username="boss").exists()


def test_what_one_holds_can_be_given(deputy: str, call: Call) -> None:
    """And taken: somebody who looks after staff gives a right of theirs, and a group of such."""
    group = Group.objects.create(name="viewers")
    group.permissions.add(permission("channels.view_channel"))
    given = {"permissions": ["channels.view_staff"], "groups": [group.pk]}
    made = call("POST", USERS, NEW | given, token=deputy)
    assert made.status_code == 201
    taken = call("PATCH", f"{USERS}{body_of(made)['pk']}/", {"permissions": [], "groups": []}, token=deputy)
    assert (body_of(taken)["permissions"], body_of(taken)["groups"]) == ([], [])


def test_what_one_lacks_cannot_be_given(make_channel: Make, deputy: str, call: Call) -> None:
    """Not to a new member, not to an old one, not to oneself, neither directly nor through a group."""
    group = Group.objects.create(name="deleters")
    group.permissions.add(permission("channels.delete_channel"))
    me = Staff.objects.get(username="deputy")
    old = Staff.objects.create(username="old")
    for more in ({"is_superuser": True}, {"permissions": ["channels.delete_channel"]}, {"groups": [group.pk]}):
        assert call("POST", USERS, NEW | more, token=deputy).status_code == 403
        for member in (me, old):
            assert call("PATCH", f"{USERS}{member.pk}/", more, token=deputy).status_code == 403
    for member in (me, old):
        member.refresh_from_db()
        assert (member.is_superuser, member.groups.count()) == (False, 0)
    assert not Staff.objects.filter(username="new").exists()


def test_whoever_may_more_cannot_be_touched(boss: str, deputy: str, call: Call) -> None:
    """A new password for them would be the way to what they may; an e-mail, a name or a switch neither."""
    superuser = Staff.objects.get(username="boss")
    other = Staff.objects.create(username="other")
    other.user_permissions.add(permission("channels.delete_channel"))
    for member in (superuser, other):
        for change in ({"password": PASSWORD}, {"email": "x@shop.example"}, {"is_active": False}, {"permissions": []}):
            assert call("PATCH", f"{USERS}{member.pk}/", change, token=deputy).status_code == 403
    superuser.refresh_from_db()
    assert superuser.is_active
    assert not superuser.has_usable_password() or not superuser.check_password(PASSWORD)


def test_staff_of_some_channels_see_themselves_and_change_nobody(
    make_channel: Make, make_token: Make, boss: str, call: Call
) -> None:
    """Whatever permissions they hold."""
    key = make_token(*LOOK_AFTER, "auth.view_group", channels=[make_channel()], name="app")
    mine = Group.objects.create(name="mine")
    Group.objects.create(name="another")
    me = Staff.objects.get(username="app")
    me.groups.add(mine)
    assert [row["username"] for row in body_of(call("GET", USERS, token=key))["results"]] == ["app"]
    assert [row["name"] for row in body_of(call("GET", GROUPS, token=key))["results"]] == ["mine"]
    assert call("GET", f"{USERS}{Staff.objects.get(username='boss').pk}/", token=key).status_code == 404
    assert call("PATCH", f"{USERS}{me.pk}/", {"is_restricted": False}, token=key).status_code == 403
    assert call("POST", USERS, NEW, token=key).status_code == 403


def test_nobody_takes_the_last_key_from_themselves(boss: str, call: Call) -> None:
    """A superuser neither switches themselves off nor gives up being one, so one is left."""
    me = Staff.objects.get(username="boss")
    for name in ("is_active", "is_superuser"):
        answer = call("PATCH", f"{USERS}{me.pk}/", {name: False}, token=boss)
        assert (answer.status_code, list(body_of(answer))) == (400, [name])
    assert call("PATCH", f"{USERS}{me.pk}/", {"first_name": "Bo", "is_active": True}, token=boss).status_code == 200


def test_a_programs_token_looks_after_nobody(boss: str, call: Call) -> None:
    """A key that leaked from a program makes no staff, no group and no password."""
    program = tokens.issue(Staff.objects.get(username="boss"), "ERP")
    me = Staff.objects.get(username="boss").pk
    for method, path in (
        ("POST", USERS), ("PATCH", f"{USERS}{me}/"), ("POST", GROUPS), ("DELETE", f"{GROUPS}999999/"),
        ("DELETE", f"{USERS}{me}/totp/"), ("POST", f"{USERS}{me}/tokens/"),
    ):  # fmt: skip
        assert call(method, path, {"name": "x"}, token=program).status_code == 403
    assert call("GET", USERS, token=program).status_code == 200


def test_a_new_password_ends_sign_ins(boss: str, call: Call) -> None:
    """And leaves the tokens of programs."""
    member = Staff.objects.create(username="old")
    signed_in, program = tokens.issue(member, tokens.LOGIN), tokens.issue(member, "ERP")
    assert call("PATCH", f"{USERS}{member.pk}/", {"password": PASSWORD}, token=boss).status_code == 200
    assert tokens.owner(signed_in) is None
    assert tokens.owner(program) == member
    assert Staff.objects.get(username="old").check_password(PASSWORD)


def test_staff_are_not_deleted(boss: str, call: Call) -> None:
    """What they did stays theirs: they are switched off."""
    member = Staff.objects.create(username="old")
    assert call("DELETE", f"{USERS}{member.pk}/", token=boss).status_code == 405
    assert body_of(call("PATCH", f"{USERS}{member.pk}/", {"is_active": False}, token=boss))["is_active"] is False
    assert call("PATCH", f"{USERS}999999/", {}, token=boss).status_code == 404


def test_a_superuser_makes_and_ends_tokens_of_others(boss: str, deputy: str, call: Call) -> None:
    """The key is shown once; others see and make their own only."""
    member = Staff.objects.create(username="app")
    path = f"{USERS}{member.pk}/tokens/"
    made = call("POST", path, {"name": "sync"}, token=boss)
    assert made.status_code == 201
    assert tokens.owner(body_of(made)["key"]) == member
    listed = call("GET", path, token=boss)
    assert [row["name"] for row in body_of(listed)["results"]] == ["sync"]
    assert body_of(made)["key"] not in listed.content.decode()
    assert call("DELETE", f"{path}{body_of(made)['id']}/", token=boss).status_code == 204
    assert tokens.owner(body_of(made)["key"]) is None
    for method in ("GET", "POST"):
        assert call(method, path, {"name": "mine"}, token=deputy).status_code == 403
    own = f"{USERS}{Staff.objects.get(username='deputy').pk}/tokens/"
    assert call("POST", own, {"name": "mine"}, token=deputy).status_code == 201
    assert call("GET", f"{USERS}999999/tokens/", token=boss).status_code == 404


def test_groups_are_written_by_superusers(make_channel: Make, boss: str, deputy: str, call: Call) -> None:
    """201, 200, 204; a name that is taken 400; anybody else 403 though they may see them."""
    bazaar = make_channel()
    wish = {"name": "Bazaar", "permissions": ["channels.view_channel"], "channels": [bazaar.pk]}
    made = call("POST", GROUPS, wish, token=boss)
    row = body_of(made)
    assert (made.status_code, {name: row[name] for name in wish}) == (201, wish)
    assert call("POST", GROUPS, wish, token=boss).status_code == 400
    assert call("POST", GROUPS, wish | {"name": "x", "channels": [9999]}, token=boss).status_code == 400
    assert not Group.objects.filter(name="x").exists()
    path = f"{GROUPS}{row['pk']}/"
    assert body_of(call("PATCH", path, {"permissions": []}, token=boss))["channels"] == [bazaar.pk]
    assert call("GET", path, token=deputy).status_code == 200
    for method in ("PATCH", "DELETE"):
        assert call(method, path, {"name": "mine"}, token=deputy).status_code == 403
    assert call("DELETE", path, token=boss).status_code == 204
    assert call("GET", path, token=boss).status_code == 404
    assert Channel.objects.filter(pk=bazaar.pk).exists()


def test_a_form_changes_what_it_names(make_channel: Make, boss: str, client: Client) -> None:
    """As curl sends it: a program of a channel stays switched on and within its channel, and a new one is on."""
    key = {"Authorization": f"Token {boss}"}
    made = client.generic(
        "POST", USERS, "username=app&password=correct+horse+battery&is_restricted=true", FORM, headers=key
    )
    assert (made.status_code, body_of(made)["is_active"], body_of(made)["is_restricted"]) == (201, True, True)
    address = f"{USERS}{body_of(made)['pk']}/"
    changed = client.generic("PATCH", address, "first_name=Ada", FORM, headers=key)
    assert changed.status_code == 200
    assert body_of(changed) == body_of(made) | {"first_name": "Ada"}
