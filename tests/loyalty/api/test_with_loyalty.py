"""`/users/profile-with-loyalty/` and `/users/register-with-loyalty/`."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel.errors import GatewayTrouble
from patron.loyalty import enrolment, reconciliation
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import Enrolment, LoyaltyCard
from tests.loyalty.members import AWAY, PHONE, known, wish

pytestmark = pytest.mark.django_db
PROFILE = "/users/profile-with-loyalty/"
REGISTER = "/users/register-with-loyalty/"
JSON = "application/json"
FORM = {
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "password": "SecurePassword123",
    "phone": PHONE,
    "date_of_birth": "1990-01-01",
    "gender": "male",
    "add_loyalty": True,
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": False,
}


def code_in(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def register(client: Client, sms_outbox: Any, **fields: Any) -> Any:
    form = FORM | fields
    assert client.post(REGISTER, form, content_type=JSON).status_code == 202
    return client.post(REGISTER, form | {"code": code_in(sms_outbox)}, content_type=JSON)


@pytest.mark.parametrize("method", ["get", "patch", "put"])
def test_anonymous_is_refused(method: str, anonymous: Client) -> None:
    """Nobody has no profile."""
    assert getattr(anonymous, method)(PROFILE).status_code == 401


def test_profile_is_the_profile(member: Shopper, sign_in: Any) -> None:
    """GET shows what `/users/profile/` shows."""
    client = sign_in(member)
    assert client.get(PROFILE).json() == client.get("/users/profile/").json()


@pytest.mark.parametrize("method", ["patch", "put"])
@pytest.mark.parametrize("missing", ["phone", "date_of_birth"])
def test_required_fields(method: str, missing: str, member: Shopper, sign_in: Any) -> None:
    """Phone and date of birth are always there."""
    form = {"phone": PHONE, "date_of_birth": "1990-01-01"}
    del form[missing]
    answer = getattr(sign_in(member), method)(PROFILE, form, content_type=JSON)
    assert (answer.status_code, answer.json()) == (400, {missing: ["This field is required."]})


def test_the_card_follows(member: Shopper, sign_in: Any, provider: MemoryProvider, run_jobs: Any) -> None:
    """A change of the profile reaches the provider by a job."""
    card = enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
    form = {"phone": PHONE, "date_of_birth": "1991-02-03", "last_name": "Smith", "gender": "female"}
    answer = sign_in(member).patch(PROFILE, form, content_type=JSON)
    assert (answer.status_code, answer.json()["last_name"]) == (200, "Smith")
    run_jobs()
    details = provider.accounts[card.account_number].details
    assert (details.last_name, str(details.date_of_birth), details.gender) == ("Smith", "1991-02-03", "female")


def test_a_new_phone(member: Shopper, sign_in: Any, provider: MemoryProvider, sms_outbox: Any, run_jobs: Any) -> None:
    """202 with the profile as it is; after the code profile and card have the phone; without a card nothing is told."""
    card = enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
    client = sign_in(member)
    form = {"phone": "+966512345000", "date_of_birth": "1990-01-01"}
    answer = client.patch(PROFILE, form, content_type=JSON)
    assert (answer.status_code, answer.json()["phone"], answer.json()["id"]) == (202, PHONE, member.pk)
    answer = client.patch(PROFILE, form | {"code": code_in(sms_outbox)}, content_type=JSON)
    assert (answer.status_code, answer.json()["phone"]) == (200, "+966512345000")
    run_jobs()
    assert provider.accounts[card.account_number].details.phone == "+966512345000"


def test_another_code(member: Shopper, sign_in: Any, advance: Any) -> None:
    """`resend` alone."""
    client = sign_in(member)
    client.patch(PROFILE, {"phone": "+966512345000", "date_of_birth": "1990-01-01"}, content_type=JSON)
    advance(31)
    assert client.patch(PROFILE, {"resend": True}, content_type=JSON).json() == {"message": "success"}


@pytest.mark.parametrize("missing", ["phone", "date_of_birth", "first_name", "email", "password"])
def test_registration_lacks_a_field(missing: str, anonymous: Client) -> None:
    """400 by field."""
    form = {name: value for name, value in FORM.items() if name != missing}
    answer = anonymous.post(REGISTER, form, content_type=JSON)
    assert (answer.status_code, answer.json()) == (400, {missing: ["This field is required."]})


def test_registration_with_a_card(anonymous: Client, provider: MemoryProvider, sms_outbox: Any) -> None:
    """202, then 201 with the profile, the session and the card."""
    answer = register(anonymous, sms_outbox)
    assert answer.status_code == 201, answer.content
    assert answer.json()["attributes"]["has_loyalty"] is True
    assert "loyalty_pending" not in answer.json()["attributes"]
    assert anonymous.get("/loyalty-card/loyalty_card/").json()["card"]["user"]["pk"] == answer.json()["id"]
    assert len(provider.accounts) == 1


def test_first_step_shows_what_would_be(anonymous: Client, provider: MemoryProvider) -> None:
    """The 202 has the profile's shape with the submitted values, and no account stands behind it."""
    answer = anonymous.post(REGISTER, FORM, content_type=JSON).json()
    assert (answer["id"], answer["email"], answer["sms_allowed"]) == (None, "john.doe@example.com", True)
    assert not Shopper.objects.exists()
    assert "password" not in answer


def test_registration_without_a_card(anonymous: Client, provider: MemoryProvider, sms_outbox: Any) -> None:
    """`add_loyalty` false or left out: an account, and nobody is asked."""
    assert register(anonymous, sms_outbox, add_loyalty=False).status_code == 201
    assert provider.calls == {}
    assert not Enrolment.objects.exists()


def test_registration_during_an_outage(
    anonymous: Client, provider: MemoryProvider, sms_outbox: Any, run_jobs: Any
) -> None:
    """The account exists, says that the card is to come, and the card comes."""
    provider.trouble = AWAY
    answer = register(anonymous, sms_outbox)
    assert answer.status_code == 201
    assert answer.json()["attributes"]["loyalty_pending"] is True
    assert anonymous.get("/loyalty-card/loyalty_card/").json()["card"] is None
    provider.trouble = None
    run_jobs()
    attributes = anonymous.get("/users/profile/").json()["attributes"]
    assert (attributes["has_loyalty"], "loyalty_pending" in attributes) == (True, False)
    assert LoyaltyCard.objects.count() == len(provider.accounts) == 1


def test_registration_the_provider_refuses(anonymous: Client, provider: MemoryProvider, sms_outbox: Any) -> None:
    """The account stands without a card, and does not say that one is to come."""
    provider.trouble = GatewayTrouble("no", permanent=True)
    answer = register(anonymous, sms_outbox)
    assert answer.status_code == 201
    assert not {"has_loyalty", "loyalty_pending"} & set(answer.json()["attributes"])


def test_registration_links_what_is_proven(anonymous: Client, provider: MemoryProvider, sms_outbox: Any) -> None:
    """An account under the e-mail is linked by the proven phone, and one with another phone is not."""
    account = known(provider)
    register(anonymous, sms_outbox)
    assert LoyaltyCard.objects.get().account_number == account.account_number


def test_registration_does_not_link_what_is_not(anonymous: Client, provider: MemoryProvider, sms_outbox: Any) -> None:
    """The e-mail alone is not proven."""
    known(provider, phone="+966512399999")
    assert register(anonymous, sms_outbox).status_code == 201
    assert not LoyaltyCard.objects.exists()


def test_killed_after_the_account_was_made(
    anonymous: Client, provider: MemoryProvider, sms_outbox: Any, advance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remote created, local failed: the reconciler comes to the same account by the same key."""
    create = provider.create

    def killed(details: Any, key: str) -> Any:
        create(details, key)
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(provider, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            register(anonymous, sms_outbox)
    assert (len(provider.accounts), LoyaltyCard.objects.count()) == (1, 0)
    report = reconciliation.run()
    assert report is not None, "it waits"
    assert (report.linked, report.waiting) == (0, 1), "somebody may still be at it"
    advance(61)
    report = reconciliation.run()
    assert report is not None
    assert (report.linked, report.waiting) == (1, 0)
    assert LoyaltyCard.objects.get().account_number == next(iter(provider.accounts))


def test_timed_out_after_the_account_was_made(
    member: Shopper, sign_in: Any, provider: MemoryProvider, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost: the shopper is told to wait, clicks again with another name, and there is one account."""
    create = provider.create

    def lost(details: Any, key: str) -> Any:
        create(details, key)
        raise AWAY

    client = sign_in(member)
    with monkeypatch.context() as losing:
        losing.setattr(provider, "create", lost)
        path = "/loyalty-card/add_loyalty_card_otp/"
        answer = client.post(path, wish(member), content_type=JSON)
        assert answer.json()["error_code"] == "loyalty_100_4"
    answer = client.post(path, wish(member, last_name="Smith"), content_type=JSON)
    assert answer.status_code == 201
    run_jobs()
    assert [account.details.last_name for account in provider.accounts.values()] == ["Smith"]
    assert Enrolment.objects.get().state == "linked"
