"""Registration without HTTP, and the races the database decides."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from patron.accounts import registration, sessions
from patron.accounts.models import Challenge, Consent, Session, Shopper
from patron.accounts.registration import CodeSent, Registered
from patron.gateways.models import OutgoingMail, OutgoingSms
from patron.kernel import events
from patron.kernel.errors import Invalid, TooMany

PHONE = "+905551112233"
SITE = "https://shop.example"


def form(**changed: Any) -> dict[str, Any]:
    whole = {
        "first_name": "Ada",
        "last_name": "Yılmaz",
        "email": "Ada@Example.com",
        "password": "Correct-horse-7",
        "confirm": True,
        "phone": PHONE,
    }
    return whole | changed


def session_of(step: Any) -> Session:
    assert isinstance(step, Registered | CodeSent)
    assert step.opened
    found = sessions.find(step.opened.key)
    assert found
    return found


def code_of(sms_outbox: Any) -> str:
    found = re.search(r"\b\d{4,10}\b", sms_outbox()[0].text)
    assert found
    return found[0]


def fields_of(refused: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(refused.value.fields)


@pytest.mark.django_db
def test_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step: the shopper is signed in, asked to confirm the e-mail, and heard of."""
    heard: list[Any] = []
    monkeypatch.setattr(events, "put", lambda event, **payload: heard.append((event, payload)))
    step = registration.register(None, form(), mode="direct", site=SITE)
    shopper = Shopper.objects.get()
    assert session_of(step).shopper == shopper
    assert (shopper.email, shopper.phone, shopper.phone_verified_at) == ("Ada@Example.com", PHONE, None)
    assert re.fullmatch("[0-9a-f]{64}", shopper.username)
    assert shopper.password.startswith("argon2")
    assert OutgoingMail.objects.get().to == shopper.email
    assert ("shopper.registered", {"shopper_id": shopper.pk}) in heard


@pytest.mark.django_db
def test_only_what_is_said_reaches_the_ledger() -> None:
    """A permission that is named is written down, also a refused one; one that is not named is not."""
    registration.register(None, form(email_allowed=False, call_allowed=True), mode="direct", site=SITE)
    rows = Consent.objects.order_by("channel").values_list("channel", "old_value", "new_value", "is_proven")
    assert list(rows) == [("call", None, True, False), ("email", None, False, False)]


@pytest.mark.django_db
def test_a_code_proves_the_phone_only(sms_outbox: Any) -> None:
    """After the dance the phone is proven, and with it the permissions that are for it."""
    said = form(email_allowed=True, sms_allowed=True, call_allowed=None)
    session = session_of(registration.register(None, said, mode="sms_otp", site=SITE))
    assert not Shopper.objects.exists()
    registration.register(session, said | {"code": code_of(sms_outbox)}, mode="sms_otp", site=SITE)
    shopper = Shopper.objects.get()
    assert shopper.phone_verified_at is not None
    assert shopper.email_verified_at is None
    assert set(Consent.objects.values_list("channel", "is_proven")) == {("email", False), ("sms", True)}
    assert OutgoingSms.objects.get().shopper_id == shopper.pk


@pytest.mark.django_db
def test_a_refused_first_step_leaves_nothing(setting: Any) -> None:
    """A number that gets no code leaves no session and no challenge behind."""
    setting("SMS_ALLOWED_COUNTRIES", ["DE"])
    with pytest.raises(Invalid) as refused:
        registration.register(None, form(), mode="sms_otp", site=SITE)
    assert fields_of(refused) == {"phone"}
    assert not Session.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["direct", "sms_otp", "kvkk"])
def test_taken(make_shopper: Any, mode: str) -> None:
    """A taken e-mail, in whatever letter case, and a taken phone are refused ahead of everything, both at once."""
    make_shopper(email="ada@example.COM", phone=PHONE)
    with pytest.raises(Invalid) as refused:
        registration.register(None, form(phone="05551112233"), mode=mode, site=SITE)
    assert fields_of(refused) == {"email", "phone"}
    assert not Challenge.objects.exists()
    assert Shopper.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["sms_otp", "kvkk"])
def test_taken_under_the_dance(make_shopper: Any, sms_outbox: Any, mode: str, setting: Any) -> None:
    """What was taken between the two steps is refused, and the code can still be used with another e-mail."""
    setting("REGISTRATION_MODE", mode)
    session = session_of(registration.register(None, form(), mode=mode, site=SITE))
    make_shopper(email="ada@example.com")
    with pytest.raises(Invalid) as refused:
        registration.register(session, form(code=code_of(sms_outbox)), mode=mode, site=SITE)
    assert fields_of(refused) == {"email"}
    assert Challenge.objects.get().used_at is None
    assert Shopper.objects.count() == 1


@pytest.mark.django_db
def test_one_code_asks_once_who_is_registered(make_shopper: Any, sms_outbox: Any, setting: Any) -> None:
    """With PREVENT_ENUMERATION a right code is used up by the e-mail that turns out to be taken."""
    setting("PREVENT_ENUMERATION", True)
    make_shopper(email="taken@example.com")
    session = session_of(registration.register(None, form(), mode="sms_otp", site=SITE))
    code = code_of(sms_outbox)
    with pytest.raises(Invalid):
        registration.register(session, form(code=code, email="taken@example.com"), mode="sms_otp", site=SITE)
    assert Challenge.objects.get().used_at is not None
    assert Shopper.objects.count() == 1


@pytest.mark.django_db
def test_numbers_may_be_shared(make_shopper: Any, setting: Any) -> None:
    """Without PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE a phone is nobody's alone."""
    setting("PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE", False)
    make_shopper(phone=PHONE)
    registration.register(None, form(), mode="direct", site=SITE)
    assert Shopper.objects.filter(phone_e164=PHONE).count() == 2


@pytest.mark.django_db
def test_limit_per_address(setting: Any) -> None:
    """New registrations of one address are limited; those of a storefront's server are not."""
    setting("THROTTLING_SETTINGS", {"register": {"count": 1, "duration": "1h"}})
    register = partial(Client().post, "/users/registration/", content_type="application/json")
    assert register(form(email="1@example.com", phone=None)).status_code == 201
    refused = register(form(email="2@example.com", phone=None))
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 3500
    setting("THROTTLE_EXEMPT_NETWORKS", ["127.0.0.1"])
    assert register(form(email="3@example.com", phone=None)).status_code == 201


@pytest.mark.django_db
def test_the_dance_is_counted_once(sms_outbox: Any, setting: Any) -> None:
    """Only the first step counts against the address: who was sent a code can use it."""
    setting("THROTTLING_SETTINGS", {"register": {"count": 1, "duration": "1h"}})
    session = session_of(registration.register(None, form(), mode="sms_otp", site=SITE))
    with pytest.raises(TooMany):
        registration.register(session, form(), mode="sms_otp", site=SITE)
    step = registration.register(session, form(code=code_of(sms_outbox)), mode="sms_otp", site=SITE)
    assert isinstance(step, Registered)


def parallel(bodies: list[dict[str, Any]]) -> list[int]:
    def post(body: dict[str, Any]) -> int:
        try:
            return Client().post("/users/registration/", body, content_type="application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return sorted(pool.map(post, bodies))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "body",
    [
        lambda n: form(email="aDA@example.com" if n % 2 else "ada@EXAMPLE.com", phone=None),
        lambda n: form(email=f"{n}@example.com", phone=PHONE if n % 2 else "05551112233"),
    ],
    ids=["e-mail", "phone"],
)
def test_fifty_at_once(body: Callable[[int], dict[str, Any]], setting: Any) -> None:
    """Of fifty parallel registrations of one e-mail, or of one phone, exactly one makes a shopper."""
    setting("THROTTLE_EXEMPT_NETWORKS", ["127.0.0.1"])
    assert parallel([body(n) for n in range(50)]) == [201] + [400] * 49
    assert Shopper.objects.count() == 1
    assert Session.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_code_used_at_once(sms_outbox: Any, setting: Any) -> None:
    """Of parallel confirmations with the right code exactly one makes a shopper."""
    setting("REGISTRATION_MODE", "sms_otp")
    client = Client()
    assert client.post("/users/registration/", form(), content_type="application/json").status_code == 202
    body = form(code=code_of(sms_outbox))

    def confirm(_: int) -> int:
        mine = Client()
        mine.cookies = client.cookies
        try:
            return mine.post("/users/registration/", body, content_type="application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(confirm, range(5)))
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {400, 406}
    assert Shopper.objects.count() == 1
