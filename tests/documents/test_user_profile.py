"""The examples of the document about profiles, replayed. Segments and loyalty have their own."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

GENDERS = [{"value": "female", "label": "female"}, {"value": "male", "label": "male"}]
FULL_PROFILE = {
    "id": 6471,
    "first_name": "John",
    "last_name": "Doe",
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "avatar": None,
    "email": "example@example.com",
    "phone": "0000000000",
    "date_of_birth": "2000-01-01",
    "gender": "male",
    "genders": GENDERS,
    "language_code": "en-us",
    "attributes": {
        "register_client_type": "anonymous",
        "logged_ip": "0.0.0.0",
        "kvkk_flat_page_version": "000",
        "confirm": True,
    },
    "date_joined": "2024-01-01T00:00:00.000000Z",
}
USER_DETAIL = {
    "username": "test-user",
    "email": "test@akinon.com",
    "first_name": "TestFirstName",
    "last_name": "TestLastName",
}
UPDATE = {
    "first_name": "John",
    "last_name": "Doe",
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": False,
}
UPDATED = FULL_PROFILE | {
    "id": 1234,
    # the document's answer says null to a request that says false; the request wins
    "call_allowed": False,
    "email": "john.doe@example.com",
    "phone": "0123456789",
    "attributes": {
        "register_client_type": "default",
        "logged_ip": "0.0.0.0",
        "kvkk_flat_page_version": "999",
        "confirm": True,
    },
}
CODE_SENT = {
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": None,
    "avatar": None,
    "email": "john.doe@example.com",
    "date_of_birth": "2000-01-01",
    "language_code": "en-us",
    "date_joined": "2024-01-01T00:00:00.000000Z",
}
CONSENT_MISMATCH = {
    "non_field_errors": "Mismatch confirmation data {phone}, {sms_allowed}, {email_allowed}, {call_allowed}, {email}.",
    "error_code": "kvkk_service_100_2",
}
EXPIRED = {
    "non_field_errors": "Sms otp code expired. Please resend code.",
    "error_code": "sms_verification_100_4",
}
PHONES_DIFFER = {"non_field_errors": "Phone numbers do not match.", "error_code": "sms_verification_100_1"}
CODES_DIFFER = {"non_field_errors": "Verification codes do not match.", "error_code": "sms_verification_100_2"}
NEW_PHONE = "+905559998877"


@pytest.fixture
def john(make_shopper: Any) -> Any:
    """The shopper of an example: the fields of its answer, as they would be stored."""

    def make(example: dict[str, Any], **changed: Any) -> Any:
        fields = {
            key: value for key, value in example.items() if key not in ("genders", "date_joined", "date_of_birth")
        }
        return make_shopper(
            **fields | {"date_of_birth": date(2000, 1, 1), "date_joined": datetime(2024, 1, 1, tzinfo=UTC)} | changed
        )

    return make


def patch(client: Any, body: dict[str, Any]) -> tuple[int, Any]:
    answer = client.patch("/users/profile/", body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_get_user_full_profile(john: Any, sign_in: Any) -> None:
    """GET User Full Profile, 200."""
    answer = sign_in(john(FULL_PROFILE)).get("/users/profile/")
    assert (answer.status_code, answer.json()) == (200, FULL_PROFILE)
    assert list(answer.json()) == list(FULL_PROFILE), "in the document's order"


@pytest.mark.django_db
def test_get_user_detail(make_shopper: Any, sign_in: Any) -> None:
    """GET User Detail, 200."""
    answer = sign_in(make_shopper(**USER_DETAIL)).get("/users/user/")
    assert (answer.status_code, answer.json()) == (200, USER_DETAIL)


@pytest.mark.django_db
def test_update_user_profile(john: Any, sign_in: Any) -> None:
    """PATCH Update User Profile, 200."""
    assert patch(sign_in(john(UPDATED, first_name="J", call_allowed=None)), UPDATE) == (200, UPDATED)


@pytest.mark.django_db
def test_update_phone_number(john: Any, sign_in: Any) -> None:
    """PATCH Update Phone Number with OTP, 202."""
    client = sign_in(john(UPDATED, call_allowed=None))
    assert patch(client, {"phone": NEW_PHONE, "call_allowed": True}) == (202, CODE_SENT)


@pytest.mark.django_db
def test_phone_numbers_do_not_match(john: Any, sign_in: Any) -> None:
    """PATCH Update Phone Number with OTP, 406 sms_verification_100_1."""
    client = sign_in(john(UPDATED))
    patch(client, {"phone": NEW_PHONE})
    assert patch(client, {"phone": "+905559998878", "code": "123456"}) == (406, PHONES_DIFFER)


@pytest.mark.django_db
def test_codes_do_not_match(john: Any, sign_in: Any) -> None:
    """PATCH Update Phone Number with OTP, 406 sms_verification_100_2."""
    client = sign_in(john(UPDATED))
    patch(client, {"phone": NEW_PHONE})
    assert patch(client, {"phone": NEW_PHONE, "code": "12345678901"}) == (406, CODES_DIFFER)


@pytest.mark.django_db
def test_code_expired(john: Any, sign_in: Any, advance: Any, sms_outbox: Any) -> None:
    """PATCH Update Phone Number with OTP, 406 sms_verification_100_4."""
    client = sign_in(john(UPDATED))
    patch(client, {"phone": NEW_PHONE})
    code = re.findall(r"\b\d{6}\b", sms_outbox()[0].text)[0]
    advance(181)
    assert patch(client, {"phone": NEW_PHONE, "code": code}) == (406, EXPIRED)


@pytest.mark.django_db
def test_mismatch_of_confirmation_data(john: Any, sign_in: Any, setting: Any) -> None:
    """PATCH Update Phone Number with OTP, 406 kvkk_service_100_2: the document's text with the submitted values."""
    setting("REGISTRATION_MODE", "kvkk")
    client = sign_in(john(UPDATED))
    patch(client, {"phone": NEW_PHONE, "sms_allowed": True})
    status, body = patch(client, {"phone": NEW_PHONE, "sms_allowed": False, "code": "123456"})
    expected = CONSENT_MISMATCH["non_field_errors"].format(
        phone=NEW_PHONE, sms_allowed=False, email_allowed=None, call_allowed=None, email="john.doe@example.com"
    )
    assert (status, body) == (406, CONSENT_MISMATCH | {"non_field_errors": expected})
