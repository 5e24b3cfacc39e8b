"""`POST /api/v1/customers/bulk_upsert/`: many made or changed, an answer for each."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from patron.channels.access import EVERYWHERE
from patron.channels.channels import CHANNELS
from patron.channels.models import Channel
from patron.customers import bulk_upsert, bulk_writing, merging
from patron.customers.models import Change, Customer, Merge
from tests.moments import has_to_wait

pytestmark = pytest.mark.django_db
PATH = "/api/v1/customers/bulk_upsert/"


@pytest.fixture
def send(token: str) -> Any:
    """`send(body, token=…, path=…)`: bytes as they are, anything else as JSON."""

    def work(body: Any, token: str = token, path: str = PATH, content_type: str = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Token {token}", "Accept-Language": "en"}
        return Client().generic("POST", path, raw, content_type, headers=headers)

    return work


def test_an_anonymous_caller_is_refused(call: Any, token_of: Any) -> None:
    """And who may only add, or only change."""
    assert call("POST", PATH, {}).status_code == 401
    for right in ("add", "change", "view"):
        assert call("POST", PATH, {}, token=token_of(f"customers.{right}_customer")).status_code == 403


def test_each_row_has_its_answer(send: Any, channel: Any, make_customer: Any) -> None:
    """Made, changed, left alone, overridden, refused: in the order of the rows."""
    changed, same = make_customer(first_name="Old"), make_customer(first_name="Same")
    rows = [
        {"channel": channel.pk, "channel_code": "NEW", "email": "n@example.com", "is_active": "true"},
        {"channel": str(channel.pk), "channel_code": changed.channel_code, "first_name": "New", "unknown": 1},
        {"channel": channel.pk, "channel_code": same.channel_code, "first_name": "Same"},
        {"channel": channel.pk, "channel_code": "TWICE", "email": "t@example.com", "last_name": "L"},
        {"channel": channel.pk, "channel_code": "TWICE", "first_name": "F"},
        {"channel": channel.pk, "channel_code": "X", "email": "x", "gender": "other"},
        {"channel": channel.pk, "channel_code": "Y", "first_name": "Nobody"},
        {"email": "x@example.com"},
        7,
    ]
    answer = send(rows)
    assert answer.status_code == 200
    body = answer.json()
    new, twice = Customer.objects.get(channel_code="NEW"), Customer.objects.get(channel_code="TWICE")
    assert body["results"] == [
        {"row": 1, "status": "created", "pk": new.pk},
        {"row": 2, "status": "updated", "pk": changed.pk},
        {"row": 3, "status": "unchanged", "pk": same.pk},
        {"row": 4, "status": "repeated"},
        {"row": 5, "status": "created", "pk": twice.pk},
        {"row": 6, "status": "refused", "errors": {"email": ["Enter a valid email address."],
                                                   "gender": ['"other" is not a valid choice.']}},
        {"row": 7, "status": "refused", "errors": {"email": ["This field is required."]}},
        {"row": 8, "status": "refused", "errors": {"channel": ["This field is required."],
                                                   "channel_code": ["This field is required."]}},
        {"row": 9, "status": "refused", "errors": {"non_field_errors": ["Expected an object."]}},
    ]  # fmt: skip
    counts = {name: body[name] for name in ("created", "updated", "unchanged", "repeated", "refused")}
    assert counts == {"created": 2, "updated": 1, "unchanged": 1, "repeated": 1, "refused": 4}
    assert (twice.first_name, twice.last_name) == ("F", "L")
    told = Change.objects.get()
    assert (told.source, told.values, told.customer_id) == ("bulk", {"first_name": ["Old", "New"]}, changed.pk)
    assert told.staff_id is not None


def test_one_object_a_line(send: Any, channel: Any) -> None:
    """A line that is no JSON is refused alone."""
    line = json.dumps({"channel": channel.pk, "channel_code": "A", "email": "a@example.com"}).encode()
    for content_type in ("application/x-ndjson", "application/json"):
        body = send(line + b"\n{\n\n" + b"\xff\n", content_type=content_type).json()
        assert [row["status"] for row in body["results"]] == ["created" if body["created"] else "unchanged"] + [
            "refused"
        ] * 2


def test_a_channels_program_reaches_its_channel_only(send: Any, app_of: Any, channel: Any, make_channel: Any) -> None:
    """Another's is refused as one that never was; under a channel's address the rows need not name it."""
    other = make_channel("Other")
    row = {"channel_code": "A", "email": "a@example.com"}
    rows = [row | {"channel": other.pk}, row | {"channel": 10**9}]
    texts = [each["errors"]["channel"][0] for each in send(rows, app_of(channel)).json()["results"]]
    assert texts == [f'Invalid pk "{pk}" - object does not exist.' for pk in (other.pk, 10**9)]
    assert send([row], app_of(channel), f"/api/v1/channel/{other.pk}/customers/bulk_upsert/").status_code == 404
    mine = send([row, rows[0]], app_of(channel, other), f"/api/v1/channel/{channel.pk}/customers/bulk_upsert/").json()
    assert [each["status"] for each in mine["results"]] == ["created", "refused"]
    assert Customer.objects.get().channel_id == channel.pk


@pytest.mark.parametrize("body", [b"", b"[]", b"[", b'[{"a": 1}, \xff]', b"[" * 100_000])
def test_a_body_that_is_no_list_is_refused(body: bytes, send: Any) -> None:
    """400, nothing written."""
    answer = send(body)
    assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])


def test_too_many_at_once_are_refused(send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number, and by size."""
    monkeypatch.setattr(bulk_upsert, "MOST", 2)
    assert send([{}, {}, {}]).json() == {"non_field_errors": ["Expected 1 to 2 customers."]}
    assert send(b"[" + b" " * 12_100_000 + b"]").status_code == 400


def test_who_was_merged_away_is_not_made_again(send: Any, make_customer: Any, call: Any, token: str) -> None:
    """A nightly file would bring the double back otherwise."""
    kept, gone = make_customer(), make_customer()
    done = call("POST", "/api/v1/customers/merge/", {"kept": kept.pk, "merged": gone.pk}, token=token)
    assert done.status_code == 201
    row = {"channel": kept.channel_id, "channel_code": gone.channel_code, "email": "x@example.com"}
    assert send([row]).json()["results"] == [
        {
            "row": 1,
            "status": "refused",
            "errors": {"non_field_errors": [f"This customer was merged into #{kept.pk}."]},
        }
    ]


def test_a_byte_order_mark_is_no_letter(send: Any, channel: Channel) -> None:
    """As programs of one system write it; and a channel that is null is not there."""
    rows = [
        {"channel": channel.pk, "channel_code": "A", "email": "a@example.com"},
        {"channel": None, "channel_code": "B", "email": "b@example.com"},
    ]
    lines = "\ufeff" + "".join(json.dumps(row) + "\n" for row in rows)
    body = send(lines.encode(), content_type="application/x-ndjson").json()
    assert [row["status"] for row in body["results"]] == ["created", "refused"]
    assert body["results"][1]["errors"] == {"channel": ["This field may not be null."]}


def test_an_object_is_bounded_as_everywhere(send: Any, channel: Any) -> None:
    """By the digits that the database would write, not by those that came."""
    row = {"channel": channel.pk, "channel_code": "A", "email": "a@example.com"}
    for large in ({"a": "x" * 17_000}, {f"k{n}": 1e308 for n in range(60)}):
        answer = json.loads(send([row | {"attributes": large}]).content)
        assert answer["results"][0]["errors"] == {"attributes": ["The attributes are too large."]}
    assert json.loads(send([row | {"attributes": {"a": 1e308}}]).content)["created"] == 1


def test_too_many_lines_are_refused_before_they_are_read(send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a body of millions no more is taken to pieces than it may hold."""
    assert send(b"").status_code == 400  # has the addresses read, as a server does when it starts
    taken: list[bytes] = []
    monkeypatch.setattr("patron.customers.views_bulk._object", taken.append)
    assert send(b"\n\n{}\r\n" * 30_000, content_type="application/x-ndjson").status_code == 400
    assert len(taken) == bulk_upsert.MOST + 1


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_goes_meanwhile_refuses_its_rows(
    send: Any, channel: Any, make_channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are written."""
    gone = make_channel("Gone")
    known = bulk_upsert._channels

    def known_before(scope: Any) -> frozenset[int]:
        found = known(scope)
        CHANNELS.delete(gone.pk)
        return found

    monkeypatch.setattr(bulk_upsert, "_channels", known_before)
    rows = [{"channel": each, "channel_code": "A", "email": "a@example.com"} for each in (gone.pk, channel.pk)]
    answer = json.loads(send(rows).content)
    assert [row["status"] for row in answer["results"]] == ["refused", "created"]
    assert list(answer["results"][0]["errors"]) == ["channel"]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_merged_while_keys_are_written(
    send: Any, channel: Any, make_customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merge between the question and the writing would have the merged one made again, without an e-mail."""
    kept, gone = make_customer(channel_code="A"), make_customer(channel_code="B")
    drop = bulk_writing._drop

    def drop_and_merge(*given: Any) -> int:
        left = drop(*given)
        merged.append(has_to_wait(somebody, lambda: merging.merge(kept.pk, gone.pk, {}, EVERYWHERE, None)))
        return left

    monkeypatch.setattr(bulk_writing, "_drop", drop_and_merge)
    merged: list[Any] = []
    with ThreadPoolExecutor(1) as somebody:
        answer = json.loads(send([{"channel": channel.pk, "channel_code": "B", "first_name": "New"}]).content)
    assert [each.exception() for each in merged] == [None]
    assert answer["updated"] == 1
    assert list(Customer.objects.values_list("channel_code", flat=True)) == ["A"]
    assert Merge.objects.get().gone_before["first_name"] == "New"
