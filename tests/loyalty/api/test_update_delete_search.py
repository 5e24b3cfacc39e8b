"""`update_loyalty_card/`, `delete_loyalty/` and `search_exists_create/`."""

from typing import Any

import pytest
from django.test import Client

from patron.accounts import anonymizing
from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.contract import UnknownAccount
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.loyalty import enrolment, reconciliation
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import Farewell, LoyaltyCard
from tests.loyalty.members import AWAY, PHONE, known, wish

pytestmark = pytest.mark.django_db
UPDATE = "/loyalty-card/update_loyalty_card/"
DELETE = "/loyalty-card/delete_loyalty/"
SEARCH = "/loyalty-card/search_exists_create/"
JSON = "application/json"


@pytest.fixture
def card(member: Shopper, provider: MemoryProvider) -> LoyaltyCard:
    """The member's card."""
    return enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")


@pytest.mark.parametrize("path", [UPDATE, DELETE, SEARCH])
def test_anonymous_is_refused(path: str, anonymous: Client) -> None:
    """Nobody reads, changes or links."""
    assert anonymous.post(path, {}, content_type=JSON).status_code == 401
    assert anonymous.get(path).status_code in (401, 405)


@pytest.mark.parametrize("path", [UPDATE, DELETE])
def test_without_a_card(path: str, member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """404 to look and to act."""
    client = sign_in(member)
    assert client.get(path).status_code == 404
    assert client.post(path, wish(member), content_type=JSON).json() == {"detail": "Not found."}


def test_details_are_the_providers(card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any) -> None:
    """GET update shows what the provider holds; while it is away, what it held last."""
    client = sign_in(member)
    shown = {
        "first_name": "John",
        "last_name": "Doe",
        "phone": PHONE,
        "email": "John.Doe@example.com",
        "gender": "male",
        "date_of_birth": "1990-12-10",
        "email_allowed": False,
        "sms_allowed": False,
        "call_allowed": None,
    }
    assert client.get(UPDATE).json() == {"card": shown}
    provider.trouble = AWAY
    assert client.get(UPDATE).json() == {"card": shown}


def test_update(card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any) -> None:
    """Shown at once, told after commit, and told as the last of several."""
    client = sign_in(member)
    for name in ("Smith", "Smythe"):
        form = wish(member, last_name=name, sms_allowed=True, call_allowed=False)
        answer = client.post(UPDATE, form, content_type=JSON)
    assert answer.status_code == 200
    assert answer.json() == {
        "card": {name: value for name, value in form.items() if name != "email"} | {"phone": PHONE},
        "redirect_url": "omnishop_loyaltycard:loyalty-card",
    }
    assert client.get(UPDATE).json()["card"]["last_name"] == "Smythe"
    run_jobs()
    assert provider.accounts[card.account_number].details.last_name == "Smythe"
    assert provider.calls["change"] == 1
    member.refresh_from_db()
    assert member.last_name == "Yılmaz"


def test_update_in_sync(card: LoyaltyCard, member: Shopper, sign_in: Any, in_sync: None) -> None:
    """The profile follows; a phone that no code has proven does not."""
    form = wish(member, last_name="Smith", phone="+966512345000", email_allowed=True)
    assert sign_in(member).post(UPDATE, form, content_type=JSON).status_code == 200
    member.refresh_from_db()
    assert (member.last_name, member.phone, member.email_allowed) == ("Smith", PHONE, True)


def test_update_with_a_taken_phone(card: LoyaltyCard, member: Shopper, make_shopper: Any, sign_in: Any) -> None:
    """The phone of another active shopper is 400, and nothing is changed."""
    make_shopper(phone="+966512345000")
    form = wish(member, last_name="Smith", phone="+966512345000")
    answer = sign_in(member).post(UPDATE, form, content_type=JSON)
    assert (answer.status_code, list(answer.json())) == (400, ["phone"])
    assert LoyaltyCard.objects.get().details["last_name"] == "Doe"


def test_update_told_when_the_provider_is_back(
    card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any
) -> None:
    """Nothing is lost in an outage, and the form shows the change meanwhile."""
    client = sign_in(member)
    provider.trouble = AWAY
    client.post(UPDATE, wish(member, last_name="Smith"), content_type=JSON)
    run_jobs()
    assert client.get(UPDATE).json()["card"]["last_name"] == "Smith"
    assert LoyaltyCard.objects.get().change_key is not None
    provider.trouble = None
    report = reconciliation.run()
    assert report is not None
    assert (report.changes, report.waiting) == (1, 0)
    assert provider.accounts[card.account_number].details.last_name == "Smith"


def test_deletion_is_confirmed_with(card: LoyaltyCard, member: Shopper, sign_in: Any) -> None:
    """GET shows the card and little of the shopper."""
    shown = sign_in(member).get(DELETE).json()["card"]
    assert list(shown) == ["pk", "attributes", "created_date", "modified_date", "number", "user"]
    assert shown["user"] == {"pk": member.pk, "first_name": "Ada", "last_name": "Yılmaz", "phone": PHONE}


@pytest.mark.parametrize("cleared", [False, True])
def test_delete(
    cleared: bool, card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any, setting: Any
) -> None:
    """204 without a body; the flag goes only by LOYALTY_CLEAR_FLAG_ON_DELETE; the account is closed by a job."""
    setting("LOYALTY_CLEAR_FLAG_ON_DELETE", cleared)
    answer = sign_in(member).post(DELETE)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not LoyaltyCard.objects.exists()
    member.refresh_from_db()
    assert member.attributes["has_loyalty"] is not cleared
    assert card.account_number in provider.accounts
    run_jobs()
    assert card.account_number not in provider.accounts
    assert Farewell.objects.get().state == "told"


def test_delete_during_an_outage(
    card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any
) -> None:
    """204 all the same; the provider hears of it later."""
    provider.trouble = AWAY
    assert sign_in(member).post(DELETE).status_code == 204
    run_jobs()
    assert Farewell.objects.values_list("state", "tries").get() == ("waiting", 1)
    provider.trouble = None
    report = reconciliation.run()
    assert report is not None
    assert report.farewells == 1
    assert provider.accounts == {}


def test_deleted_and_enrolled_again(
    card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any
) -> None:
    """Before the provider heard of the end the same account comes back, and nobody closes it."""
    client = sign_in(member)
    client.post(DELETE)
    again = client.post("/loyalty-card/add_loyalty_card_otp/", wish(member), content_type=JSON)
    assert again.json()["card"]["attributes"] == {"account_number": card.account_number}
    run_jobs()
    assert list(provider.accounts) == [card.account_number]
    assert Farewell.objects.get().state == "withdrawn"


def test_enrolled_while_the_account_is_being_closed(
    card: LoyaltyCard, member: Shopper, sign_in: Any, provider: Any, run_jobs: Any
) -> None:
    """The closing has begun: the shopper waits for it and then gets a new account."""
    client = sign_in(member)
    client.post(DELETE)
    Farewell.objects.update(tries=1)
    answer = client.post("/loyalty-card/add_loyalty_card_otp/", wish(member), content_type=JSON)
    assert answer.json()["error_code"] == "loyalty_100_4"
    run_jobs()
    made = LoyaltyCard.objects.get()
    assert made.account_number != card.account_number
    assert list(provider.accounts) == [made.account_number]


def test_erased_with_the_person(card: LoyaltyCard, member: Shopper, provider: Any, run_jobs: Any) -> None:
    """Anonymizing takes number and details at once and closes the account."""
    anonymizing.anonymize(member.pk)
    kept = LoyaltyCard.objects.get()
    assert (kept.details, kept.number.startswith("anonymized-")) == ({}, True)
    run_jobs()
    assert not LoyaltyCard.objects.exists()
    assert provider.accounts == {}


def test_search_links(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """Found by a verified phone: 201 with the number."""
    account = known(provider)
    form = {"email": "john.doe@example.com", "phone": PHONE}
    answer = sign_in(member).post(SEARCH, form, content_type=JSON)
    assert (answer.status_code, answer.json()) == (201, {"number": account.number})
    member.refresh_from_db()
    assert member.attributes["has_loyalty"] is True


def test_search_finds_nothing(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """200, and no account is made."""
    answer = sign_in(member).post(SEARCH, {"email": member.email, "phone": PHONE}, content_type=JSON)
    assert (answer.status_code, answer.json()) == (200, {"message": "not find remote account"})
    assert provider.calls == {"search": 1}


def test_search_by_what_is_not_proven(make_shopper: Any, sign_in: Any, provider: MemoryProvider, setting: Any) -> None:
    """Neither the e-mail nor the phone is verified: 406, before the provider is asked; not with the setting off."""
    shopper = make_shopper(phone=PHONE, email="john.doe@example.com")
    known(provider)
    client = sign_in(shopper)
    form = {"email": "john.doe@example.com", "phone": PHONE}
    answer = client.post(SEARCH, form, content_type=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "loyalty_100_3")
    assert provider.calls["search"] == 0
    setting("LOYALTY_LINK_REQUIRES_PROOF", False)
    assert client.post(SEARCH, form, content_type=JSON).status_code == 201


def test_search_with_anothers_email(member: Shopper, sign_in: Any, provider: Any, monkeypatch: Any) -> None:
    """A provider that minds the e-mail only does not open somebody else's account to a verified phone."""
    victim = known(provider, email="victim@shop.example", phone="+966512399999")
    monkeypatch.setattr(provider, "search", lambda email, phone=None, born=None: victim)
    answer = sign_in(member).post(SEARCH, {"email": "victim@shop.example", "phone": PHONE}, content_type=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "loyalty_100_3")
    assert not LoyaltyCard.objects.exists()


def test_search_with_a_card(card: LoyaltyCard, member: Shopper, sign_in: Any) -> None:
    """One shopper, one card."""
    answer = sign_in(member).post(SEARCH, {"email": member.email, "phone": PHONE}, content_type=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "loyalty_100_1")


@pytest.mark.parametrize("form", [{}, {"email": "nobody"}, {"email": "a@b.example", "phone": "x"}])
def test_bad_search(form: Any, member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """400 by field."""
    assert sign_in(member).post(SEARCH, form, content_type=JSON).status_code == 400
    assert provider.calls == {}


def test_search_during_an_outage(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """406, and nothing is begun."""
    provider.trouble = AWAY
    answer = sign_in(member).post(SEARCH, {"email": member.email, "phone": PHONE}, content_type=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "loyalty_100_4")


def test_compared_with_the_provider(card: LoyaltyCard, provider: Any, advance: Any, monkeypatch: Any) -> None:
    """A card whose account is gone is reported, once a day."""
    advance(86_401)
    provider.accounts.clear()
    with pytest.raises(UnknownAccount):
        provider.get(card.account_number)
    report = reconciliation.run()
    assert report is not None
    assert (report.checked, report.missing) == (1, 1)
    assert report.findings == [{"what": "the provider has no such account", "table": "card", "id": card.pk}]
    assert reconciliation.run() is None
