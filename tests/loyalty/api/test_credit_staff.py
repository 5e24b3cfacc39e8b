"""`/api/v1/remote/{channel}/loyalty_account/` and `/api/v1/loyalty_transactions/`."""

from decimal import Decimal
from typing import Any

import pytest

from patron.loyalty import credit
from patron.loyalty.credit import Reason, Type
from patron.loyalty.models import CreditAccount, CreditEntry, CreditTransaction

pytestmark = pytest.mark.django_db
MOVEMENTS = "/api/v1/loyalty_transactions/"
ADD, VIEW = "loyalty.add_creditaccount", "loyalty.view_credittransaction"


@pytest.fixture
def channel(make_channel: Any) -> Any:
    return make_channel()


@pytest.fixture
def path(channel: Any) -> str:
    return f"/api/v1/remote/{channel.pk}/loyalty_account/"


def test_needs_a_token_and_the_permission(call: Any, path: str, make_token: Any) -> None:
    """401 and 403."""
    for method, address, other in (("POST", path, VIEW), ("GET", MOVEMENTS, ADD)):
        assert call(method, address, {}).status_code == 401
        assert call(method, address, {}, token=make_token(other)).status_code == 403


def test_an_account_is_told_of(call: Any, path: str, channel: Any, make_token: Any, make_shopper: Any) -> None:
    """By e-mail in any letter case: 201 with the whole account, its balance a transaction of the channel."""
    shopper = make_shopper(email="John@shop.example")
    wish = {"number": "SC-1", "user_email": "john@SHOP.example", "balance": 12.5, "currency": "TRY"}

    answer = call("POST", path, wish, token=make_token(ADD))

    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "pk": made["pk"],
        "number": "SC-1",
        "user": shopper.pk,
        "user_email": "John@shop.example",
        "balance": "12.50",
        "debit_allowed": False,
        "currency": "try",
        "created_date": made["created_date"],
        "modified_date": made["modified_date"],
    }
    written = CreditTransaction.objects.get()
    assert (written.transaction_type, written.channel_id, written.staff_id is None) == ("load", channel.pk, False)


def test_told_again_it_is_brought_to_what_is_told(call: Any, path: str, make_token: Any, make_shopper: Any) -> None:
    """200; the difference is an adjustment, and what is left out stays."""
    token, who = make_token(ADD), {"user": make_shopper().pk}
    call("POST", path, who | {"number": "SC-1", "balance": "10"}, token=token)

    less = call("POST", path, who | {"balance": "4.00"}, token=token)
    same = call("POST", path, who | {"debit_allowed": True}, token=token)

    assert (less.status_code, less.json()["balance"]) == (200, "4.00")
    assert (same.json()["balance"], same.json()["number"], same.json()["debit_allowed"]) == ("4.00", "SC-1", True)
    ours = CreditEntry.objects.exclude(account__shopper=None).order_by("id")
    assert list(ours.values_list("amount", "transaction__transaction_type")) == [
        (Decimal("10.00"), "load"),
        (Decimal("-6.00"), "adjustment"),
    ]


def test_an_overdrawn_account_must_be_allowed_to_be(call: Any, path: str, make_token: Any, make_shopper: Any) -> None:
    """Both in one call work, in either direction; a balance below zero alone is refused and nothing is made."""
    token, who = make_token(ADD), {"user": make_shopper().pk}
    refused = call("POST", path, who | {"balance": "-1"}, token=token)
    assert (refused.status_code, list(refused.json())) == (400, ["balance"])
    assert not CreditAccount.objects.exclude(shopper=None).exists()

    assert call("POST", path, who | {"balance": "-1", "debit_allowed": True}, token=token).status_code == 201
    assert list(call("POST", path, who | {"debit_allowed": False}, token=token).json()) == ["balance"]
    healed = call("POST", path, who | {"balance": "0", "debit_allowed": False}, token=token)
    assert (healed.status_code, healed.json()["balance"]) == (200, "0.00")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "user"),
        ({"user": None, "user_email": ""}, "user_email"),
        ({"user_email": "nobody@shop.example"}, "user_email"),
        ({"user": 10**30}, "user"),
        ({"user": "x"}, "user"),
        ({"user": 10**17}, "user"),
        ({"user": 0, "number": " "}, "number"),
        ({"balance": "NaN"}, "balance"),
        ({"balance": "1e300"}, "balance"),
        ({"balance": "0.001"}, "balance"),
        ({"currency": "xxx"}, "currency"),
        ({"debit_allowed": "perhaps"}, "debit_allowed"),
        ({"number": "x" * 65}, "number"),
        ({"number": "a\nb"}, "number"),
    ],
)
def test_a_bad_account_is_refused_by_field(call: Any, path: str, make_token: Any, wish: Any, field: str) -> None:
    """400, and nothing is made."""
    answer = call("POST", path, wish, token=make_token(ADD))

    assert answer.status_code == 400
    assert isinstance(answer.json()[field], list)
    assert not CreditAccount.objects.exists()


def test_accounts_are_not_mixed_up(call: Any, path: str, make_token: Any, make_shopper: Any) -> None:
    """A taken number, a changed number, an e-mail of somebody else: 400 by field."""
    token, one, two = make_token(ADD), make_shopper(), make_shopper()
    call("POST", path, {"user": one.pk, "number": "SC-1"}, token=token)

    for wish, field in (
        ({"user": two.pk, "number": "SC-1"}, "number"),
        ({"user": one.pk, "number": "SC-2"}, "number"),
        ({"user": one.pk, "user_email": two.email}, "user_email"),
    ):
        answer = call("POST", path, wish, token=token)
        assert (answer.status_code, list(answer.json())) == (400, [field])


def test_channels_keep_to_themselves(
    call: Any, channel: Any, make_channel: Any, make_token: Any, make_shopper: Any
) -> None:
    """Another's channel and one that is none are not found; the list holds what came through one's own."""
    mine, other = make_token(ADD, VIEW, channels=[channel]), make_channel("Other")
    shopper = make_shopper()
    for number in (other.pk, 10**15):
        answer = call("POST", f"/api/v1/remote/{number}/loyalty_account/", {"user": shopper.pk}, token=mine)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    call("POST", f"/api/v1/remote/{channel.pk}/loyalty_account/", {"user": shopper.pk, "balance": "1"}, token=mine)
    account = credit.purse(shopper.pk, "try")
    credit.move(account.pk, Decimal(5), Reason(Type.LOAD, channel_id=other.pk))
    credit.move(account.pk, Decimal(7), Reason(Type.LOAD))

    assert [row["amount"] for row in call("GET", MOVEMENTS, token=mine).json()["results"]] == ["1.00"]
    assert call("GET", MOVEMENTS, token=make_token(VIEW)).json()["count"] == 3


def test_movements_are_found(call: Any, make_token: Any, make_shopper: Any) -> None:
    """By uuid, type, order, customer and moment; sorted; as documented."""
    token, one, two = make_token(VIEW), make_shopper(), make_shopper()
    first = credit.move(credit.purse(one.pk, "try").pk, Decimal(10), Reason(Type.LOAD))
    spent = credit.move(credit.purse(one.pk, "try").pk, Decimal("-4"), Reason(Type.SPEND, order="100045"))
    last = credit.move(credit.purse(two.pk, "eur").pk, Decimal(1), Reason(Type.REFUND))

    def found(**query: Any) -> list[str]:
        path = MOVEMENTS + "?" + "&".join(f"{name}={value}" for name, value in query.items())
        return [row["uuid"] for row in call("GET", path, token=token).json()["results"]]

    everything = [str(each.uuid) for each in (first, spent, last)]
    assert found() == everything
    assert found(sort="-created_date") == everything[::-1]
    assert found(uuid=spent.uuid) == found(order="100045") == found(transaction_type="spend") == [str(spent.uuid)]
    assert found(customer=two.pk) == [str(last.uuid)]
    assert found(created_date__gt=spent.created_at.isoformat().replace("+00:00", "Z")) == [str(last.uuid)]
    assert found(created_date__lte=first.created_at.isoformat().replace("+00:00", "Z")) == [str(first.uuid)]
    assert found(created_date__date=first.created_at.date()) == everything
    row = call("GET", f"{MOVEMENTS}?uuid={spent.uuid}", token=token).json()["results"][0]
    assert row == {
        "pk": row["pk"],
        "uuid": str(spent.uuid),
        "transaction_type": "spend",
        "order": "100045",
        "customer": one.pk,
        "account": credit.purse(one.pk, "try").number,
        "amount": "-4.00",
        "currency": "try",
        "created_date": row["created_date"],
    }


@pytest.mark.parametrize(
    "query",
    [
        "uuid=x",
        "transaction_type=gift",
        "customer=x",
        "customer=1e40",
        "created_date=yesterday",
        "created_date__gt=x",
        "order__contains=1",
        "sort=amount",
    ],
)
def test_a_filter_that_is_not_understood_is_refused(call: Any, make_token: Any, query: str) -> None:
    """400 by parameter, never ignored."""
    assert call("GET", f"{MOVEMENTS}?{query}", token=make_token(VIEW)).status_code == 400
