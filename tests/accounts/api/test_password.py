"""/users/password/… and /users/reset/<slug>/."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Session, Shopper
from patron.kernel import dynamic
from tests.accounts.conftest import PASSWORD

NEW = "Another-horse-8"
CHANGE = "/users/password/change/"
CHANGED = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


def can_log_in(shopper: Shopper, password: str) -> bool:
    return bool(post(Client(), "/users/login/", email=shopper.email, password=password).status_code == 200)


@pytest.mark.django_db
@pytest.mark.parametrize("url", [CHANGE, "/users/password/set/"])
def test_anonymous(anonymous: Client, url: str) -> None:
    """Nobody's password cannot be changed or set: 401."""
    answer = post(anonymous, url, **CHANGED)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


@pytest.mark.django_db
def test_change(make_shopper: Any, sign_in: Any) -> None:
    """The new one is in force; this browser goes on under a new cookie, every other is signed out."""
    shopper = make_shopper()
    client, other = sign_in(shopper), sign_in(shopper)
    before = client.cookies["osessionid"].value
    answer = post(client, CHANGE, **CHANGED)
    assert (answer.status_code, answer.json()) == (200, {"detail": "Your password was changed."})
    assert answer.cookies["osessionid"].value != before
    assert client.get("/current_user/").status_code == 200
    assert other.get("/current_user/").status_code == 401
    assert can_log_in(shopper, NEW)
    assert not can_log_in(shopper, PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "answered"),
    [
        (
            {"old_password": "wrong"},
            {"old_password": ["Your old password was entered incorrectly. Please enter it again."]},
        ),
        ({"new_password2": "Different-horse-9"}, {"new_password2": ["The two password fields didn’t match."]}),
        ({"new_password1": "12345678", "new_password2": "12345678"}, None),
        ({"new_password1": ""}, {"new_password1": ["This field may not be blank."]}),
    ],
)
def test_change_refused(
    make_shopper: Any, sign_in: Any, changed: dict[str, str], answered: dict[str, list[str]] | None
) -> None:
    """400 by field; the password stays."""
    shopper = make_shopper()
    answer = post(sign_in(shopper), CHANGE, **CHANGED | changed)
    assert answer.status_code == 400
    assert answer.json() == answered if answered else list(answer.json()) == ["new_password2"]
    assert Shopper.objects.get(pk=shopper.pk).password == shopper.password


@pytest.mark.django_db
def test_change_needs_the_pages_token(make_shopper: Any, sign_in: Any) -> None:
    """Without the header, or with the token of somebody else's browser, 403."""
    shopper = make_shopper()
    client, other = sign_in(shopper), sign_in(make_shopper())
    del client.defaults["HTTP_X_CSRFTOKEN"]
    assert post(client, CHANGE, **CHANGED).json() == {"detail": "CSRF Failed: CSRF token missing."}
    forged = {"x-csrftoken": other.cookies["csrftoken"].value}
    answer = client.post(CHANGE, CHANGED, content_type="application/json", headers=forged)
    assert (answer.status_code, answer.json()) == (403, {"detail": "CSRF Failed: CSRF token incorrect."})
    assert can_log_in(shopper, PASSWORD)


@pytest.mark.django_db
def test_wrong_old_passwords_are_limited(make_shopper: Any, sign_in: Any) -> None:
    """Twenty tries in five minutes, then 429, for the right one as well."""
    client = sign_in(make_shopper())
    for _ in range(20):
        assert post(client, CHANGE, **CHANGED | {"old_password": "wrong"}).status_code == 400
    answer = post(client, CHANGE, **CHANGED)
    assert (answer.status_code, "Retry-After" in answer) == (429, True)


@pytest.mark.django_db
def test_forgotten_and_reset(anonymous: Client, make_shopper: Any, sign_in: Any, mail_outbox: Any) -> None:
    """The mail's link leads to the host that was called and takes a form; every session ends; once only."""
    shopper = make_shopper()
    client = sign_in(shopper)
    asked = post(anonymous, "/users/password/reset/", email=shopper.email.upper())
    assert asked.status_code == 200
    found = re.search(r"http://testserver(/users/reset/\S+/)", mail_outbox()[0].text)
    assert found
    answer = anonymous.post(found[1], {"new_password1": NEW, "new_password2": NEW})
    assert (answer.status_code, answer.json()) == (200, {"detail": "Your password was changed."})
    assert client.get("/current_user/").status_code == 401
    assert not Session.objects.exists()
    assert can_log_in(shopper, NEW)
    again = post(anonymous, found[1], new_password1="Third-horse-9", new_password2="Third-horse-9")
    assert (again.status_code, list(again.json())) == (400, ["non_field_errors"])


@pytest.mark.django_db
def test_forgotten_tells_nothing(anonymous: Client, make_shopper: Any, mail_outbox: Any) -> None:
    """Known and unknown e-mails are answered alike, also beyond the limit; STOREFRONT_URL is where links lead."""
    dynamic.put("STOREFRONT_URL", "https://shop.example", staff_id=None, source="test")
    dynamic.put("THROTTLE_EXEMPT_NETWORKS", ["127.0.0.1"], staff_id=None, source="test")
    shopper = make_shopper()
    answers = [
        post(anonymous, "/users/password/reset/", email=email)
        for email in (shopper.email, "nobody@example.com", *[shopper.email] * 6)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(mail_outbox()) == 5
    assert "https://shop.example/users/reset/" in mail_outbox()[0].text
    assert post(anonymous, "/users/password/reset/", email="no address").status_code == 400


@pytest.mark.django_db
def test_address_that_asks_for_many_waits(anonymous: Client) -> None:
    """Five an hour for one caller, whatever the e-mails."""
    for number in range(5):
        post(anonymous, "/users/password/reset/", email=f"nobody{number}@example.com")
    assert post(anonymous, "/users/password/reset/", email="nobody@example.com").status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["MQ:1abc:x-y_z", "a/b:c-d", "x" * 3000, "%00", "ü", "..%2f", "a" * 200])
def test_bad_link(anonymous: Client, slug: str) -> None:
    """Any other text in the place of the link is 400, not 404 and never 500."""
    answer = post(anonymous, f"/users/reset/{slug}/", new_password1=NEW, new_password2=NEW)
    assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "new_"])
def test_guest_sets_a_password(make_shopper: Any, sign_in: Any, prefix: str) -> None:
    """The guest is registered and stays signed in under a new cookie; both namings of the fields work."""
    guest = make_shopper(password=None, user_type="guest")
    client = sign_in(guest)
    answer = post(client, "/users/password/set/", **{f"{prefix}password1": NEW, f"{prefix}password2": NEW})
    assert answer.status_code == 200
    assert client.get("/current_user/").status_code == 200
    assert can_log_in(guest, NEW)
    again = post(client, "/users/password/set/", password1=NEW, password2=NEW)
    assert (again.status_code, list(again.json())) == (400, ["non_field_errors"])


@pytest.mark.django_db
def test_guest_must_repeat_it(make_shopper: Any, sign_in: Any) -> None:
    """400 by field."""
    client = sign_in(make_shopper(password=None, user_type="guest"))
    assert list(post(client, "/users/password/set/", password1=NEW).json()) == ["password2"]
    assert list(post(client, "/users/password/set/", password1=NEW, password2=NEW + "x").json()) == ["password2"]
