"""POST /users/registration/."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.utils.http import urlencode

from patron.accounts.models import Challenge, Session, Shopper
from patron.gateways.models import OutgoingSms

URL = "/users/registration/"
PHONE = "+905551112233"
FORM = {
    "first_name": "Ada",
    "last_name": "Yılmaz",
    "email": "Ada.Y@Example.com",
    "password": "Correct-horse-7",
    "confirm": True,
    "phone": PHONE,
}


def register(client: Client, **changed: Any) -> Any:
    body = {key: value for key, value in (FORM | changed).items() if value is not ...}
    return client.post(URL, body, content_type="application/json")


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{4,10}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


@pytest.mark.django_db
def test_direct(anonymous: Client) -> None:
    """201, a key and a session; the account is as it was written, and the server's attributes are the server's."""
    answer = register(
        anonymous,
        username="root",
        gender="unknown",
        date_of_birth="1990-05-15",
        email_allowed="True",
        sms_allowed="true",
        call_allowed=1,
        attributes={"size": "M", "confirm": False, "logged_ip": "8.8.8.8", "has_loyalty": True},
        language_code="en-GB",
    )
    assert answer.status_code == 201
    assert list(answer.json()) == ["key"]
    assert re.fullmatch("[0-9a-f]{40}", answer.json()["key"])
    assert list(answer.cookies) == [settings.SESSION_COOKIE]
    me = anonymous.get("/current_user/").json()
    assert (me["email"], me["phone"], me["gender"], me["date_of_birth"]) == (
        "Ada.Y@Example.com",
        PHONE,
        "unknown",
        "1990-05-15",
    )
    assert (me["email_allowed"], me["sms_allowed"], me["call_allowed"]) == (True, True, True)
    assert me["is_email_verified"] is False
    assert me["attributes"] == {
        "size": "M",
        "register_client_type": "default",
        "logged_ip": "127.0.0.1",
        "kvkk_flat_page_version": "1",
        "confirm": True,
    }
    shopper = Shopper.objects.get()
    assert shopper.username != "root"
    assert shopper.language_code == "en-gb"


@pytest.mark.django_db
def test_what_a_request_says_of_itself() -> None:
    """The language is the request's where the form names none, and so is the client's type."""
    client = Client(headers={"accept-language": "de-AT,fr;q=0.5", "x-client-type": "ios"})
    assert register(client, phone=...).status_code == 201
    shopper = Shopper.objects.get()
    assert (shopper.language_code, shopper.client_type) == ("de", "ios")
    assert shopper.attributes["register_client_type"] == "ios"


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", MULTIPART_CONTENT])
def test_a_form(anonymous: Client, content_type: str) -> None:
    """A browser's form is taken too, and a box that is not in it is unsaid."""
    form = FORM | {"phone": "", "confirm": "on", "sms_allowed": "true"}
    body = form if content_type == MULTIPART_CONTENT else urlencode(form)
    assert anonymous.post(URL, body, content_type=content_type).status_code == 201
    shopper = Shopper.objects.get()
    assert (shopper.phone, shopper.sms_allowed) == (None, True)
    assert [row.channel for row in shopper.consents.all()] == ["sms"]


@pytest.mark.django_db
def test_signed_in_as_somebody_else(make_shopper: Any, sign_in: Any) -> None:
    """The new shopper gets a session of their own, and the old one ends; no CSRF token is asked for."""
    client = sign_in(make_shopper())
    old = client.cookies[settings.SESSION_COOKIE].value
    bare = Client(headers={"accept-language": "en"})
    bare.cookies = client.cookies
    assert register(bare).status_code == 201
    assert bare.get("/current_user/").json()["email"] == FORM["email"]
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE] = old
    assert stale.get("/current_user/").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["sms_otp", "kvkk"])
def test_the_dance(anonymous: Client, mode: str, setting: Any, sms_outbox: Any) -> None:
    """202 with a guest's session, another code, a wrong code, the right one: 201; the code is worth nothing then."""
    setting("REGISTRATION_MODE", mode)
    setting("SMS_OTP_RESEND_SECONDS", 0)
    assert register(anonymous, phone=...).json() == {"phone": ["This field is required."]}
    first = register(anonymous, sms_allowed=True)
    assert (first.status_code, first.json()) == (202, {})
    assert settings.SESSION_COOKIE in first.cookies
    assert anonymous.get("/current_user/").status_code == 401
    old_code = code_of(sms_outbox)
    again = register(anonymous, sms_allowed=True, resend="true")
    assert (again.status_code, again.json()) == (200, {"message": "success"})
    code = code_of(sms_outbox)
    assert not Shopper.objects.exists()
    for bad in {wrong(code), old_code} - {code}:
        answer = register(anonymous, sms_allowed=True, code=bad)
        assert (answer.status_code, answer.json()["error_code"]) == (406, "sms_verification_100_2")
    guest = anonymous.cookies[settings.SESSION_COOKIE].value
    done = register(anonymous, sms_allowed=True, code=code)
    assert done.status_code == 201
    assert anonymous.cookies[settings.SESSION_COOKIE].value != guest
    assert anonymous.get("/current_user/").json()["phone"] == PHONE
    assert register(anonymous, sms_allowed=True, code=code).status_code == 406


@pytest.mark.django_db
def test_a_bare_resend(anonymous: Client, setting: Any, sms_outbox: Any) -> None:
    """`resend` alone sends to the number of the first step and keeps what was said there."""
    setting("REGISTRATION_MODE", "kvkk")
    assert anonymous.post(URL, {"resend": True}, content_type="application/json").status_code == 406
    register(anonymous, email_allowed=True)
    early = anonymous.post(URL, {"resend": True}, content_type="application/json")
    assert early.status_code == 429
    assert 0 < int(early["Retry-After"]) <= 30
    setting("SMS_OTP_RESEND_SECONDS", 0)
    assert anonymous.post(URL, {"resend": True}, content_type="application/json").status_code == 200
    assert register(anonymous, email_allowed=True, code=code_of(sms_outbox)).status_code == 201


@pytest.mark.django_db
def test_a_code_without_its_session(anonymous: Client, setting: Any, sms_outbox: Any) -> None:
    """Another browser cannot use the code, nor one that never asked."""
    setting("REGISTRATION_MODE", "sms_otp")
    register(anonymous)
    answer = register(Client(headers={"accept-language": "en"}), code=code_of(sms_outbox))
    assert answer.status_code == 406
    assert answer.json() == {
        "non_field_errors": "Phone numbers do not match.",
        "error_code": "sms_verification_100_1",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"phone": "+905551112234"},
        {"sms_allowed": False},
        {"email_allowed": True},
        {"call_allowed": None, "email": "ada.y@example.com"},
        {"call_allowed": True},
        {"sms_allowed": ...},
    ],
)
def test_kvkk_binds_what_was_said(anonymous: Client, setting: Any, sms_outbox: Any, changed: dict[str, Any]) -> None:
    """In KVKK mode the code confirms the phone, the e-mail and the permissions of the first step, no others."""
    setting("REGISTRATION_MODE", "kvkk")
    said = {"sms_allowed": True, "email_allowed": False}
    register(anonymous, **said)
    answer = register(anonymous, **(said | changed), code=code_of(sms_outbox))
    assert (answer.status_code, answer.json()["error_code"]) == (406, "kvkk_service_100_2")
    assert answer.json()["non_field_errors"].startswith("Mismatch confirmation data ")
    assert not Shopper.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["sms_otp", "kvkk"])
@pytest.mark.parametrize("taken", [{"email": "ADA.y@example.com"}, {"phone": PHONE}])
def test_a_taken_one_looks_free(
    make_shopper: Any, setting: Any, sms_outbox: Any, mode: str, taken: dict[str, Any]
) -> None:
    """With PREVENT_ENUMERATION each step answers the same for taken and free, and nothing is sent for taken."""
    setting("REGISTRATION_MODE", mode)
    setting("PREVENT_ENUMERATION", True)

    def dance(form: dict[str, Any]) -> list[tuple[Any, ...]]:
        client = Client(headers={"accept-language": "en"})
        steps: list[dict[str, Any]] = [{}, {}, {"resend": True}, *[{"code": "0000"}] * 6]
        answers = [register(client, **form, **step) for step in steps]
        setting("SMS_OTP_RESEND_SECONDS", 0)
        answers += [register(client, **form, **step) for step in steps]
        setting("SMS_OTP_RESEND_SECONDS", 30)
        return [(each.status_code, each.json(), sorted(each.cookies), each.get("Retry-After")) for each in answers]

    make_shopper(**taken)
    decoy = dance({})
    assert not OutgoingSms.objects.exists()
    free = dance({"email": "free@example.com", "phone": "+905551119999"})
    assert OutgoingSms.objects.exists()
    assert decoy == free
    assert {status for status, *_ in decoy} == {202, 200, 406, 429}


@pytest.mark.django_db
def test_direct_answers_taken_whatever_is_set(anonymous: Client, make_shopper: Any, setting: Any) -> None:
    """Without a dance the other answer to a taken e-mail would be an account."""
    setting("PREVENT_ENUMERATION", True)
    make_shopper(email="ada.y@example.com", phone=PHONE)
    answer = register(anonymous)
    assert answer.status_code == 400
    assert answer.json() == {
        "email": ["This e-mail address is already in use."],
        "phone": ["This phone number is already in use."],
    }


@pytest.mark.django_db
def test_required(anonymous: Client) -> None:
    """What is missing is said by field, all at once."""
    answer = anonymous.post(URL, {}, content_type="application/json")
    assert answer.status_code == 400
    required = ["This field is required."]
    assert answer.json() == dict.fromkeys(["first_name", "last_name", "email", "password", "confirm"], required)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"first_name": "محمد", "last_name": "🎉🎉"},
        {"first_name": "İ" * 50, "last_name": "O'Neill-Şahin"},
        {"email": "ada+shop@bücher.example"},
        {"email": "a" * 64 + "@example.com"},
        {"phone": "05551112233"},
        {"phone": None},
        {"phone": ""},
        {"gender": None, "date_of_birth": None, "call_allowed": None},
        {"date_of_birth": "1900-01-02"},
        {"confirm": False},
        {"language_code": "ar"},
    ],
)
def test_accepted(anonymous: Client, changed: dict[str, Any]) -> None:
    """Names of any script, and everything optional left out."""
    answer = register(anonymous, **changed)
    assert answer.status_code == 201, answer.json()
    shopper = Shopper.objects.get()
    for field in {"first_name", "last_name", "email", "language_code"} & set(changed):
        assert getattr(shopper, field) == changed[field]
    assert (shopper.phone or "") == ((FORM | changed)["phone"] or "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": "x" * 51}, "first_name"),
        ({"last_name": ["x"]}, "last_name"),
        ({"last_name": None}, "last_name"),
        ({"last_name": "a\0b"}, "non_field_errors"),
        ({"email": "no address"}, "email"),
        ({"email": "ada@"}, "email"),
        ({"email": "😀@example.com"}, "email"),
        ({"email": "ada@😀.com"}, "email"),
        ({"email": "İ@example.com"}, "email"),
        ({"email": "\u212aelvin@example.com"}, "email"),
        ({"email": "ada@exam\u200bple.com"}, "email"),
        ({"email": "ada@example.com\nbcc: eve@example.com"}, "email"),
        ({"email": "a" * 64 + "@" + "b" * 60 + ("." + "c" * 60) * 3 + ".com"}, "email"),
        ({"email": {"a": 1}}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "ada.y@example"}, "password"),
        ({"password": 5}, "password"),
        ({"confirm": "perhaps"}, "confirm"),
        ({"email_allowed": None}, "email_allowed"),
        ({"sms_allowed": "2"}, "sms_allowed"),
        ({"call_allowed": []}, "call_allowed"),
        ({"gender": "other"}, "gender"),
        ({"date_of_birth": "2023-02-30"}, "date_of_birth"),
        ({"date_of_birth": "1900-01-01"}, "date_of_birth"),
        ({"date_of_birth": "2999-01-01"}, "date_of_birth"),
        ({"date_of_birth": 5}, "date_of_birth"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "+90 555 111 22 33"}, "phone"),
        ({"phone": "٠٥٥٥١١١٢٢٣٣"}, "phone"),
        ({"phone": "+9055511122334455"}, "phone"),
        ({"phone": {}}, "phone"),
        ({"attributes": "x"}, "attributes"),
        ({"attributes": []}, "attributes"),
        ({"attributes": {"a": "x" * 20_000}}, "attributes"),
        ({"attributes": '{"a": "\\u0000"}'}, "attributes"),
        ({"language_code": "xx"}, "language_code"),
        ({"language_code": "english"}, "language_code"),
        ({"code": "1"}, "code"),
        ({"code": "1" * 21}, "code"),
        ({"resend": "perhaps"}, "resend"),
        ({"resend": ["true"]}, "resend"),
    ],
)
def test_refused(anonymous: Client, changed: dict[str, Any], field: str) -> None:
    """Each bad value is said on its own field, and nobody is made."""
    answer = register(anonymous, **changed)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert all(isinstance(text, str) for text in answer.json()[field])
    assert not Shopper.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    ["{", "[]", '"x"', "null", "", '{"first_name": "\\ud800"}', '{"a":' * 60 + "1" + "}" * 60, "x" * 1_100_000],
    ids=["cut off", "list", "text", "null", "empty", "half a pair", "deep", "large"],
)
def test_no_json_object(anonymous: Client, body: str) -> None:
    """A body that is no JSON object of bounded size is 400, never a bug."""
    answer = anonymous.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["non_field_errors"] or body == ""
    assert not Shopper.objects.exists()


@pytest.mark.django_db
def test_other_calls(anonymous: Client) -> None:
    """Other methods are 405, other content is 415."""
    assert anonymous.get(URL).status_code == 405
    assert anonymous.put(URL, FORM, content_type="application/json").status_code == 405
    assert anonymous.post(URL, "<a/>", content_type="text/xml").status_code == 415


@pytest.mark.django_db
def test_texts_in_the_asked_language() -> None:
    """A refusal is said in the language of the request."""
    client = Client(headers={"accept-language": "de"})
    assert client.post(URL, {}, content_type="application/json").json()["email"] == [
        "Dieses Feld ist zwingend erforderlich."
    ]


@pytest.mark.django_db
def test_replayed(anonymous: Client) -> None:
    """With an Idempotency-Key a registration sent twice is one, and both answers sign in."""
    headers = {"idempotency-key": "registration-1"}
    first = anonymous.post(URL, json.dumps(FORM), content_type="application/json", headers=headers)
    other = Client(headers={"accept-language": "en"})
    second = other.post(URL, json.dumps(FORM), content_type="application/json", headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert other.get("/current_user/").status_code == 200
    assert Shopper.objects.count() == 1
    assert not Challenge.objects.exists()
