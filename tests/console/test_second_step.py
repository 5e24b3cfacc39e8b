import base64
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from patron.channels import sign_in, tokens, totp
from patron.channels.models import Authenticator, Staff
from patron.kernel import clock, dynamic
from tests.console.conftest import PASSWORD, browser_of

LOGIN = "/console/login/"
CODE = "/console/login/code/"
SET_UP = "/console/two-step/"
SECRET = b"12345678901234567890"


@pytest.fixture(autouse=True)
def _still() -> Iterator[None]:
    with time_machine.travel(clock.now(), tick=False):
        yield


@pytest.fixture
def enrolled(boss: Staff) -> Staff:
    """A superuser with the second step set up, two minutes ago."""
    with time_machine.travel(clock.now() - timedelta(minutes=2), tick=False):
        totp.set_up(boss, SECRET, totp.code_at(SECRET, totp.now_step()))
    return boss


def code() -> str:
    return totp.code_at(SECRET, totp.now_step())


def password(client: Client, onward: str = "") -> HttpResponse:
    return client.post(LOGIN + onward, {"username": "boss", "password": PASSWORD}, headers={"Accept-Language": "en"})


def is_in(client: Client) -> bool:
    return client.get("/console/").status_code == 200


def test_anonymous_callers_reach_neither_page(client: Client, db: None) -> None:
    """Without the first step the second leads back to it; the set-up asks to sign in."""
    for address in (CODE, SET_UP):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(LOGIN)
    assert client.post(CODE, {"code": code()})["Location"] == LOGIN


def test_the_password_alone_opens_nothing(enrolled: Staff, client: Client) -> None:
    """It leads to the code; until then nobody is signed in, and a wrong code changes nothing about it."""
    answer = password(client)
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    assert not is_in(client)
    assert client.post(CODE, {"code": "000000" if code() != "000000" else "111111"}).status_code == 200
    assert not is_in(client)
    assert client.post(CODE, {"code": code()})["Location"] == "/console/"
    assert is_in(client)


def test_it_goes_where_one_was_going_on_this_server_only(enrolled: Staff, client: Client) -> None:
    """`next` is followed to a page of ours and to no other."""
    password(client, "?next=/console/settings/")
    assert client.post(CODE, {"code": code()})["Location"] == "/console/settings/"
    other = Client()
    password(other, "?next=https://evil.example/")
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
        assert other.post(CODE, {"code": code()})["Location"] == "/console/"


def test_a_code_opens_one_browser(enrolled: Staff) -> None:
    """Seen over a shoulder it is worth nothing: neither here nor at the API's sign-in."""
    first, second = Client(), Client()
    for client in (first, second):
        password(client)
        client.post(CODE, {"code": code()})
    assert (is_in(first), is_in(second)) == (True, False)
    with pytest.raises(totp.BadCode):
        sign_in.log_in("boss", PASSWORD, code())


def test_five_wrong_codes_are_the_last(enrolled: Staff, client: Client) -> None:
    """Then 429 with the time to wait, for the right one too, whatever browser asks."""
    password(client)
    for _ in range(5):
        assert client.post(CODE, {"code": "abc"}).status_code == 200
    other = Client(headers={"Accept-Language": "en"})
    password(other)
    answer = other.post(CODE, {"code": code()})
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 901
    assert re.search("Try again in 1[56] minutes", answer.content.decode())


def test_the_first_step_is_forgotten(enrolled: Staff, client: Client) -> None:
    """After ten minutes, and when the password was changed or the account switched off meanwhile."""
    password(client)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert client.post(CODE, {"code": code()})["Location"] == LOGIN
    password(client)
    Staff.objects.update(is_active=False)
    assert client.post(CODE, {"code": code()})["Location"] == LOGIN
    Staff.objects.update(is_active=True, password="another")
    assert client.post(CODE, {"code": code()})["Location"] == LOGIN
    assert not is_in(client)


def test_a_recovery_code_opens_it_once(boss: Staff, client: Client) -> None:
    """Where the app is lost."""
    recovery = totp.set_up(boss, SECRET, code())[0]
    password(client)
    assert client.post(CODE, {"code": recovery})["Location"] == "/console/"
    again = Client()
    password(again)
    again.post(CODE, {"code": recovery})
    assert not is_in(again)


def test_set_up_with_a_picture(boss: Staff) -> None:
    """The page draws the code, spells the secret, and keeps both at a reload; password and code turn it on."""
    client, elsewhere = browser_of(boss), browser_of(boss)
    key = tokens.issue(boss, tokens.LOGIN)
    page = client.get(SET_UP).content.decode()
    spelled = re.findall(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page)[0]
    assert "<svg" in page
    assert spelled in client.get(SET_UP).content.decode()
    secret = base64.b32decode(spelled.replace(" ", ""))
    right = totp.code_at(secret, totp.now_step())
    for wrong in ({"password": "wrong", "code": right}, {"password": PASSWORD, "code": "abc"}, {"code": right}, {}):
        assert client.post(SET_UP, wrong).context["form"].errors
    assert not Authenticator.objects.exists()
    done = client.post(SET_UP, {"password": PASSWORD, "code": right})
    codes = re.findall(r"<code[^>]*>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})<", done.content.decode())
    assert len(codes) == 10
    assert not any(each in client.get(SET_UP).content.decode() for each in codes)
    assert spelled not in client.get(SET_UP).content.decode()
    assert is_in(client)
    assert not is_in(elsewhere)  # it was signed in by the password alone
    assert tokens.owner(key) is None
    assert not any(spelled in str(session.get_decoded()) for session in Session.objects.all())


def test_new_recovery_codes_and_the_end_need_a_code(enrolled: Staff) -> None:
    """A wrong one does neither; the end leaves this browser signed in and asks for no code any more."""
    client = browser_of(enrolled)
    assert client.post(SET_UP, {"action": "turn_off", "code": "abc"}).context["form"].errors
    assert "10 recovery codes are left." in client.get(SET_UP).content.decode()
    assert "shown only here" in client.post(SET_UP, {"action": "renew", "code": code()}).content.decode()
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
        assert client.post(SET_UP, {"action": "turn_off", "code": code()}).status_code == 302
    assert is_in(client)
    assert password(Client())["Location"] == "/console/"


def test_obligatory_means_before_anything_else(boss: Staff, enrolled: Staff) -> None:
    """Every page leads to the set-up, which may be used, as may the way out; nothing can be turned off."""
    dynamic.put("STAFF_TOTP_REQUIRED", True, staff_id=None, source="test")
    Staff.objects.create(username="clerk", is_staff=True)
    client = browser_of(Staff.objects.get(username="clerk"))
    for address in ("/console/", "/console/settings/", "/console/channels/staff/", "/console/password_change/"):
        assert client.get(address)["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.post("/console/logout/").status_code == 200
    others = browser_of(enrolled)
    assert is_in(others)
    assert others.post(SET_UP, {"action": "turn_off", "code": code()}).context["form"].errors
    assert Authenticator.objects.exists()


def test_superusers_reset_it(enrolled: Staff, clerk: Staff) -> None:
    """In the list of staff; whoever is none has no such action."""
    totp.set_up(clerk, SECRET, code())
    chosen = {"action": "reset_totp", "_selected_action": [clerk.pk]}
    deputy = Staff.objects.create(username="deputy", is_staff=True)
    deputy.user_permissions.add(*Permission.objects.filter(codename__in=["view_staff", "change_staff"]))
    browser_of(deputy).post("/console/channels/staff/", chosen)
    assert Staff.objects.get(pk=clerk.pk).totp_since is not None
    assert browser_of(enrolled).post("/console/channels/staff/", chosen).status_code == 302
    assert Staff.objects.get(pk=clerk.pk).totp_since is None


def test_staff_of_some_channels_are_not_let_in(boss: Staff, client: Client) -> None:
    """The console shows every channel: the password is answered as a wrong one, an open session ends."""
    open_before = browser_of(boss)
    Staff.objects.update(is_restricted=True, is_superuser=False)
    assert password(client).status_code == 200
    assert not is_in(client)
    assert not is_in(open_before)
