"""GET /users/user/."""

from typing import Any

import pytest
from django.test import Client

URL = "/users/user/"


@pytest.mark.django_db
def test_anonymous(anonymous: Client) -> None:
    """401 in the framework's words."""
    answer = anonymous.get(URL)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


@pytest.mark.django_db
def test_documented_body_in_one_statement(
    make_shopper: Any, sign_in: Any, django_assert_num_queries: Any, advance: Any
) -> None:
    """Username, e-mail and the names, nothing else; after an hour the session lives on with its cookie."""
    shopper = make_shopper(first_name="Ada", last_name="Lovelace")
    client = sign_in(shopper)
    with django_assert_num_queries(1):
        answer = client.get(URL)
    assert answer.json() == {
        "username": shopper.username,
        "email": shopper.email,
        "first_name": "Ada",
        "last_name": "Lovelace",
    }
    assert not answer.cookies
    advance(3601)
    assert list(client.get(URL).cookies) == ["osessionid"]


@pytest.mark.django_db
def test_closed_account(make_shopper: Any, sign_in: Any) -> None:
    """A session of an account that was closed is worth nothing."""
    shopper = make_shopper()
    client = sign_in(shopper)
    shopper.is_active = False
    shopper.save()
    assert client.get(URL).status_code == 401
