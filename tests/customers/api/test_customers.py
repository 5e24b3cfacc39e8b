"""`/api/v1/customers/`: made, read and changed."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections
from django.test import Client

from patron.channels.channels import CHANNELS
from patron.channels.models import Channel
from patron.customers import records
from patron.customers.models import Change, Customer
from patron.kernel import clock, events
from patron.kernel.errors import Refusal
from tests.moments import before_call, has_to_wait

Call = Callable[..., Any]
LIST = "/api/v1/customers/"
UNIQUE = {"non_field_errors": ["The fields channel, channel_code must make a unique set."]}
LOCKED = {
    "non_field_errors": "channel:channel_name These field cannot be updated",
    "error_code": "customer_100_3",
}
REQUIRED = ["This field is required."]


def wish(of: Channel, **fields: Any) -> dict[str, Any]:
    return {"email": "test@test.com", "channel": of.pk, "channel_code": "1231"} | fields


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Every event that is put."""
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(events, "put", lambda event, **payload: found.append((event, payload)))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nobody_is_let_in_without_a_token(method: str, call: Call) -> None:
    """401, whatever is asked."""
    assert call(method, LIST).status_code == 401
    assert call("PATCH", LIST + "1/", {}).status_code == 401
    assert call(method, LIST, token="0" * 40).json() == {"detail": "Invalid token."}


@pytest.mark.django_db
def test_each_right_opens_its_method_only(
    call: Call, token_of: Any, channel: Channel, make_customer: Callable[..., Customer]
) -> None:
    """403 without; DELETE is 405 for everybody."""
    one = f"{LIST}{make_customer().pk}/"
    viewer, adder = token_of("customers.view_customer"), token_of("customers.add_customer")
    assert call("GET", LIST, token=viewer).status_code == call("OPTIONS", LIST, token=viewer).status_code == 200
    assert call("POST", LIST, wish(channel), token=viewer).status_code == 403
    assert call("PATCH", one, {}, token=viewer).status_code == 403
    assert call("GET", LIST, token=adder).status_code == 403
    assert call("POST", LIST, wish(channel), token=adder).status_code == 201
    assert call("DELETE", one, token=viewer).json() == {"detail": 'Method "DELETE" not allowed.'}


@pytest.mark.django_db
def test_what_is_missing_in_a_new_one_is_said_by_field(call: Call, token: str) -> None:
    """E-mail, channel and code; nothing else is required."""
    answer = call("POST", LIST, {}, token=token)
    assert (answer.status_code, answer.json()) == (
        400,
        {"email": REQUIRED, "channel": REQUIRED, "channel_code": REQUIRED},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("word", [True, False], ids=["word", "number"])
def test_the_channel_comes_as_a_number_or_a_word(word: bool, call: Call, token: str, channel: Channel) -> None:
    """6 or "6", and is answered as a number."""
    answer = call("POST", LIST, wish(channel, channel=str(channel.pk) if word else channel.pk), token=token)
    assert (answer.status_code, answer.json()["channel"]) == (201, channel.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("channel", "x", "Incorrect type. Expected pk value, received str."),
        ("channel", True, "Incorrect type. Expected pk value, received bool."),
        ("channel", None, "This field may not be null."),
        ("channel", 10**30, f'Invalid pk "{10**30}" - object does not exist.'),
        ("channel", 0, 'Invalid pk "0" - object does not exist.'),
        ("channel", 2**62, f'Invalid pk "{2**62}" - object does not exist.'),
        ("email", "not an e-mail", "Enter a valid email address."),
        ("email", None, "This field may not be null."),
        ("email", ["a@b.example"], "Enter a valid email address."),
        ("channel_code", "x" * 65, "Ensure this field has no more than 64 characters."),
        ("channel_code", "", "This field may not be blank."),
        ("first_name", "x" * 256, "Ensure this field has no more than 255 characters."),
        ("first_name", None, "This field may not be null."),
        ("last_name", "x" * 256, "Ensure this field has no more than 255 characters."),
        ("phone_number", "5" * 129, "Ensure this field has no more than 128 characters."),
        ("erp_code", "x" * 65, "Ensure this field has no more than 64 characters."),
        ("is_active", "perhaps", "Must be a valid boolean."),
        ("sms_allowed", None, "This field may not be null."),
        ("gender", "other", '"other" is not a valid choice.'),
        ("user_type", "admin", '"admin" is not a valid choice.'),
        ("date_of_birth", "2023-02-30", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
        ("extra_field", "x", "Expected an object."),
        ("extra_field", None, "This field may not be null."),
        ("attributes", [1], "Expected an object."),
        ("attributes", {"a": "x" * 20_000}, "The attributes are too large."),
    ],
)
def test_a_bad_value_is_refused_by_field_and_nothing_is_made(
    field: str, value: Any, text: str, call: Call, token: str, channel: Channel
) -> None:
    """400 with the framework's texts."""
    answer = call("POST", LIST, wish(channel, **{field: value}), token=token)
    assert (answer.status_code, answer.json()) == (400, {field: [text]})
    assert not Customer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"email": "a\\u0000b"}', "[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: str, call: Call, token: str) -> None:
    """400, never 500."""
    client = Client(headers={"authorization": f"Token {token}"})
    assert client.post(LIST, body, content_type="application/json").status_code == 400


@pytest.mark.django_db
def test_a_code_is_taken_once_in_a_channel(
    call: Call, token: str, channel: Channel, make_channel: Callable[..., Channel]
) -> None:
    """The same code in another channel is another customer."""
    assert call("POST", LIST, wish(channel), token=token).status_code == 201
    answer = call("POST", LIST, wish(channel, email="other@test.com"), token=token)
    assert (answer.status_code, answer.json()) == (400, UNIQUE)
    assert call("POST", LIST, wish(make_channel()), token=token).status_code == 201


@pytest.mark.django_db
def test_a_kept_answer_is_replayed(call: Call, token: str, channel: Channel) -> None:
    """The same Idempotency-Key makes one customer."""
    headers = {"Idempotency-Key": "import-1"}
    first = call("POST", LIST, wish(channel), token=token, **headers)
    again = call("POST", LIST, wish(channel), token=token, **headers)
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert again["ETag"] == first["ETag"]


@pytest.mark.django_db
def test_put_says_which_required_field_it_lacks(call: Call, token: str, make_customer: Callable[..., Customer]) -> None:
    """Each of the four in turn, and nothing is changed."""
    customer = make_customer()
    whole = {
        "email": "test2@test.com",
        "channel": customer.channel_id,
        "channel_code": customer.channel_code,
        "extra_field": {},
    }
    for name in whole:
        lacking = {key: value for key, value in whole.items() if key != name}
        answer = call("PUT", f"{LIST}{customer.pk}/", lacking, token=token)
        assert (answer.status_code, answer.json()) == (400, {name: REQUIRED})
    assert Customer.objects.get().email == customer.email
    assert call("PUT", f"{LIST}{customer.pk}/", whole, token=token).json()["email"] == "test2@test.com"


@pytest.mark.django_db
def test_put_leaves_what_is_absent(call: Call, token: str, make_customer: Callable[..., Customer]) -> None:
    """What is not required and not there stays as it was."""
    customer = make_customer(first_name="Ada", attributes={"a": 1}, call_allowed=True)
    whole = {"email": customer.email, "channel": customer.channel_id, "channel_code": customer.channel_code}
    answer = call("PUT", f"{LIST}{customer.pk}/", whole | {"extra_field": {"id": "7"}}, token=token).json()
    assert (answer["first_name"], answer["attributes"], answer["call_allowed"]) == ("Ada", {"a": 1}, True)
    assert answer["extra_field"] == {"id": "7"}


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"channel": "1000"}, {"channel": 1000}, {"channel_code": "other"}])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_channel_and_code_stay(
    method: str, change: dict[str, Any], call: Call, token: str, make_customer: Callable[..., Customer]
) -> None:
    """Another value is 406 and nothing of the request is done; the same value, as a number or a word, is fine."""
    customer = make_customer()
    path = f"{LIST}{customer.pk}/"
    same = {"email": "new@test.com", "channel": str(customer.channel_id), "channel_code": customer.channel_code}
    answer = call(method, path, same | {"extra_field": {}} | change, token=token)
    assert (answer.status_code, answer.json()) == (406, LOCKED)
    assert Customer.objects.get().email == customer.email
    assert call(method, path, same | {"extra_field": {}}, token=token).status_code == 200


@pytest.mark.django_db
def test_nobody_is_found_by_a_number_that_is_nobodys(call: Call, token: str) -> None:
    """404, also beyond what a column holds."""
    for number in (1, 2**63 - 1, 2**63, 10**30):
        for method in ("GET", "PATCH"):
            answer = call(method, f"{LIST}{number}/", {} if method == "PATCH" else None, token=token)
            assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.django_db
def test_of_two_changes_of_one_state_one_is_refused(
    call: Call, token: str, make_customer: Callable[..., Customer]
) -> None:
    """ETag names a state; If-Match with another is 412; `*` and a list with the right one pass, a weak one does not."""
    path = f"{LIST}{make_customer().pk}/"
    etag = call("GET", path, token=token)["ETag"]
    first = call("PATCH", path, {"first_name": "Ada"}, token=token, **{"If-Match": etag})
    assert (first.status_code, first["ETag"] != etag) == (200, True)
    second = call("PATCH", path, {"first_name": "Bea"}, token=token, **{"If-Match": etag})
    assert (second.status_code, second.json()) == (
        412,
        {"detail": "The customer was changed meanwhile. Read it again."},
    )
    now = first["ETag"]
    assert call("PATCH", path, {"first_name": "C"}, token=token, **{"If-Match": f"W/{now}"}).status_code == 412
    assert call("PATCH", path, {"first_name": "D"}, token=token, **{"If-Match": f"{etag}, {now}"}).status_code == 200
    assert call("PATCH", path, {"first_name": "E"}, token=token, **{"If-Match": "*"}).status_code == 200
    assert Customer.objects.get().first_name == "E"


@pytest.mark.django_db
def test_a_clock_that_goes_back_still_moves_the_state(
    call: Call, token: str, make_customer: Callable[..., Customer]
) -> None:
    """Every change has an ETag of its own."""
    customer = make_customer(modified_date=clock.now() + timedelta(days=1))
    path = f"{LIST}{customer.pk}/"
    tags = {call("PATCH", path, {"first_name": name}, token=token)["ETag"] for name in "abc"}
    assert len(tags) == 3


@pytest.mark.django_db
def test_each_change_is_told_and_no_change_is_not(
    call: Call, token: str, channel: Channel, heard: list[tuple[str, dict[str, Any]]]
) -> None:
    """`customer.created`, `customer.updated` with the names of the fields; an echo of what is there changes nothing."""
    made = call("POST", LIST, wish(channel, date_joined="2017-01-30T08:21:20.657225Z"), token=token)
    pk = made.json()["pk"]
    echoed = call("PATCH", f"{LIST}{pk}/", made.json(), token=token)
    assert (echoed.status_code, echoed["ETag"]) == (200, made["ETag"])
    call("PATCH", f"{LIST}{pk}/", {"first_name": "Ada", "extra_field": {"id": 1}}, token=token)
    assert Change.objects.get().values == {"first_name": ["", "Ada"], "extra_field": [{}, {"id": 1}]}
    assert heard == [
        (records.CREATED, {"customer_id": pk, "channel_id": channel.pk}),
        (records.UPDATED, {"customer_id": pk, "channel_id": channel.pk, "fields": ["extra_field", "first_name"]}),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_parallel_ones_of_a_code_one_is_made(call: Call, token: str, channel: Channel) -> None:
    """One 201, the rest 400 with the documented text."""
    answers: list[tuple[int, Any]] = []
    together = threading.Barrier(20)

    def make() -> None:
        try:
            client = Client(headers={"authorization": f"Token {token}", "accept-language": "en"})
            together.wait()
            for _again in range(10):
                answer = client.post(LIST, wish(channel), content_type="application/json")
                answers.append((answer.status_code, answer.json()))
        finally:
            connections.close_all()

    _run(make, 20)
    made = [body for status, body in answers if status == 201]
    assert (len(answers), len(made)) == (200, 1)
    assert [body for status, body in answers if status == 400] == [UNIQUE] * 199
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_true_in_the_place_of_one_is_a_change(call: Call, token: str, make_customer: Callable[..., Customer]) -> None:
    """At any depth; a number written otherwise is not."""
    page = f"/api/v1/customers/{make_customer(attributes={'a': [{'b': 1}]}).pk}/"
    first = call("PATCH", page, {"attributes": {"a": [{"b": 1.0}]}}, token=token).json()
    assert first["modified_date"] == call("GET", page, token=token).json()["modified_date"]
    changed = call("PATCH", page, {"attributes": {"a": [{"b": True}]}}, token=token).json()
    assert changed["attributes"]["a"][0]["b"] is True
    assert changed["modified_date"] > first["modified_date"]


@pytest.mark.django_db(transaction=True)
def test_of_parallel_changes_of_one_state_one_is_granted(
    call: Call, token: str, make_customer: Callable[..., Customer]
) -> None:
    """Decided in the database: one 200, the rest 412."""
    path = f"{LIST}{make_customer().pk}/"
    etag = call("GET", path, token=token)["ETag"]
    together = threading.Barrier(8)
    statuses: list[int] = []

    def change() -> None:
        try:
            client = Client(headers={"authorization": f"Token {token}", "if-match": etag})
            together.wait()
            body = {"first_name": threading.current_thread().name}
            statuses.append(client.patch(path, body, content_type="application/json").status_code)
        finally:
            connections.close_all()

    _run(change, 8)
    assert sorted(statuses) == [200] + [412] * 7


def _run(work: Callable[[], None], many: int) -> None:
    close_old_connections()
    threads = [threading.Thread(target=work) for _number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db
def test_what_is_there_is_no_change(call: Any, token: str, make_customer: Any) -> None:
    """A number of more digits than a float holds, a moment of the first millennium: as they were given out."""
    address = f"/api/v1/customers/{make_customer().pk}/"
    said = {"extra_field": {"a": 1e23, "b": [1.5, 10**20]}, "date_joined": "0999-01-01T00:00:00.000000Z"}
    first = call("PATCH", address, said, token=token)
    assert json.loads(first.content)["date_joined"] == said["date_joined"]
    assert call("PATCH", address, said, token=token)["ETag"] == first["ETag"]
    assert call("PATCH", address, said | {"extra_field": {"a": 1e24}}, token=token)["ETag"] != first["ETag"]


@pytest.mark.django_db(transaction=True)
def test_a_channel_is_not_deleted_under_a_new_customer(
    call: Any, token: str, make_channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes it waits, and is refused."""
    channel, answers = make_channel("Going"), []
    body = {"channel": channel.pk, "channel_code": "a", "email": "a@example.com"}
    with ThreadPoolExecutor(1) as somebody:

        def meanwhile() -> None:
            answers.append(has_to_wait(somebody, lambda: CHANNELS.delete(channel.pk)))

        before_call(monkeypatch, events, "put", 1, meanwhile)
        made = call("POST", "/api/v1/customers/", body, token=token)
    assert made.status_code == 201
    assert [type(answer.exception()) for answer in answers] == [Refusal]


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_again(call: Any, token: str, make_customer: Any) -> None:
    """As while the indexes of a first load are built: 503 and not a fault of ours."""
    address = f"/api/v1/customers/{make_customer().pk}/"
    other = connection.copy()
    try:
        with other.cursor() as holding, connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            holding.execute("BEGIN; LOCK TABLE customers_customer IN SHARE MODE")
            answer = call("PATCH", address, {"first_name": "Ada"}, token=token)
    finally:
        other.close()
        connection.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert json.loads(answer.content) == {"detail": "The service is busy. Please try again."}
