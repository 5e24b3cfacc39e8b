"""`/loyalty-card/add_loyalty_card/` and `add_loyalty_card_otp/`: a card, with a code and without."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Consent, Shopper
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel import clock
from patron.kernel.errors import GatewayTrouble
from patron.loyalty.models import Enrolment, LoyaltyCard
from tests.loyalty.members import AWAY, PHONE, known, wish

pytestmark = pytest.mark.django_db
PATH = "/loyalty-card/add_loyalty_card/"
OTP = "/loyalty-card/add_loyalty_card_otp/"
REDIRECT = "omnishop_loyaltycard:loyalty-card"


def code_in(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def refused(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (406, code), answer.content


@pytest.mark.parametrize("path", [PATH, OTP])
def test_anonymous_is_refused(path: str, anonymous: Client) -> None:
    """Nobody gets no card."""
    assert anonymous.post(path, {}, content_type="application/json").status_code == 401


def test_without_csrf_token(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """A page of another site can order no card."""
    client = sign_in(member)
    del client.defaults["HTTP_X_CSRFTOKEN"]
    assert client.post(OTP, wish(member), content_type="application/json").status_code == 403
    assert provider.accounts == {}


def test_form_is_filled_with_the_shopper(member: Shopper, sign_in: Any) -> None:
    """GET without a card."""
    answer = sign_in(member).get(PATH)
    assert (answer.status_code, answer.json()["pk"], answer.json()["attributes_kwargs"]) == (200, member.pk, {})


def test_form_with_a_card_leads_to_it(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """GET with a card: a redirect for a browser, its name for a program."""
    client = sign_in(member)
    client.post(OTP, wish(member), content_type="application/json")
    answer = client.get(PATH)
    assert (answer.status_code, answer["Location"]) == (302, "/loyalty-card/loyalty_card/")
    assert client.get(PATH, headers={"accept": "application/json"}).json() == {"redirect_url": REDIRECT}


def test_the_dance(make_shopper: Any, sign_in: Any, provider: MemoryProvider, sms_outbox: Any) -> None:
    """202 repeats the data, the right code makes account and card and proves the shopper."""
    shopper = make_shopper(phone=PHONE)
    client = sign_in(shopper)
    form = wish(shopper)
    answer = client.post(PATH, form, content_type="application/json")
    assert (answer.status_code, answer.json()) == (202, form)
    assert provider.calls == {}, "the provider hears nothing before the phone is proven"
    made = client.post(PATH, form | {"code": code_in(sms_outbox)}, content_type="application/json")
    assert made.status_code == 201, made.content
    card = LoyaltyCard.objects.get(shopper=shopper)
    assert made.json()["redirect_url"] == REDIRECT
    assert made.json()["card"]["attributes"] == {"account_number": card.account_number}
    assert made.json()["card"]["user"]["attributes"] == {"has_loyalty": True, "verified_user": True}
    shopper.refresh_from_db()
    assert shopper.phone_verified_at is not None
    assert Enrolment.objects.values_list("state", "details").get() == ("linked", {})


def test_another_code(make_shopper: Any, sign_in: Any, sms_outbox: Any, advance: Any) -> None:
    """`resend` alone is enough; too soon is 429."""
    shopper = make_shopper(phone=PHONE)
    client = sign_in(shopper)
    client.post(PATH, wish(shopper), content_type="application/json")
    assert client.post(PATH, {"resend": True}, content_type="application/json").status_code == 429
    advance(31)
    answer = client.post(PATH, {"resend": True}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"message": "success"})
    assert len(sms_outbox()) == 2


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"code": "000000"}, "sms_verification_100_2"), ({"phone": "+966512345000"}, "sms_verification_100_1")],
)
def test_a_wrong_code(
    changed: Any, error: str, make_shopper: Any, sign_in: Any, provider: Any, sms_outbox: Any
) -> None:
    """A wrong code, or one for another phone, makes nothing."""
    shopper = make_shopper(phone=PHONE)
    client = sign_in(shopper)
    client.post(PATH, wish(shopper), content_type="application/json")
    form = wish(shopper) | {"code": code_in(sms_outbox)} | changed
    refused(client.post(PATH, form, content_type="application/json"), error)
    assert provider.accounts == {}


def test_without_verification(make_shopper: Any, sign_in: Any, provider: MemoryProvider, setting: Any) -> None:
    """LOYALTY_VERIFY_SMS off: 201 at once; nobody is called verified for it."""
    setting("LOYALTY_VERIFY_SMS", False)
    shopper = make_shopper()
    answer = sign_in(shopper).post(PATH, wish(shopper), content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["card"]["user"]["attributes"] == {"has_loyalty": True}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gender", "other"),
        ("gender", None),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", None),
        ("phone", "12"),
        ("email", "nobody"),
        ("first_name", "x" * 31),
        ("email_allowed", "perhaps"),
        ("code", "123"),
    ],
)
def test_bad_fields(field: str, value: Any, member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """400 by field, and nobody is asked anything."""
    answer = sign_in(member).post(PATH, wish(member, **{field: value}), content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert provider.calls == {}


def test_unknown_gender(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """`unknown` is a gender like the others."""
    answer = sign_in(member).post(OTP, wish(member, gender="unknown"), content_type="application/json")
    assert answer.status_code == 201
    assert next(iter(provider.accounts.values())).details.gender == "unknown"


@pytest.mark.parametrize("path", [PATH, OTP])
def test_a_taken_phone(path: str, member: Shopper, make_shopper: Any, sign_in: Any, provider: Any) -> None:
    """The phone of another active shopper is 400."""
    other = make_shopper(phone="+966512300000", phone_verified_at=clock.now())
    form = wish(other, phone=member.phone)
    answer = sign_in(other).post(path, form, content_type="application/json")
    assert answer.status_code == (400 if path == PATH else 406)
    assert provider.accounts == {}


def test_an_unverified_phone_needs_a_code(make_shopper: Any, sign_in: Any, provider: MemoryProvider) -> None:
    """Without a code only the phone that is verified already will do."""
    shopper = make_shopper(phone=PHONE)
    refused(sign_in(shopper).post(OTP, wish(shopper), content_type="application/json"), "loyalty_100_2")
    shopper.phone_verified_at = clock.now()
    shopper.save()
    form = wish(shopper, phone="+966512345000")
    refused(sign_in(shopper).post(OTP, form, content_type="application/json"), "loyalty_100_2")
    assert provider.calls == {}


def test_proof_is_not_asked(make_shopper: Any, sign_in: Any, provider: MemoryProvider, setting: Any) -> None:
    """LOYALTY_LINK_REQUIRES_PROOF off: any phone will do."""
    setting("LOYALTY_LINK_REQUIRES_PROOF", False)
    shopper = make_shopper()
    assert sign_in(shopper).post(OTP, wish(shopper), content_type="application/json").status_code == 201


def test_a_second_card(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """One shopper, one card."""
    client = sign_in(member)
    assert client.post(OTP, wish(member), content_type="application/json").status_code == 201
    for path in (PATH, OTP):
        refused(client.post(path, wish(member), content_type="application/json"), "loyalty_100_1")
    assert len(provider.accounts) == 1


def test_a_known_account_is_linked(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """What the provider has already is found by e-mail and linked by the proven phone; none is made."""
    account = known(provider)
    answer = sign_in(member).post(OTP, wish(member), content_type="application/json")
    assert answer.json()["card"]["attributes"] == {"account_number": account.account_number}
    assert provider.calls["create"] == 1, "that of the fixture"


def test_an_account_of_an_unproven_email(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """Somebody else's e-mail in the form does not open their account."""
    known(provider, phone="+966512399999", email="victim@shop.example")
    form = wish(member, email="victim@shop.example")
    refused(sign_in(member).post(OTP, form, content_type="application/json"), "loyalty_100_3")
    assert not LoyaltyCard.objects.exists()


def test_a_verified_email_is_enough(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """An account with another phone is the shopper's by their verified e-mail."""
    account = known(provider, phone="+966512399999")
    member.email_verified_at = clock.now()
    member.save()
    answer = sign_in(member).post(OTP, wish(member), content_type="application/json")
    assert answer.json()["card"]["number"] == account.number


def test_a_phone_of_another_account(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """The provider has the phone under an e-mail nobody named: it cannot be opened."""
    known(provider, email="other@shop.example")
    refused(sign_in(member).post(OTP, wish(member), content_type="application/json"), "loyalty_100_5")


def test_a_card_of_another_shopper(member: Shopper, make_shopper: Any, sign_in: Any, provider: Any) -> None:
    """One card belongs to one shopper."""
    sign_in(member).post(OTP, wish(member), content_type="application/json")
    other = make_shopper(email="other@shop.example", phone="+966512300000", phone_verified_at=clock.now())
    account = next(iter(provider.accounts.values()))
    provider.change(account.account_number, _changes(email="other@shop.example", phone="+966512300000"), "elsewhere")
    refused(sign_in(other).post(OTP, wish(other), content_type="application/json"), "loyalty_100_5")
    assert LoyaltyCard.objects.get().shopper_id == member.pk


def _changes(**fields: Any) -> Any:
    from patron.gateways.loyalty_provider.contract import Changes

    return Changes(**fields)


def test_provider_away(member: Shopper, sign_in: Any, provider: MemoryProvider, run_jobs: Any) -> None:
    """The wish is kept and fulfilled as soon as the provider answers."""
    provider.trouble = AWAY
    client = sign_in(member)
    refused(client.post(OTP, wish(member), content_type="application/json"), "loyalty_100_4")
    provider.trouble = None
    run_jobs()
    assert client.get("/loyalty-card/loyalty_card/").json()["card"]["pk"] == LoyaltyCard.objects.get().pk
    assert len(provider.accounts) == 1


def test_provider_refuses(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """What it will never accept ends the enrolment, and the next one begins anew."""
    provider.trouble = GatewayTrouble("no", permanent=True)
    client = sign_in(member)
    refused(client.post(OTP, wish(member), content_type="application/json"), "loyalty_100_6")
    provider.trouble = None
    assert client.post(OTP, wish(member), content_type="application/json").status_code == 201
    assert list(Enrolment.objects.order_by("id").values_list("state", flat=True)) == ["refused", "linked"]


def test_in_sync(make_shopper: Any, sign_in: Any, provider: Any, in_sync: None, sms_outbox: Any) -> None:
    """is_sync: names, birthday, gender, the proven phone and the stated permissions are the profile's too."""
    shopper = make_shopper(email_allowed=True)
    client = sign_in(shopper)
    form = wish(shopper, sms_allowed=True)
    del form["email_allowed"]
    client.post(PATH, form, content_type="application/json")
    answer = client.post(PATH, form | {"code": code_in(sms_outbox)}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    shopper.refresh_from_db()
    assert (shopper.first_name, shopper.gender, shopper.date_of_birth) == ("John", "male", date(1990, 12, 10))
    assert (shopper.phone, shopper.sms_allowed, shopper.email_allowed) == (PHONE, True, True)
    assert list(Consent.objects.filter(shopper=shopper).values_list("channel", "new_value", "is_proven")) == [
        ("sms", True, True)
    ]


def test_out_of_sync(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """Without is_sync the profile stays."""
    sign_in(member).post(OTP, wish(member, sms_allowed=True), content_type="application/json")
    member.refresh_from_db()
    assert (member.first_name, member.sms_allowed) == ("Ada", False)
