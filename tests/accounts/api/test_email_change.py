"""/users/email-change/, /users/email-set-primary/ and /users/registration/account-confirm-email/."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts import email_change
from patron.accounts.models import Consent, Shopper
from tests.accounts.conftest import PASSWORD

URL = "/users/email-change/"
NEW = "New@example.org"
ASK = {"email": NEW, "emailConfirm": NEW, "password": PASSWORD}


def post(client: Client, **body: Any) -> Any:
    return client.post(URL, body, content_type="application/json")


def path_in(mails: list[Any], to: str) -> str:
    found = re.search(r"http://testserver(/users/\S+)", next(mail.text for mail in mails if mail.to == to))
    assert found
    return found[1]


@pytest.mark.django_db
def test_anonymous(anonymous: Client) -> None:
    """401 for both methods."""
    assert anonymous.get(URL).status_code == 401
    assert post(anonymous, **ASK).status_code == 401


@pytest.mark.django_db
def test_change(anonymous: Client, make_shopper: Any, sign_in: Any, mail_outbox: Any) -> None:
    """A link to the new address, a notice to the old; whoever opens the link makes the change, once."""
    shopper = make_shopper(email_allowed=True)
    client = sign_in(shopper)
    assert client.get(URL).json() == {"email": shopper.email}
    answer = post(client, **ASK)
    assert (answer.status_code, list(answer.json())) == (200, ["detail"])
    assert client.get(URL).json() == {"email": shopper.email}
    path = path_in(mail_outbox(), NEW)
    assert anonymous.head(path).status_code == 405
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()) == (200, {"detail": "Your e-mail address was changed."})
    assert client.get(URL).json() == {"email": NEW}
    again = anonymous.get(path)
    assert (again.status_code, list(again.json())) == (400, ["non_field_errors"])
    row = Consent.objects.get()
    assert row.source == "GET /users/email-set-primary/"
    assert path.split("/")[3] not in str(vars(row))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"emailConfirm": "other@example.org"}, "emailConfirm"),
        ({"password": "wrong"}, "password"),
        ({"password": ""}, "password"),
    ],
)
def test_refused(make_shopper: Any, sign_in: Any, mail_outbox: Any, changed: dict[str, str], field: str) -> None:
    """400 by field, and no mail."""
    answer = post(sign_in(make_shopper()), **ASK | changed)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert mail_outbox() == []


@pytest.mark.django_db
def test_taken(make_shopper: Any, sign_in: Any) -> None:
    """Another shopper's address in any letter case is 400 on `email`."""
    make_shopper(email=NEW.upper())
    assert post(sign_in(make_shopper()), **ASK).json() == {"email": ["This e-mail address is already in use."]}


@pytest.mark.django_db
@pytest.mark.parametrize("stated", [True, "true", 1])
def test_permission_for_the_new_address(make_shopper: Any, sign_in: Any, mail_outbox: Any, stated: Any) -> None:
    """Stated with the request it is granted by the link."""
    shopper = make_shopper()
    client = sign_in(shopper)
    post(client, **ASK, email_allowed=stated)
    client.get(path_in(mail_outbox(), NEW))
    assert Shopper.objects.get(pk=shopper.pk).email_allowed is True


@pytest.mark.django_db
def test_form_that_states_no_permission(make_shopper: Any, sign_in: Any, mail_outbox: Any) -> None:
    """What a form does not name is unsaid, not a refusal that the link would prove."""
    shopper = make_shopper(email_allowed=True)
    client = sign_in(shopper)
    assert client.post(URL, ASK).status_code == 200
    client.get(path_in(mail_outbox(), NEW))
    assert Consent.objects.get().is_proven is False


@pytest.mark.django_db
def test_confirm_registration(anonymous: Client, make_shopper: Any, sign_in: Any, mail_outbox: Any) -> None:
    """The link marks the e-mail as verified; opened again it says the same."""
    shopper = make_shopper()
    client = sign_in(shopper)
    email_change.confirmation_mail(shopper, "http://testserver")
    path = path_in(mail_outbox(), shopper.email)
    assert client.get("/current_user/").json()["is_email_verified"] is False
    for _ in range(2):
        answer = anonymous.get(path)
        assert (answer.status_code, answer.json()) == (200, {"detail": "Your e-mail address is confirmed."})
    assert client.get("/current_user/").json()["is_email_verified"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/users/email-set-primary/", "/users/registration/account-confirm-email/"])
def test_bad_link(anonymous: Client, prefix: str) -> None:
    """Whatever stands in the place of the token: 400."""
    for token in ("MQ:1abc:x", "a/b", "a" * 300, "%00"):
        answer = anonymous.get(f"{prefix}{token}/")
        assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])
