"""`/api/v1/remote/<channel>/conversations/` and `messages/`: the sellers' side."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patron.channels import staff, tokens
from patron.channels.models import Channel
from patron.kernel import clock
from patron.support import answering, deadlines, posting
from patron.support.models import BlockedSender, Conversation, Message

pytestmark = pytest.mark.django_db
ACTIONS = ("reply", "close", "reopen", "assign", "publish", "reject", "block", "unblock")


@pytest.fixture
def base(storefront: Channel) -> str:
    return f"/api/v1/remote/{storefront.pk}/conversations/"


@pytest.fixture
def token_of(db: None) -> Any:
    """`token_of("view_conversation", channels=[…])`: of a restricted staff member with these permissions."""

    def issue(*permissions: str, channels: list[Channel] | None = None) -> str:
        member = staff.create(f"clerk-{len(permissions)}-{clock.now():%f}", "correct horse battery")
        found = Permission.objects.filter(content_type__app_label="support", codename__in=permissions)
        member.user_permissions.set(found)
        if channels is not None:
            type(member).objects.filter(pk=member.pk).update(is_restricted=True)
            member.channels.set(channels)
        return tokens.issue(member, "test")

    return issue


def test_anonymous_is_refused(call: Any, base: str, make_conversation: Any, make_shopper: Any) -> None:
    """401 at every address, for a shopper as well."""
    made = make_conversation(make_shopper())
    assert call("GET", base).status_code == 401
    assert call("GET", f"{base}{made.pk}/").status_code == 401
    assert call("POST", f"{base}{made.pk}/reply/", {"message_content": "x"}).status_code == 401
    assert call("GET", base.replace("conversations", "messages"), {}).status_code == 401
    assert Message.objects.count() == 1


def test_rights(call: Any, base: str, token_of: Any, make_conversation: Any, make_shopper: Any) -> None:
    """Without the permission 403; who may only look changes nothing."""
    made = make_conversation(make_shopper())
    assert call("GET", base, token=token_of()).status_code == 403
    looker = token_of("view_conversation")
    assert call("GET", base, token=looker).json()["count"] == 1
    for action in ACTIONS:
        assert call("POST", f"{base}{made.pk}/{action}/", {"message_content": "x"}, token=looker).status_code == 403
    assert Message.objects.count() == 1


def test_channels(
    call: Any, base: str, token_of: Any, agent: str, storefront: Channel, make_conversation: Any, make_shopper: Any
) -> None:
    """Another's channel and an unknown one are 404; a marketplace has no conversations and says so."""
    made = make_conversation(make_shopper())
    now = clock.now()
    market = Channel.objects.create(name="Market", channel_type="sales_channel", created_at=now, modified_at=now)
    merchant = token_of("view_conversation", "change_conversation", channels=[market])
    for path in (base, f"{base}{made.pk}/"):
        assert call("GET", path, token=merchant).status_code == 404
        assert call("GET", path.replace(str(storefront.pk), str(2**70), 1), token=agent).status_code == 404
        elsewhere = call("GET", path.replace(f"/{storefront.pk}/", f"/{market.pk}/", 1), token=merchant)
        assert (elsewhere.status_code, elsewhere.json()["error_code"]) == (406, "conversation_100_6")
    assert call("POST", f"{base}{made.pk}/close/", token=merchant).status_code == 404
    own = token_of("view_conversation", "change_conversation", channels=[storefront])
    assert call("POST", f"{base}{made.pk}/close/", token=own).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ab"),
        ("conversation_type=question", "b"),
        ("is_answered=true", "a"),
        ("is_answered=false", "b"),
        ("item_content=product", "b"),
        ("item_content=orderitem", ""),
        ("item_id={product}", "b"),
        ("datasource={seller}", "a"),
        ("user={shopper}", "b"),
        ("overdue=true", "b"),
        ("overdue=false", "a"),
        ("overdue=False", "a"),
        ("is_answered=1", "a"),
        ("is_answered=&overdue=&user=", "ab"),
        ("state=closed", ""),
        ("visibility=asked", ""),
        ("assignee=7", ""),
        ("user=99999999999999999999", ""),
        ("created_date__gte={tomorrow}", ""),
        ("created_date__lt={tomorrow}", "ab"),
        ("created_date__date={today}", "ab"),
        ("sort=id", "ab"),
        ("sort=-id", "ba"),
    ],
)
def test_filters(
    query: str,
    found: str,
    call: Any,
    base: str,
    agent: str,
    clerk: Any,
    advance: Any,
    make_shopper: Any,
    make_conversation: Any,
    make_product: Any,
) -> None:
    """As the shopper's, and whose, when, in which state."""
    product, other = make_product(pk=8811), make_shopper()
    first = make_conversation(make_shopper())
    second = make_conversation(other, product, type="question")
    answering.reply(first.pk, "Hello back", clerk.pk)
    today = clock.now()
    query = query.format(
        product=product.pk,
        seller=first.datasource_id,
        shopper=other.pk,
        today=today.date(),
        tomorrow=f"{today.date()}T23:59:59.999999Z",
    )
    advance(50 * 3600)
    assert deadlines.mark_overdue() == 1
    advance(-50 * 3600)
    names = {first.pk: "a", second.pk: "b"}
    body = call("GET", f"{base}?{query}", token=agent).json()
    listed = [names[each["id"]] for each in body["results"]]
    assert "".join(listed if query.startswith("sort") else sorted(listed)) == found
    assert body["count"] == len(found)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("foo__bar=1", "foo__bar"),
        ("conversation_type=letter", "conversation_type"),
        ("created_date__gt=yesterday", "created_date__gt"),
        ("user=x", "user"),
        ("user=1.5", "user"),
        ("item_id=NaN", "item_id"),
        ("assignee=1e400", "assignee"),
        ("is_answered=perhaps", "is_answered"),
        ("overdue=2", "overdue"),
        ("sort=user", "sort"),
    ],
)
def test_what_a_filter_does_not_understand(query: str, field: str, call: Any, base: str, agent: str) -> None:
    """400 by parameter, never ignored."""
    answer = call("GET", f"{base}?{query}", token=agent)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_list_costs_the_same_for_one_as_for_many(
    call: Any, base: str, agent: str, make_shopper: Any, make_conversation: Any
) -> None:
    """Statements do not grow with rows or messages."""
    shopper, seller = make_shopper(), make_conversation(make_shopper()).datasource_id
    call("GET", base, token=agent)  # the settings are read
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            call("GET", f"{base}?limit=100", token=agent)
        counts.append(len(asked))
        for _number in range(30):
            posting.from_shopper(make_conversation(shopper, datasource_id=seller).pk, shopper.pk, "more")
    assert counts[0] == counts[1]


def test_a_reply(call: Any, base: str, agent: str, make_shopper: Any, make_conversation: Any) -> None:
    """By both addresses; the shopper's question counts as read and nothing waits any more."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    assert made.waiting_since
    assert made.due_at
    answer = call("POST", f"{base}{made.pk}/reply/", {"message_content": "It is <b>on its way</b>."}, token=agent)
    assert answer.status_code == 201
    assert (answer.json()["content_type"], answer.json()["content_id"]) == ("datasource", made.datasource_id)
    messages = base.replace("conversations", "messages")
    body = {"conversation": made.pk, "message_content": "And more."}
    assert call("POST", messages, body, token=agent).status_code == 201
    shown = call("GET", f"{base}{made.pk}/", token=agent).json()
    assert [each["message_content"] for each in shown["message_set"]] == [
        "Hello",
        "It is <b>on its way</b>.",
        "And more.",
    ]
    assert [each["is_read"] for each in shown["message_set"]] == [True, False, False]
    assert {name: shown[name] for name in ("is_answered", "waiting_since", "answer_deadline", "is_overdue")} == {
        "is_answered": True,
        "waiting_since": None,
        "answer_deadline": None,
        "is_overdue": False,
    }
    assert call("GET", f"{messages}?conversation={made.pk}", token=agent).json()["count"] == 3


@pytest.mark.parametrize("content", ["", "  ", "x" * 5001, None])
def test_a_reply_of_the_wrong_length(
    content: Any, call: Any, base: str, agent: str, make_shopper: Any, make_conversation: Any
) -> None:
    """400, and nothing is written."""
    made = make_conversation(make_shopper())
    answer = call("POST", f"{base}{made.pk}/reply/", {"message_content": content}, token=agent)
    assert (answer.status_code, list(answer.json())) == (400, ["message_content"])
    assert Message.objects.count() == 1


def test_close_and_reopen(call: Any, base: str, agent: str, make_shopper: Any, make_conversation: Any) -> None:
    """A closed one waits for nothing and takes no answer; open again, what nobody answered waits anew."""
    made = make_conversation(make_shopper())
    for _twice in range(2):
        closed = call("POST", f"{base}{made.pk}/close/", token=agent).json()
        assert (closed["state"], closed["waiting_since"], closed["answer_deadline"]) == ("closed", None, None)
    answer = call("POST", f"{base}{made.pk}/reply/", {"message_content": "x"}, token=agent)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "conversation_100_1")
    for _twice in range(2):
        opened = call("POST", f"{base}{made.pk}/reopen/", token=agent).json()
        assert opened["state"] == "open"
        assert opened["waiting_since"]
        assert opened["answer_deadline"] > opened["waiting_since"]


def test_assign(call: Any, base: str, agent: str, clerk: Any, make_shopper: Any, make_conversation: Any) -> None:
    """To somebody, to nobody; to who is no active staff member: 400."""
    made = make_conversation(make_shopper())
    path = f"{base}{made.pk}/assign/"
    assert call("POST", path, {"assignee": clerk.pk}, token=agent).json()["assignee"] == clerk.pk
    for wrong in (999_999, 2**70, "x"):
        assert list(call("POST", path, {"assignee": wrong}, token=agent).json()) == ["assignee"]
    assert call("POST", path, {}, token=agent).status_code == 400
    assert call("POST", path, {"assignee": None}, token=agent).json()["assignee"] is None


def test_block_and_unblock(call: Any, base: str, agent: str, make_shopper: Any, make_conversation: Any) -> None:
    """The seller does not hear the shopper until unblocked."""
    made = make_conversation(make_shopper())
    assert call("POST", f"{base}{made.pk}/block/", {"reason": "Insults."}, token=agent).json()["is_sender_blocked"]
    assert BlockedSender.objects.get().reason == "Insults."
    assert not call("POST", f"{base}{made.pk}/unblock/", token=agent).json()["is_sender_blocked"]
    assert not BlockedSender.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_not_there(action: str, call: Any, base: str, agent: str) -> None:
    """404, also for an id beyond what a column holds."""
    body = {"message_content": "x", "assignee": None, "reason": "x"}
    for number in (4711, 2**70):
        answer = call("POST", f"{base}{number}/{action}/", body, token=agent)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert call("GET", f"{base}{2**70}/", token=agent).status_code == 404
    assert not Conversation.objects.exists()
