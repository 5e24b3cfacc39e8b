"""The examples of the document about customers, replayed."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from patron.channels.models import Channel
from patron.customers.models import Customer
from patron.kernel import clock
from tests.channels.conftest import call
from tests.customers.conftest import RIGHTS
from tests.segments.conftest import token_of

__all__ = ["call", "token_of"]
LIST = "/api/v1/customers/"
EMPTY: dict[str, Any] = {"attributes_kwargs": {}, "localized_attributes": {}, "localized_attributes_kwargs": {}}
TEST: dict[str, Any] = {
    "pk": 1103,
    "channel": 1,
    "email": "test@test.com",
    "first_name": "TEST",
    "last_name": "denemeler",
    "phone_number": None,
    "is_active": True,
    "channel_code": "7",
    "erp_code": "760906",
    "extra_field": {},
    "modified_date": "2022-12-08T10:49:45.794533Z",
    "created_date": "2017-02-02T09:40:28.855012Z",
    "date_joined": "2017-01-30T08:21:20.657225Z",
    "email_allowed": False,
    "sms_allowed": True,
    "call_allowed": True,
    "gender": None,
    "attributes": {},
    "user_type": None,
    "date_of_birth": None,
    **EMPTY,
}
# The document writes `user_type` twice, the second time after all else: the last of two keys counts.
SHOP: dict[str, Any] = TEST | {
    "pk": 1134,
    "first_name": "",
    "last_name": "",
    "is_active": False,
    "channel_code": "Shop",
    "erp_code": None,
    "modified_date": "2023-01-17T09:01:27.544053Z",
    "created_date": "2023-01-17T09:01:27.544026Z",
    "date_joined": None,
    "sms_allowed": False,
    "call_allowed": False,
    "attributes": {"logged_ip": "127.0.0.1"},
    "user_type": "registered",
}
WISH: dict[str, Any] = {
    "email": "test@test.com",
    "channel": 1,
    "channel_code": "1231",
    "gender": "male",
    "user_type": "registered",
    "is_active": False,
    "erp_code": "er_code",
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "phone_number": "05555555555",
    "attributes": {},
    "extra_field": {},
    "date_of_birth": "2001-01-01",
}
CREATED: dict[str, Any] = {
    "pk": 1117,
    "channel": 1,
    "email": "test@test.com",
    "first_name": "",
    "last_name": "",
    "phone_number": "05555555555",
    "is_active": False,
    "channel_code": "1231",
    "erp_code": "er_code",
    "extra_field": {},
    "modified_date": "2021-05-26T13:53:58.585932Z",
    "created_date": "2021-05-26T13:53:58.585910Z",
    "date_joined": None,
    "email_allowed": True,
    "sms_allowed": True,
    "call_allowed": True,
    "gender": "male",
    "attributes": {},
    "user_type": "registered",
    "date_of_birth": "2001-01-01",
    **EMPTY,
}
PATCH: dict[str, Any] = {"is_active": True, "email_allowed": False, "sms_allowed": False, "user_type": "registered"}
PATCHED: dict[str, Any] = CREATED | PATCH | {"modified_date": "2021-05-26T14:24:11.776744Z", "gender": "female"}
PUT: dict[str, Any] = {
    "email": "test2@test.com",
    "channel": 1,
    "channel_code": "1231",
    "is_active": True,
    "email_allowed": False,
    "sms_allowed": False,
    "user_type": "registered",
    "extra_field": {},
}
REPLACED: dict[str, Any] = PATCHED | {"email": "test2@test.com", "modified_date": "2021-05-26T14:26:52.809180Z"}
LOCKED = {
    "non_field_errors": "channel:channel_name These field cannot be updated",
    "error_code": "customer_100_3",
}
REQUIRED = ["This field is required."]


@pytest.fixture
def token(token_of: Any) -> str:
    """Of a staff member who may do all of it; with the channel that the document calls 1."""
    now = clock.now()
    Channel.objects.create(pk=1, name="Shop", created_at=now, modified_at=now)
    with connection.cursor() as cursor:  # the id was not drawn from it
        cursor.execute("SELECT setval(pg_get_serial_sequence('channels_channel', 'id'), 1000)")
    key: str = token_of(*RIGHTS)
    return key


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`at("2021-…")`: that is the time now."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(moment))


def plant(example: dict[str, Any]) -> None:
    fields = {name: value for name, value in example.items() if name != "channel"}
    Customer.objects.create(channel_id=example["channel"], **fields)


@pytest.mark.django_db
def test_get_customers(call: Any, token: str) -> None:
    """GET Customers, 200: both rows, in the document's order and with its keys in their order."""
    plant(TEST)
    plant(SHOP)
    answer = call("GET", LIST, token=token)
    assert (answer.status_code, answer.json()) == (
        200,
        {"count": 2, "next": None, "previous": None, "results": [TEST, SHOP]},
    )
    assert [list(row) for row in answer.json()["results"]] == [list(TEST)] * 2
    paged = call("GET", LIST + "?limit=1", token=token).json()
    assert paged["next"].endswith("/api/v1/customers/?limit=1&page=2")


@pytest.mark.django_db
def test_create_a_customer(call: Any, token: str, at: Any) -> None:
    """POST Create a Customer, 201."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), 1116)")
    at(CREATED["modified_date"])
    answer = call("POST", LIST, WISH, token=token)
    # a new row was created and modified at one moment, not twenty-two microseconds apart
    assert (answer.status_code, answer.json()) == (201, CREATED | {"created_date": CREATED["modified_date"]})
    assert list(answer.json()) == list(CREATED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (WISH, {"non_field_errors": ["The fields channel, channel_code must make a unique set."]}),
        ({}, {"email": REQUIRED, "channel": REQUIRED, "channel_code": REQUIRED}),
        (WISH | {"email": "test"}, {"email": ["Enter a valid email address."]}),
    ],
    ids=["unique", "required", "e-mail"],
)
def test_create_a_customer_is_refused(body: dict[str, Any], refusal: dict[str, Any], call: Any, token: str) -> None:
    """POST Create a Customer, the three 400."""
    plant(CREATED)
    answer = call("POST", LIST, body, token=token)
    assert (answer.status_code, answer.json()) == (400, refusal)


@pytest.mark.django_db
def test_get_customer_detail(call: Any, token: str) -> None:
    """GET Customer Detail, 200 and 404."""
    plant(CREATED)
    answer = call("GET", LIST + "1117/", token=token)
    assert (answer.status_code, answer.json(), list(answer.json())) == (200, CREATED, list(CREATED))
    answer = call("GET", LIST + "1135/", token=token)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.django_db
def test_patch_update_customer(call: Any, token: str, at: Any) -> None:
    """PATCH Update Customer, 200. The document's customer has become female between its examples."""
    plant(CREATED | {"gender": "female"})
    at(PATCHED["modified_date"])
    answer = call("PATCH", LIST + "1117/", PATCH, token=token)
    assert (answer.status_code, answer.json(), list(answer.json())) == (200, PATCHED, list(PATCHED))


@pytest.mark.django_db
def test_put_update_customer(call: Any, token: str, at: Any) -> None:
    """PUT Update Customer, 200."""
    plant(PATCHED)
    at(REPLACED["modified_date"])
    answer = call("PUT", LIST + "1117/", PUT, token=token)
    assert (answer.status_code, answer.json(), list(answer.json())) == (200, REPLACED, list(REPLACED))


@pytest.mark.django_db
def test_put_lacks_what_is_required(call: Any, token: str) -> None:
    """PUT Update Customer, 400: with the e-mail alone, which the document's answer shows to have been sent."""
    plant(PATCHED)
    answer = call("PUT", LIST + "1117/", {"email": "test2@test.com"}, token=token)
    assert (answer.status_code, answer.json()) == (
        400,
        {"extra_field": REQUIRED, "channel": REQUIRED, "channel_code": REQUIRED},
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "body"), [("PATCH", PATCH), ("PUT", PUT)])
def test_the_channel_cannot_be_updated(method: str, body: dict[str, Any], call: Any, token: str) -> None:
    """PUT and PATCH with another channel, 406 customer_100_3."""
    plant(PATCHED)
    answer = call(method, LIST + "1117/", body | {"channel": 2}, token=token)
    assert (answer.status_code, answer.json()) == (406, LOCKED)


@pytest.mark.django_db
def test_delete_is_not_allowed(call: Any, token: str) -> None:
    """Potential Responses, 405."""
    plant(PATCHED)
    assert call("DELETE", LIST + "1117/", token=token).status_code == 405
    assert call("DELETE", LIST, token=token).status_code == 405
