import json
from datetime import timedelta

import pytest

from patron.channels import tokens
from patron.channels.models import Staff, StaffToken
from patron.kernel import clock
from tests.channels.conftest import Call

PATH = "/api/v1/auth/tokens/"


@pytest.fixture
def key(clerk: Staff) -> str:
    """The key of a sign-in."""
    return tokens.issue(clerk, tokens.LOGIN)


@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("POST", PATH), ("DELETE", f"{PATH}1/")])
def test_anonymous_is_401(db: None, call: Call, method: str, path: str) -> None:
    """Tokens are shown to, made by and taken from staff only."""
    assert call(method, path).status_code == 401


def test_a_made_token_shows_its_key_once(key: str, call: Call) -> None:
    """201 with the key; the list has the token without it, the newest first, the caller's marked."""
    made = call("POST", PATH, {"name": "ERP", "expires_date": "2100-01-01T00:00:00Z"}, token=key)
    body = json.loads(made.content)
    assert made.status_code == 201
    assert body["name"] == "ERP"
    assert body["expires_date"] == "2100-01-01T00:00:00.000000Z"
    assert call("GET", "/api/v1/active_user/", token=body["key"]).status_code == 200
    listed = call("GET", PATH, token=key)
    page = json.loads(listed.content)
    assert listed.status_code == 200
    assert (page["count"], page["next"], page["previous"]) == (2, None, None)
    assert [(row["name"], row["is_current"]) for row in page["results"]] == [("ERP", False), ("login", True)]
    assert body["key"] not in listed.content.decode()


def test_others_tokens_are_not_listed_nor_revoked(key: str, call: Call) -> None:
    """Another's token is not in the list, and revoking it is 404."""
    stranger = Staff.objects.create(username="stranger")
    theirs = tokens.issue(stranger, "ERP")
    token_id = StaffToken.objects.get(staff=stranger).pk
    assert json.loads(call("GET", PATH, token=key).content)["count"] == 1
    assert call("DELETE", f"{PATH}{token_id}/", token=key).status_code == 404
    assert tokens.owner(theirs) == stranger


def test_revoke_is_204_then_404(clerk: Staff, key: str, call: Call) -> None:
    """A revoked token is refused at once; a second time there is nothing to revoke."""
    program = tokens.issue(clerk, "ERP")
    path = f"{PATH}{StaffToken.objects.get(name='ERP').pk}/"
    assert call("DELETE", path, token=key).status_code == 204
    assert call("GET", "/api/v1/active_user/", token=program).status_code == 401
    assert call("DELETE", path, token=key).status_code == 404
    assert call("DELETE", f"{PATH}{2**70}/", token=key).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Login"}, "name"),
        ({"name": "ERP", "expires_date": "2001-01-01T00:00:00Z"}, "expires_date"),
        ({"name": "ERP", "expires_date": "tomorrow"}, "expires_date"),
    ],
)
def test_bad_wishes_are_400(key: str, call: Call, body: dict[str, str], field: str) -> None:
    """A name that is missing, too long or kept for sign-ins; an end that is past or no date."""
    answer = call("POST", PATH, body, token=key)
    assert (answer.status_code, list(json.loads(answer.content))) == (400, [field])
    assert StaffToken.objects.count() == 1


def test_a_programs_token_makes_no_other(clerk: Staff, call: Call) -> None:
    """A key that leaked from a program cannot make itself a successor."""
    program = tokens.issue(clerk, "ERP", expires_at=clock.now() + timedelta(days=1))
    answer = call("POST", PATH, {"name": "heir"}, token=program)
    assert answer.status_code == 403
    assert json.loads(answer.content) == {"detail": "Only a sign-in with a password can make tokens."}


def test_tokens_of_one_staff_member_are_bounded(clerk: Staff, key: str, call: Call) -> None:
    """The hundred-and-first token is refused until one is revoked."""
    now = clock.now()
    StaffToken.objects.bulk_create(
        StaffToken(staff=clerk, name="bulk", key_digest=f"{number:064}", created_at=now) for number in range(100)
    )
    answer = call("POST", PATH, {"name": "one more"}, token=key)
    assert (answer.status_code, list(json.loads(answer.content))) == (400, ["non_field_errors"])
    tokens.revoke(clerk, StaffToken.objects.filter(name="bulk")[0].pk)
    assert call("POST", PATH, {"name": "one more"}, token=key).status_code == 201


def test_pages_past_the_end_are_404(key: str, call: Call) -> None:
    """`page` past the end, or no number: 404 with the contract's text."""
    for page in ("2", "x", "9" * 30):
        answer = call("GET", f"{PATH}?page={page}", token=key)
        assert (answer.status_code, json.loads(answer.content)) == (404, {"detail": "Invalid page."})
