"""`/account/loyalty…`: the shopper's own store credit."""

from decimal import Decimal
from typing import Any

import pytest

from patron.loyalty import credit
from patron.loyalty.credit import Reason, Type

pytestmark = pytest.mark.django_db
BALANCE, TRANSFERS = "/account/loyalty-account-balance/", "/account/loyalty/"


@pytest.mark.parametrize("path", [BALANCE, TRANSFERS])
def test_nobody_without_a_session(client: Any, path: str) -> None:
    """401, and no other method."""
    answer = client.get(path)

    assert (answer.status_code, list(answer.json())) == (401, ["detail"])


@pytest.mark.parametrize("path", [BALANCE, TRANSFERS])
def test_it_is_only_read(sign_in: Any, make_shopper: Any, path: str) -> None:
    """405."""
    assert sign_in(make_shopper()).post(path).status_code == 405


def test_without_an_account_there_is_nothing(sign_in: Any, make_shopper: Any) -> None:
    """Zero, and an empty page."""
    browser = sign_in(make_shopper())

    assert browser.get(BALANCE).json() == {"balance": 0}
    assert browser.get(TRANSFERS).json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_the_balance_is_in_the_sessions_currency(sign_in: Any, make_shopper: Any) -> None:
    """The default one until another is chosen."""
    shopper = make_shopper()
    browser = sign_in(shopper)
    for code, amount in (("try", "12.50"), ("usd", "3.00")):
        credit.move(credit.purse(shopper.pk, code).pk, Decimal(amount), Reason(Type.LOAD))

    assert browser.get(BALANCE).json() == {"balance": 12.5}
    browser.post("/users/activate-currency/", {"currency_code": "usd"}, "application/json")
    assert browser.get(BALANCE).json() == {"balance": 3.0}
    assert [row["currency"] for row in browser.get(TRANSFERS).json()["results"]] == ["usd"]


def test_transfers_are_shown_newest_first(sign_in: Any, make_shopper: Any) -> None:
    """With what each was for; only the shopper's own side, and nobody else's."""
    shopper, other = make_shopper(), make_shopper()
    account = credit.purse(shopper.pk, "try")
    credit.move(account.pk, Decimal("12.50"), Reason(Type.LOAD))
    credit.move(account.pk, Decimal("-7.5"), Reason(Type.SPEND, order="100045"))
    credit.move(credit.purse(other.pk, "try").pk, Decimal(1), Reason(Type.LOAD))

    page = sign_in(shopper).get(TRANSFERS, {"limit": 1}).json()

    assert page["count"] == 2
    assert page["next"].endswith("?limit=1&page=2")
    (row,) = page["results"]
    assert set(row) == {"amount", "currency", "created_date", "transaction"}
    assert (row["amount"], row["currency"]) == ("-7.50", "try")
    assert row["created_date"].endswith("Z")
    assert row["transaction"] == {"created_date": row["created_date"], "order": "100045"}
    assert sign_in(shopper).get(TRANSFERS, {"page": 2, "limit": 1}).json()["results"][0]["transaction"]["order"] is None


@pytest.mark.parametrize(("page", "status"), [("9", 404), ("x", 404), ("0", 404), (str(10**30), 404)])
def test_a_page_past_the_end_is_not_found(sign_in: Any, make_shopper: Any, page: str, status: int) -> None:
    """As of every list."""
    answer = sign_in(make_shopper()).get(TRANSFERS, {"page": page})

    assert (answer.status_code, answer.json()) == (status, {"detail": "Invalid page."})
