"""POST /users/otp-login/."""

import re
from typing import Any

import pytest
from django.test import Client

from patron.accounts.models import Session, Shopper
from patron.kernel import dynamic

URL = "/users/otp-login/"
PHONE = "+905551112233"


def post(client: Client, **body: Any) -> Any:
    return client.post(URL, body, content_type="application/json")


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{6}\b", sms_outbox()[0].text)
    assert found
    return found[0]


@pytest.fixture
def shopper(db: None, make_shopper: Any) -> Shopper:
    found: Shopper = make_shopper(phone="05551112233")
    return found


def test_two_steps(anonymous: Client, shopper: Shopper, sms_outbox: Any) -> None:
    """The phone: an empty 200 and an SMS. The phone with the code, written another way: as any sign-in."""
    asked = post(anonymous, phone=PHONE)
    assert (asked.status_code, asked.content) == (200, b"")
    assert list(asked.cookies) == ["osessionid"]
    answer = post(anonymous, phone="05551112233", code=code_of(sms_outbox))
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{40}", answer.json()["key"])
    assert answer.json()["redirect_url"] == "/"
    assert answer.cookies["osessionid"].value != asked.cookies["osessionid"].value
    assert anonymous.get("/current_user/").json()["pk"] == shopper.pk


def test_bad_code(anonymous: Client, shopper: Shopper, sms_outbox: Any) -> None:
    """A wrong code is 406 in the documented words; one without a first step too."""
    assert post(anonymous, phone=PHONE, code="123456").json() == {
        "non_field_errors": "Phone numbers do not match.",
        "error_code": "sms_verification_100_1",
    }
    post(anonymous, phone=PHONE)
    wrong = f"{(int(code_of(sms_outbox)) + 1) % 1_000_000:06d}"
    answer = post(anonymous, phone=PHONE, code=wrong)
    assert answer.status_code == 406
    assert answer.json()["error_code"] == "sms_verification_100_2"


def test_resend(anonymous: Client, shopper: Shopper, advance: Any) -> None:
    """Another code after the wait: 200 with the documented body; too early 429."""
    post(anonymous, phone=PHONE)
    assert post(anonymous, phone=PHONE, resend=True).status_code == 429
    advance(31)
    answer = post(anonymous, phone=PHONE, resend=True)
    assert (answer.status_code, answer.json()) == (200, {"message": "success"})


def test_unknown_phone(anonymous: Client, db: None) -> None:
    """400 on `phone`; with PREVENT_ENUMERATION as for a known one."""
    answer = post(anonymous, phone=PHONE)
    assert (answer.status_code, answer.json()) == (400, {"phone": ["No account has this phone number."]})
    dynamic.put("PREVENT_ENUMERATION", True, staff_id=None, source="test")
    answer = post(anonymous, phone=PHONE)
    assert (answer.status_code, answer.content, list(answer.cookies)) == (200, b"", ["osessionid"])
    assert post(anonymous, phone=PHONE, code="123456").json()["error_code"] == "sms_verification_100_2"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "phone"), ({"phone": "abc"}, "phone"), ({"phone": PHONE, "code": "1"}, "code"), ({"phone": None}, "phone")],
)
def test_bad_shape(anonymous: Client, body: dict[str, Any], field: str) -> None:
    """400 by field, and no session is made."""
    answer = post(anonymous, **body)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Session.objects.exists()
