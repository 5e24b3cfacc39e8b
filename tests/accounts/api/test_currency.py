"""POST /users/activate-currency/."""

from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Session

URL = "/users/activate-currency/"


@pytest.mark.django_db
def test_guest(anonymous: Client) -> None:
    """204 and a session that remembers it; the second choice needs that session's token."""
    answer = anonymous.post(URL, {"currency_code": "USD"})
    assert (answer.status_code, answer.content, list(answer.cookies)) == (204, b"", ["osessionid"])
    assert anonymous.post(URL, {"currency_code": "eur"}).status_code == 403
    assert Session.objects.get().currency_code == "usd"


@pytest.mark.django_db
def test_shopper(make_shopper: Any, sign_in: Any) -> None:
    """204 in the session there is."""
    client = sign_in(make_shopper())
    answer = client.post(URL, {"currency_code": "eur"}, content_type="application/json")
    assert (answer.status_code, list(answer.cookies)) == (204, [])
    assert Session.objects.get().currency_code == "eur"


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{}, {"currency_code": "xxx"}, {"currency_code": ""}, {"currency_code": ["usd"]}])
def test_unknown(anonymous: Client, body: dict[str, Any]) -> None:
    """400 on the field, and no session."""
    answer = anonymous.post(URL, body, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["currency_code"])
    assert not Session.objects.exists()
