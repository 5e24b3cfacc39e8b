"""The loyalty parts of the document about profiles, replayed."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Shopper
from patron.kernel import clock
from tests.loyalty.members import provider

__all__ = ["provider"]

pytestmark = pytest.mark.django_db
PROFILE = "/users/profile-with-loyalty/"
REGISTER = "/users/register-with-loyalty/"
ENGLISH = {"accept-language": "en"}
KEYS = [
    "id", "first_name", "last_name", "email_allowed", "sms_allowed", "call_allowed", "avatar", "email", "phone",
    "date_of_birth", "gender", "genders", "language_code", "attributes", "date_joined",
]  # fmt: skip
CHANGE: dict[str, Any] = {
    "phone": "5555555555",
    "resend": False,
    "date_of_birth": "1990-01-01",
    "gender": "male",
    "attributes": {"preferred_language": "English"},
}
REGISTRATION: dict[str, Any] = {
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "password": "SecurePassword123",
    "phone": "+1234567890",
    "date_of_birth": "1990-01-01",
    "gender": "male",
    "add_loyalty": True,
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": False,
}


@pytest.fixture
def john(make_shopper: Any) -> Shopper:
    """The shopper of the examples."""
    return make_shopper(  # type: ignore[no-any-return]
        id=1234, first_name="John", last_name="Doe", email="john.doe@example.com", phone="+905321234567",
        phone_verified_at=clock.now(), gender="male",
    )  # fmt: skip


def code_in(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def test_get_profile(john: Shopper, sign_in: Any) -> None:
    """GET User Profile Information with Loyalty Card Account, 200."""
    answer = sign_in(john).get(PROFILE).json()
    assert (list(answer), answer["id"]) == (KEYS, 1234)
    assert answer["genders"] == [{"value": "female", "label": "female"}, {"value": "male", "label": "male"}]


def test_patch_profile(john: Shopper, sign_in: Any, sms_outbox: Any, advance: Any) -> None:
    """PATCH: 202 with the whole profile, 200 on resend, the two 406, 200 with the changed profile."""
    client = sign_in(john)
    sent = client.patch(PROFILE, CHANGE, content_type="application/json")
    assert (sent.status_code, list(sent.json()), sent.json()["phone"]) == (202, KEYS, "+905321234567")
    advance(31)
    again = client.patch(PROFILE, CHANGE | {"resend": True}, content_type="application/json")
    assert (again.status_code, again.json()) == (200, {"message": "success"})
    code = code_in(sms_outbox)
    other = client.patch(PROFILE, CHANGE | {"phone": "5555555556", "code": code}, content_type="application/json")
    assert (other.status_code, other.json()) == (
        406,
        {"non_field_errors": "Phone numbers do not match.", "error_code": "sms_verification_100_1"},
    )
    wrong = client.patch(PROFILE, CHANGE | {"code": "0000"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()) == (
        406,
        {"non_field_errors": "Verification codes do not match.", "error_code": "sms_verification_100_2"},
    )
    changed = client.patch(PROFILE, CHANGE | {"code": code}, content_type="application/json")
    assert (changed.status_code, list(changed.json())) == (200, KEYS)
    assert changed.json()["phone"] == "5555555555"
    assert changed.json()["attributes"]["preferred_language"] == "English"


def test_patch_without_a_phone(john: Shopper, sign_in: Any) -> None:
    """PATCH, 400."""
    form = {name: value for name, value in CHANGE.items() if name != "phone"}
    answer = sign_in(john).patch(PROFILE, form, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"phone": ["This field is required."]})


def test_register(client: Client, provider: Any, sms_outbox: Any, advance: Any) -> None:
    """POST User Register with Loyalty Card Account: 202, 200 on resend, the two 406, 201."""
    sent = client.post(REGISTER, REGISTRATION, content_type="application/json", headers=ENGLISH)
    assert (sent.status_code, list(sent.json())) == (202, KEYS)
    advance(31)
    again = client.post(REGISTER, REGISTRATION | {"resend": True}, content_type="application/json", headers=ENGLISH)
    assert (again.status_code, again.json()) == (200, {"message": "success"})
    code = code_in(sms_outbox)
    for changed, error in (({"phone": "+1234567899"}, "_1"), ({"code": "0000"}, "_2")):
        form = REGISTRATION | {"code": code} | changed
        wrong = client.post(REGISTER, form, content_type="application/json", headers=ENGLISH)
        assert (wrong.status_code, wrong.json()["error_code"]) == (406, f"sms_verification_100{error}")
    answer = client.post(REGISTER, REGISTRATION | {"code": code}, content_type="application/json", headers=ENGLISH)
    assert (answer.status_code, list(answer.json())) == (201, KEYS)
    assert answer.json()["attributes"]["has_loyalty"] is True
    assert len(provider.accounts) == 1
