"""The examples of the document about the loyalty card, replayed against the simulated provider's stand-in."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.contract import Details
from patron.kernel import clock
from patron.loyalty.models import LoyaltyCard
from tests.loyalty.members import provider

__all__ = ["provider"]

pytestmark = pytest.mark.django_db
PHONE = "+966123457799"
EMAIL = "john.doe@example.com"
REDIRECT = "omnishop_loyaltycard:loyalty-card"
USER: dict[str, Any] = {
    "pk": 92,
    "username": "fe710061d9d32af17b96f38bf49ee29655ae8b19682e10b1a8d02d6f79c35520",
    "first_name": "John",
    "last_name": "Doe",
    "email": EMAIL,
    "is_active": True,
    "date_joined": "2025-05-30T07:45:20.915321Z",
    "last_login": "2025-05-30T07:45:21.240293Z",
    "email_allowed": False,
    "sms_allowed": False,
    "call_allowed": None,
    "gender": "male",
    "attributes": {"register_client_type": "default"},
    "phone": PHONE,
    "date_of_birth": "1990-12-10",
    "attributes_kwargs": {},
    "user_type": "registered",
    "modified_date": "2025-05-30T07:45:21.812607Z",
}
CARD: dict[str, Any] = {
    "pk": 1,
    "attributes": {"account_number": "3839200"},
    "created_date": "2025-05-30T07:45:21.383195Z",
    "modified_date": "2025-05-30T07:45:21.383222Z",
    "number": PHONE,
    "user": USER
    | {
        "attributes": {
            "confirmed": True,
            "logged_ip": "192.168.1.100",
            "verified_user": True,
            "register_client_type": "default",
        }
    },
}
FORM: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Doe",
    "email": EMAIL,
    "gender": "male",
    "date_of_birth": "1990-12-10",
    "phone": PHONE,
    "email_allowed": False,
    "sms_allowed": False,
}
OTP_FORM = FORM | {"sms_allowed": True, "call_allowed": None}
UPDATE: dict[str, Any] = {
    "phone": PHONE,
    "first_name": "John",
    "last_name": "Smith",
    "email_allowed": False,
    "sms_allowed": True,
    "call_allowed": False,
    "gender": "male",
    "date_of_birth": "1990-12-10",
}
HELD: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Doe",
    "phone": PHONE,
    "email": EMAIL,
    "gender": "male",
    "date_of_birth": "1990-12-10",
    "email_allowed": False,
    "sms_allowed": True,
    "call_allowed": None,
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.fixture
def john(make_shopper: Any) -> Shopper:
    """The shopper of the examples."""
    return make_shopper(  # type: ignore[no-any-return]
        id=USER["pk"],
        username=USER["username"],
        first_name="John",
        last_name="Doe",
        email=EMAIL,
        gender="male",
        attributes=USER["attributes"],
        phone=PHONE,
        phone_verified_at=clock.now(),
        date_of_birth=date(1990, 12, 10),
        date_joined=moment(USER["date_joined"]),
    )


def moments(john: Shopper, attributes: dict[str, Any]) -> None:
    """What signing in has changed since the examples were written."""
    Shopper.objects.filter(pk=john.pk).update(
        last_login=moment(USER["last_login"]), modified_date=moment(USER["modified_date"]), attributes=attributes
    )


@pytest.fixture
def card(john: Shopper, provider: Any) -> LoyaltyCard:
    """The card of the examples, and its account."""
    account = provider.create(Details(**HELD | {"date_of_birth": date(1990, 12, 10)}), "document")
    now = clock.now()
    made = LoyaltyCard.objects.create(
        pk=CARD["pk"],
        shopper=john,
        number=PHONE,
        account_number="3839200",
        created_date=moment(CARD["created_date"]),
        modified_date=moment(CARD["modified_date"]),
        points=Decimal(150),
        points_as_of=now,
        points_due_at=now,
    )
    provider.accounts["3839200"] = provider.accounts.pop(account.account_number)
    provider.balances["3839200"] = Decimal(150)
    return made


def test_get_loyalty_card_details(card: LoyaltyCard, john: Shopper, sign_in: Any) -> None:
    """Get Loyalty Card Details, 200: keys in the document's order."""
    client = sign_in(john)
    moments(john, CARD["user"]["attributes"])
    answer = client.get("/loyalty-card/loyalty_card/").json()
    assert answer == {"card": CARD, "points": 150, "errors": None}
    assert (list(answer["card"]), list(answer["card"]["user"])) == (list(CARD), list(USER))


def test_no_card(john: Shopper, sign_in: Any, provider: Any) -> None:
    """Get Loyalty Card Details, "No Card: returns null card with 0 points"."""
    assert sign_in(john).get("/loyalty-card/loyalty_card/").json() == {"card": None, "points": 0, "errors": None}


def test_current_user_info(john: Shopper, sign_in: Any) -> None:
    """Get Current User Info for Loyalty Registration, 200."""
    client = sign_in(john)
    moments(john, USER["attributes"])
    answer = client.get("/loyalty-card/add_loyalty_card/").json()
    assert answer == USER
    assert list(answer) == list(USER)


def test_register_with_sms(john: Shopper, sign_in: Any, provider: Any, sms_outbox: Any, advance: Any) -> None:
    """Register Loyalty Card with SMS Verification: 202 with the data, 200 on resend, 201 with the code."""
    client, path = sign_in(john), "/loyalty-card/add_loyalty_card/"
    first = client.post(path, FORM, content_type="application/json")
    assert (first.status_code, first.json()) == (202, FORM)
    advance(31)
    again = client.post(path, FORM | {"resend": True}, content_type="application/json")
    assert (again.status_code, again.json()) == (200, {"message": "success"})
    code = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert code
    last = client.post(path, FORM | {"code": code[0]}, content_type="application/json")
    assert (last.status_code, last.json()["redirect_url"]) == (201, REDIRECT)
    attributes = last.json()["card"]["user"]["attributes"]
    assert attributes == {"has_loyalty": True, "verified_user": True, "register_client_type": "default"}


def test_register_without_sms(john: Shopper, sign_in: Any, provider: Any) -> None:
    """Register Loyalty Card Without SMS Verification, 201: `has_loyalty`, and no `verified_user`."""
    answer = sign_in(john).post("/loyalty-card/add_loyalty_card_otp/", OTP_FORM, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (201, ["card", "redirect_url"])
    assert list(answer.json()["card"]) == list(CARD)
    assert answer.json()["card"]["user"]["attributes"] == {"has_loyalty": True, "register_client_type": "default"}


def test_info_for_update(card: LoyaltyCard, john: Shopper, sign_in: Any) -> None:
    """Get Current Loyalty Card Info for Update, 200."""
    answer = sign_in(john).get("/loyalty-card/update_loyalty_card/").json()
    assert answer == {"card": HELD}
    assert list(answer["card"]) == list(HELD)


def test_update(card: LoyaltyCard, john: Shopper, sign_in: Any) -> None:
    """Update Loyalty Card Information, 200."""
    answer = sign_in(john).post("/loyalty-card/update_loyalty_card/", UPDATE, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"card": UPDATE, "redirect_url": REDIRECT})
    assert list(answer.json()["card"]) == list(UPDATE)


def test_info_for_deletion(card: LoyaltyCard, john: Shopper, sign_in: Any) -> None:
    """Get Loyalty Card Info for Deletion Confirmation, 200."""
    answer = sign_in(john).get("/loyalty-card/delete_loyalty/")
    user = {name: USER[name] for name in ("pk", "first_name", "last_name", "phone")}
    assert answer.json() == {"card": CARD | {"user": user}}


def test_delete(card: LoyaltyCard, john: Shopper, sign_in: Any) -> None:
    """Delete Loyalty Card, 204: "No content"; the card can be had again."""
    client = sign_in(john)
    answer = client.post("/loyalty-card/delete_loyalty/")
    assert (answer.status_code, answer.content) == (204, b"")
    again = client.post("/loyalty-card/add_loyalty_card_otp/", OTP_FORM, content_type="application/json")
    assert again.status_code == 201


def test_search_finds_nothing(john: Shopper, sign_in: Any, provider: Any) -> None:
    """Search for Existing Loyalty Account and Link, 200."""
    form = {"email": EMAIL, "phone": PHONE}
    answer = sign_in(john).post("/loyalty-card/search_exists_create/", form, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"message": "not find remote account"})


def test_search_finds(john: Shopper, sign_in: Any, provider: Any) -> None:
    """Search for Existing Loyalty Account and Link, 201: the card's number."""
    account = provider.create(Details(**HELD | {"date_of_birth": date(1990, 12, 10)}), "document")
    form = {"email": EMAIL, "phone": PHONE}
    answer = sign_in(john).post("/loyalty-card/search_exists_create/", form, content_type="application/json")
    assert (answer.status_code, answer.json()) == (201, {"number": account.number})
