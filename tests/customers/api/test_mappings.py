"""`/api/v1/customers/{id}/mappings/`: what other systems call a customer."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.test import Client

from patron.channels.access import EVERYWHERE
from patron.channels.models import Channel
from patron.customers import mappings, merging
from patron.customers.models import Change, Customer, CustomerMapping

Call = Callable[..., Any]
Make = Callable[..., Customer]
LIST = "/api/v1/customers/"
ERP = {"integration_type": "erp", "code": "CARI-1"}
UNIQUE = {"non_field_errors": ["The fields code, integration_type, customer must make a unique set."]}
REQUIRED = ["This field is required."]
NOT_FOUND = {"detail": "Not found."}


def of(customer: Customer) -> str:
    return f"{LIST}{customer.pk}/mappings/"


def put(customer: Customer, **fields: str) -> CustomerMapping:
    return mappings.create(customer.pk, ERP | fields, EVERYWHERE, staff_id=None)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nobody_is_let_in_without_a_token(method: str, call: Call, make_customer: Make) -> None:
    """401, whatever is asked, as for the customers themselves."""
    customer = make_customer()
    assert call(method, of(customer)).status_code == 401
    for one in ("GET", "PUT", "PATCH", "DELETE"):
        assert call(one, of(customer) + "1/").status_code == 401
    assert call(method, of(customer), token="0" * 40).json() == {"detail": "Invalid token."}


@pytest.mark.django_db
def test_the_rights_are_the_customers(call: Call, token_of: Any, make_customer: Make) -> None:
    """Whoever may see customers sees them; whoever may change customers writes them; nothing else does."""
    customer = make_customer()
    one = f"{of(customer)}{put(customer).pk}/"
    viewer, adder, changer = (token_of(f"customers.{verb}_customer") for verb in ("view", "add", "change"))
    for path in (of(customer), one):
        assert call("GET", path, token=viewer).status_code == call("OPTIONS", path, token=viewer).status_code == 200
        assert call("GET", path, token=changer).status_code == 403
    for key in (viewer, adder):
        assert call("POST", of(customer), ERP, token=key).status_code == 403
        for method in ("PUT", "PATCH", "DELETE"):
            assert call(method, one, ERP, token=key).status_code == 403
    assert call("POST", of(customer), ERP | {"code": "2"}, token=changer).status_code == 201
    assert call("PATCH", one, {"code": "3"}, token=changer).status_code == 200
    assert call("DELETE", one, token=changer).status_code == 204


@pytest.mark.django_db
def test_one_is_made_found_changed_and_taken_away(call: Call, token: str, make_customer: Make, advance: Any) -> None:
    """Under both addresses; the list of customers finds by it at each step; the customer itself stays as it was."""
    customer = make_customer()
    path = f"/api/v1/channel/{customer.channel_id}/customers/{customer.pk}/mappings/"
    etag = call("GET", f"{LIST}{customer.pk}/", token=token)["ETag"]
    made = call("POST", path, ERP | {"pk": 7, "customer": 9, "unknown": [1]}, token=token)
    pk = CustomerMapping.objects.get().pk
    body = made.json()
    assert (made.status_code, list(body)) == (
        201,
        ["pk", "id", "integration_type", "code", "created_date", "modified_date"],
    )
    assert body == ERP | {"pk": pk, "id": pk} | dict.fromkeys(("created_date", "modified_date"), body["created_date"])
    assert call("GET", f"{of(customer)}{pk}/", token=token).json() == body
    assert call("GET", path, token=token).json() == {"count": 1, "next": None, "previous": None, "results": [body]}

    def found(query: str) -> list[int]:
        return [row["pk"] for row in call("GET", f"{LIST}?{query}", token=token).json()["results"]]

    assert found("mapping__code=CARI-1&mapping__integration_type=erp") == found(f"mapping={pk}") == [customer.pk]
    advance(60)
    changed = call("PUT", f"{path}{pk}/", {"integration_type": "pos", "code": " CARI-2 "}, token=token).json()
    moved = changed["modified_date"]
    assert changed == body | {"integration_type": "pos", "code": "CARI-2", "modified_date": moved}
    assert moved > body["modified_date"]
    assert (found("mapping__code=CARI-1"), found("mapping__code__exact=CARI-2")) == ([], [customer.pk])
    assert call("PATCH", f"{path}{pk}/", {"code": 3}, token=token).json()["code"] == "3"
    gone = call("DELETE", f"{path}{pk}/", token=token)
    assert (gone.status_code, gone.content, found("mapping__code=3")) == (204, b"", [])
    assert call("DELETE", f"{path}{pk}/", token=token).json() == NOT_FOUND
    assert call("GET", f"{LIST}{customer.pk}/", token=token)["ETag"] == etag


@pytest.mark.django_db
def test_the_history_says_who_did_what(call: Call, token: str, make_customer: Make) -> None:
    """Each of the three, with the staff member; an echo of what is there changes nothing and is not told."""
    customer = make_customer()
    made = call("POST", of(customer), ERP, token=token).json()
    one = f"{of(customer)}{made['pk']}/"
    assert call("PUT", one, made, token=token).json() == call("PATCH", one, {}, token=token).json() == made
    call("PATCH", one, {"code": "2"}, token=token)
    call("DELETE", one, token=token)
    told = call("GET", f"{LIST}{customer.pk}/history/", token=token).json()["results"]
    after = ERP | {"code": "2"}
    assert [each["changes"]["mapping"] for each in told] == [[after, None], [ERP, after], [None, ERP]]
    assert {(each["source"], bool(each["staff"]), bool(each["request_id"])) for each in told} == {("api", True, True)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("code", "x" * 256, "Ensure this field has no more than 255 characters."),
        ("integration_type", "x" * 65, "Ensure this field has no more than 64 characters."),
        ("code", "", "This field may not be blank."),
        ("integration_type", "  ", "This field may not be blank."),
        ("code", None, "This field may not be null."),
        ("code", ["a"], "Not a valid string."),
        ("code", {"a": 1}, "Not a valid string."),
        ("integration_type", True, "Not a valid string."),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_bad_value_is_refused_by_field_and_nothing_is_written(
    method: str, field: str, value: Any, text: str, call: Call, token: str, make_customer: Make
) -> None:
    """400 with the framework's texts."""
    customer = make_customer()
    mapping = put(customer, code="there")
    path = of(customer) if method == "POST" else f"{of(customer)}{mapping.pk}/"
    answer = call(method, path, ERP | {field: value}, token=token)
    assert (answer.status_code, answer.json()) == (400, {field: [text]})
    assert CustomerMapping.objects.get().code == "there"


@pytest.mark.django_db
def test_the_longest_values_are_taken(call: Call, token: str, make_customer: Make) -> None:
    """In any script, and as they came."""
    wish = {"integration_type": "ş" * 64, "code": "𝒞" * 255}
    answer = call("POST", of(make_customer()), wish, token=token)
    assert (answer.status_code, answer.json() | wish) == (201, answer.json())


@pytest.mark.django_db
def test_what_is_missing_is_said_by_field(call: Call, token: str, make_customer: Make) -> None:
    """Both to make one and to replace one."""
    customer = make_customer()
    one = f"{of(customer)}{put(customer).pk}/"
    for method, path in (("POST", of(customer)), ("PUT", one)):
        answer = call(method, path, {}, token=token)
        assert (answer.status_code, answer.json()) == (400, {"integration_type": REQUIRED, "code": REQUIRED})
        assert call(method, path, {"code": "x"}, token=token).json() == {"integration_type": REQUIRED}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "", '{"integration_type": "erp", "code": "a\\u0000b"}', "[" * 100_000]
)
def test_a_body_that_is_no_object_is_refused(body: str, token: str, make_customer: Make) -> None:
    """400, never 500; so are null characters. What is no JSON is 415."""
    client = Client(headers={"authorization": f"Token {token}"})
    path = of(make_customer())
    assert client.post(path, body, content_type="application/json").status_code == 400
    assert client.post(path, ERP).status_code == 415
    assert not CustomerMapping.objects.exists()


@pytest.mark.django_db
def test_a_mapping_is_there_once_for_a_customer(call: Call, token: str, make_customer: Make) -> None:
    """Another customer may have the same; so may the same customer in another system. Letter case counts."""
    customer, other = make_customer(), make_customer()
    assert call("POST", of(customer), ERP, token=token).status_code == 201
    again = call("POST", of(customer), ERP, token=token)
    assert (again.status_code, again.json()) == (400, UNIQUE)
    second = call("POST", of(customer), ERP | {"code": "cari-1"}, token=token).json()
    for method, wish in (("PUT", ERP), ("PATCH", {"code": ERP["code"]})):
        taken = call(method, f"{of(customer)}{second['pk']}/", wish, token=token)
        assert (taken.status_code, taken.json()) == (400, UNIQUE)
    assert call("POST", of(customer), ERP | {"integration_type": "pos"}, token=token).status_code == 201
    assert call("POST", of(other), ERP, token=token).status_code == 201
    assert Change.objects.count() == CustomerMapping.objects.count() == 4


@pytest.mark.django_db
def test_a_kept_answer_is_replayed(call: Call, token: str, make_customer: Make) -> None:
    """The same Idempotency-Key makes one mapping."""
    path, headers = of(make_customer()), {"Idempotency-Key": "erp-1"}
    first = call("POST", path, ERP, token=token, **headers)
    again = call("POST", path, ERP, token=token, **headers)
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")


@pytest.mark.django_db
def test_a_customer_has_a_hundred_at_most(
    call: Call, token: str, make_customer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400; those that are there can be changed, and one that goes makes room."""
    assert mappings.MOST == 100
    monkeypatch.setattr(mappings, "MOST", 2)
    customer = make_customer()
    first = put(customer)
    put(customer, code="2")
    answer = call("POST", of(customer), ERP | {"code": "3"}, token=token)
    assert (answer.status_code, answer.json()) == (
        400,
        {"non_field_errors": ["A customer has at most 2 integration mappings."]},
    )
    one = f"{of(customer)}{first.pk}/"
    assert call("PATCH", one, {"code": "4"}, token=token).status_code == 200
    call("DELETE", one, token=token)
    assert call("POST", of(customer), ERP | {"code": "3"}, token=token).status_code == 201


@pytest.mark.django_db
def test_the_list_is_paged_sorted_and_filtered(call: Call, token: str, make_customer: Make) -> None:
    """As every list; a parameter that is not understood is refused."""
    customer = make_customer()
    for number in range(12):
        put(customer, integration_type="pos" if number % 2 else "erp", code=f"{number:02}")
    put(make_customer(), code="00")

    def ask(query: str) -> Any:
        return call("GET", f"{of(customer)}?{query}", token=token)

    def codes(query: str) -> list[str]:
        return [row["code"] for row in ask(query).json()["results"]]

    first = ask("").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (12, 10, None)
    assert first["next"] == f"http://testserver{of(customer)}?page=2"
    assert codes("page=2") == ["10", "11"]
    assert codes("sort=-code&limit=2") == ["11", "10"]
    assert codes("sort=-integration_type,code&limit=2") == ["01", "03"]
    assert codes("integration_type=pos&code=03") == ["03"]
    assert codes("code=0") == []
    assert ask("page=3").json() == {"detail": "Invalid page."}
    for query, field in (("code__contains=0", "code__contains"), ("sort=customer", "sort"), ("code=%00", "code")):
        refused = ask(query)
        assert (refused.status_code, list(refused.json())) == (400, [field])


@pytest.mark.django_db
def test_nothing_is_found_by_a_number_that_is_nobodys(call: Call, token: str, make_customer: Make) -> None:
    """404, also beyond what a column holds, and for another customer's mapping."""
    customer, other = make_customer(), make_customer()
    theirs = put(other)
    for number in (theirs.pk, theirs.pk + 1000, 2**63 - 1, 2**63, 10**30):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            answer = call(method, f"{of(customer)}{number}/", ERP, token=token)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    for number in (other.pk + 1000, 2**63, 10**30):
        for method in ("GET", "POST"):
            assert call(method, f"{LIST}{number}/mappings/", ERP, token=token).json() == NOT_FOUND
    assert CustomerMapping.objects.get() == theirs


@pytest.mark.django_db
def test_a_channels_program_reaches_its_own_alone(
    call: Call, app_of: Callable[..., str], make_channel: Callable[..., Channel], make_customer: Make
) -> None:
    """Another channel's customer is answered as one that never was, whatever is asked, and nothing of it changes."""
    mine, others = make_channel("Mine"), make_channel("Others")
    ours, theirs = make_customer(channel=mine), make_customer(channel=others)
    key, mapping = app_of(mine), put(theirs)
    answers = set()
    for customer_id in (theirs.pk, theirs.pk + 1000):
        for base in (LIST, f"/api/v1/channel/{mine.pk}/customers/", f"/api/v1/channel/{others.pk}/customers/"):
            path = f"{base}{customer_id}/mappings/"
            for method, address in (
                *((method, path) for method in ("GET", "POST")),
                *((method, f"{path}{mapping.pk}/") for method in ("GET", "PUT", "PATCH", "DELETE")),
            ):
                answer = call(method, address, ERP | {"code": "x"}, token=key)
                answers.add((answer.status_code, answer.content))
    assert answers == {(404, b'{"detail":"Not found."}')}
    assert (CustomerMapping.objects.get().code, Change.objects.count()) == (ERP["code"], 1)
    assert call("POST", of(ours), ERP, token=key).status_code == 201
    assert call("GET", of(ours), token=key).json()["count"] == 1
    found = call("GET", f"{LIST}?mapping__code={ERP['code']}", token=key).json()
    assert [row["pk"] for row in found["results"]] == [ours.pk]


@pytest.mark.django_db
def test_a_mapping_has_the_channel_of_its_customer(
    make_channel: Callable[..., Channel], make_customer: Make, channel: Channel
) -> None:
    """Whatever is written: by it alone a channel's mappings are found."""
    other = make_channel("Other")
    mine, others = make_customer(), make_customer(channel=other)
    made = mappings.create(mine.pk, {"integration_type": "erp", "code": "E-1"}, EVERYWHERE, staff_id=None)
    rows = CustomerMapping.objects.filter(pk=made.pk)
    assert rows.get().channel_id == channel.pk
    rows.update(channel_id=other.pk)
    assert rows.get().channel_id == channel.pk
    rows.update(customer_id=others.pk)
    assert rows.get().channel_id == other.pk


@pytest.mark.django_db
def test_anothers_customer_costs_what_nobodys_costs(
    call: Call, app_of: Callable[..., str], make_channel: Any, make_customer: Make, django_assert_num_queries: Any
) -> None:
    """The token and one question: what is not the caller's is not looked at any further."""
    key, theirs = app_of(make_channel("Mine")), make_customer(channel=make_channel("Others"))
    mapping = put(theirs)
    call("GET", LIST, token=key)  # notes the token's use
    for customer_id in (theirs.pk, theirs.pk + 1000):
        for path in (f"{LIST}{customer_id}/mappings/", f"{LIST}{customer_id}/mappings/{mapping.pk}/"):
            with django_assert_num_queries(2):
                assert call("GET", path, token=key).status_code == 404


@pytest.mark.django_db
def test_merged_customers_share_theirs_until_it_is_undone(call: Call, token: str, make_customer: Make) -> None:
    """They are at the one that stays; what was changed meanwhile stays changed, what was deleted stays away."""
    kept, gone = make_customer(), make_customer()
    put(kept)
    moved, renamed, deleted = (put(gone, code=code) for code in ("moved", "renamed", "deleted"))
    done = merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)
    assert call("GET", of(gone), token=token).json() == call("POST", of(gone), ERP, token=token).json() == NOT_FOUND
    assert call("GET", of(kept), token=token).json()["count"] == 4
    call("PATCH", f"{of(kept)}{renamed.pk}/", {"code": "new"}, token=token)
    call("DELETE", f"{of(kept)}{deleted.pk}/", token=token)
    merging.undo(done.pk, EVERYWHERE, None)
    back = call("GET", of(gone), token=token).json()["results"]
    assert [(row["pk"], row["code"]) for row in back] == [(moved.pk, "moved"), (renamed.pk, "new")]
    assert [row["code"] for row in call("GET", of(kept), token=token).json()["results"]] == [ERP["code"]]


@pytest.mark.django_db(transaction=True)
def test_of_parallel_ones_of_a_code_one_is_made(token: str, make_customer: Make) -> None:
    """One 201, the rest 400 with the text of the constraint; the history tells of one."""
    path = of(make_customer())
    answers = _together(12, path, token, lambda _number: ERP)
    assert [body for status, body in answers if status == 400] == [UNIQUE] * 11
    assert sorted(status for status, _body in answers) == [201] + [400] * 11
    assert CustomerMapping.objects.count() == Change.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_ones_do_not_get_past_the_most(
    token: str, make_customer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are counted one by one."""
    monkeypatch.setattr(mappings, "MOST", 3)
    answers = _together(12, of(make_customer()), token, lambda number: ERP | {"code": str(number)})
    assert sorted(status for status, _body in answers) == [201] * 3 + [400] * 9
    assert CustomerMapping.objects.count() == 3


def _together(many: int, path: str, token: str, wish: Callable[[int], Any]) -> list[tuple[int, Any]]:
    answers: list[tuple[int, Any]] = []
    start = threading.Barrier(many)

    def post(number: int) -> None:
        try:
            client = Client(headers={"authorization": f"Token {token}", "accept-language": "en"})
            start.wait()
            answer = client.post(path, wish(number), content_type="application/json")
            answers.append((answer.status_code, answer.json()))
        finally:
            connections.close_all()

    close_old_connections()
    threads = [threading.Thread(target=post, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
