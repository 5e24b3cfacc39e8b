import json

import pytest
from django.contrib.auth.models import Group, Permission

from patron.channels import tokens
from patron.channels.models import Staff
from tests.channels.conftest import Call

PATH = "/api/v1/active_user/"


def test_anonymous_is_401(db: None, call: Call) -> None:
    """Without a token, and with credentials of another scheme, nobody is signed in."""
    for headers in ({}, {"Authorization": "Basic Y2xlcms6eA=="}):
        answer = call("GET", PATH, **headers)
        assert answer.status_code == 401
        assert json.loads(answer.content) == {"detail": "Authentication credentials were not provided."}
        assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("key", ["", "0" * 40, "short", "0" * 40 + " 1", "ü" * 40])
def test_bad_tokens_are_401(db: None, call: Call, key: str) -> None:
    """Whatever is wrong with a token, the answer is the same."""
    answer = call("GET", PATH, token=key)
    assert answer.status_code == 401
    assert json.loads(answer.content) == {"detail": "Invalid token."}
    assert answer["WWW-Authenticate"] == "Token"


def test_active_user_lists_own_and_group_permissions(clerk: Staff, call: Call) -> None:
    """The fields of the contract, with permissions as `app.codename`, sorted, each once."""
    group = Group.objects.create(name="support")
    group.permissions.add(Permission.objects.get(codename="view_shopper"))
    clerk.groups.add(group)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["view_shopper", "view_consent"]))
    answer = call("GET", PATH, token=tokens.issue(clerk, "ERP"))
    assert answer.status_code == 200
    assert json.loads(answer.content) == {
        "pk": clerk.pk,
        "username": "clerk",
        "email": "clerk@shop.example",
        "first_name": "",
        "last_name": "",
        "is_superuser": False,
        "permissions": ["accounts.view_consent", "accounts.view_shopper"],
    }
