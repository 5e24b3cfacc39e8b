import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patron.accounts.models import Shopper
from patron.channels.models import Staff
from patron.gateways.models import CapturedMail
from patron.kernel import clock
from patron.support import answering, deadlines, posting
from patron.support.models import BlockedSender, Conversation, Message, SavedAnswer
from tests.console.conftest import make_shopper
from tests.console.inbox.conftest import INBOX, Browser

SEE, CHANGE = "support.view_conversation", "support.change_conversation"
DEEDS = ("reply", "seen", "close", "reopen", "assign", "publish", "reject", "block", "unblock")
PRIVATE = ("Jane", "Doe", "jane.doe", "Jane.Doe", "5551112233", "05551112233")


@pytest.fixture
def conversation(jane: Shopper, make_conversation: Any) -> Conversation:
    """Jane's, with the word "Hello"."""
    made: Conversation = make_conversation(jane)
    return made


def test_anonymous_callers_are_sent_to_the_login(client: Client, conversation: Conversation) -> None:
    """No address of the inbox says anything to somebody who is not signed in."""
    pages = ["", "list/", "updates/", f"{conversation.pk}/", f"{conversation.pk}/messages/"]
    answers = [client.get(INBOX + path) for path in pages]
    answers += [client.post(f"{INBOX}{conversation.pk}/{deed}/", {}) for deed in DEEDS]
    assert {answer.status_code for answer in answers} == {302}
    assert all(answer["Location"].startswith("/console/login/") for answer in answers)


def test_nobody_reads_without_the_permission(hand: Callable[..., Browser], conversation: Conversation) -> None:
    """Who may see shoppers only sees no conversation, and no way to them; the refusal is JSON for the script."""
    browser = hand("accounts.view_shopper")
    for path in ("", "list/", "updates/", f"{conversation.pk}/", f"{conversation.pk}/messages/"):
        answer = browser.get(path)
        assert answer.status_code == 403, path
        assert answer.json() == {"detail": "You do not have permission to perform this action."}
    assert "/console/inbox/" not in browser.client.get("/console/").content.decode()


@pytest.mark.parametrize("deed", DEEDS)
def test_who_may_only_read_does_nothing(hand: Callable[..., Browser], conversation: Conversation, deed: str) -> None:
    """Each deed is a change; a GET of it does nothing either."""
    browser = hand(SEE)
    assert browser.post(f"{conversation.pk}/{deed}/", {"reason": "x"}).status_code == 403
    assert browser.client.get(f"{INBOX}{conversation.pk}/{deed}/").status_code == 405
    assert not BlockedSender.objects.exists()
    assert Message.objects.count() == 1


def test_who_sees_some_channels_only_is_not_let_in(hand: Callable[..., Browser], conversation: Conversation) -> None:
    """The inbox shows every channel's conversations."""
    browser = hand(SEE, CHANGE)
    assert browser.get("list/").status_code == 200
    Staff.objects.filter(username__startswith="hand").update(is_restricted=True)
    for path in ("", "list/", "updates/", f"{conversation.pk}/"):
        assert browser.get(path).status_code != 200


def test_shoppers_are_masked_for_who_may_not_look_them_up(
    hand: Callable[..., Browser], jane: Shopper, make_conversation: Any, make_order_item: Any
) -> None:
    """Neither the page nor an answer to its script holds a name, an e-mail, a phone or an order's number."""
    item = make_order_item(jane)
    conversation = make_conversation(jane, item)
    browser = hand(SEE, CHANGE)
    said = [browser.get(path).content.decode() for path in ("", "list/?queue=all", "updates/", f"{conversation.pk}/")]
    for text in said:
        assert not [word for word in (*PRIVATE, item.order.number) if word in text]
    thread = json.loads(said[-1])
    assert (thread["shopper"]["name"], thread["shopper"]["address"]) == ("J. D.", "")
    assert thread["shopper"]["email"] == "J***@shop.example"
    assert thread["shopper"]["phone"].startswith("+90***")
    assert thread["item"]["product"] == "Oversized Sweatshirt"
    for words in ("jane", "Jane.Doe1@shop.example", "+905551112233", item.order.number):
        assert browser.ids(queue="all", q=words) == [], "finding what is masked would tell it"
    assert browser.ids(queue="all", q=f"#{conversation.pk}") == [conversation.pk]


def test_who_may_see_shoppers_and_orders_sees_them(
    hand: Callable[..., Browser], jane: Shopper, make_conversation: Any, make_order_item: Any
) -> None:
    """With the ways to their pages; and finds by any of them."""
    item = make_order_item(jane)
    conversation = make_conversation(jane, item)
    make_conversation(make_shopper(2))
    browser = hand(SEE, "accounts.view_shopper", "orders.view_order")
    thread = browser.get(f"{conversation.pk}/").json()
    assert thread["shopper"]["name"] == "Jane Doe"
    assert thread["shopper"]["address"] == f"/console/accounts/shopper/{jane.pk}/change/"
    assert thread["item"]["order"] == item.order.number
    assert thread["item"]["address"] == f"/console/orders/order/{item.order_id}/change/"
    for words in ("Jane.Doe1@shop.example", "+905551112233", item.order.number, str(conversation.pk)):
        assert browser.ids(queue="all", q=words) == [conversation.pk], words
    assert len(browser.ids(queue="all", q="jane")) == 2
    assert browser.ids(queue="all", q="((((((((((") == []


def test_words_of_shoppers_are_never_html(desk: Browser, jane: Shopper, make_conversation: Any) -> None:
    """In the page they stand inside JSON that cannot end its element; the script sets them as text."""
    attack = "</script><img src=x onerror=alert(1)>"
    Shopper.objects.filter(pk=jane.pk).update(first_name=attack)
    conversation = make_conversation(jane, content=attack, subject=attack)
    page = desk.client.get(INBOX)
    assert attack not in page.content.decode()
    assert "<img src=x" not in page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    thread = desk.get(f"{conversation.pk}/")
    assert thread["Content-Type"] == "application/json"
    assert thread.json()["messages"][0]["content"] == attack


def test_queues_hold_what_they_say(
    desk: Browser, boss: Staff, make_conversation: Any, make_product: Any, advance: Callable[..., None]
) -> None:
    """Waiting and overdue: the longest first; mine, moderation, closed; each with its count."""
    shoppers = [make_shopper(number) for number in range(1, 6)]
    first, second, mine, asked, closed = (
        make_conversation(
            shopper,
            *([make_product()] if at == 3 else []),
            **({"type": "question", "is_public": True} if at == 3 else {}),
        )
        for at, shopper in enumerate(shoppers)
    )
    for each in (mine, asked):
        answering.reply(each.pk, "Here you are.", boss.pk)
    answering.assign(mine.pk, boss.pk)
    answering.close(closed.pk)
    assert desk.ids() == desk.ids(queue="waiting") == [first.pk, second.pk]
    assert desk.ids(queue="mine") == [mine.pk]
    assert desk.ids(queue="moderation") == [asked.pk]
    assert desk.ids(queue="closed") == [closed.pk]
    assert len(desk.ids(queue="all")) == 5
    assert desk.ids(queue="overdue") == []
    advance(timedelta(hours=25).total_seconds())
    deadlines.mark_overdue()
    counts = desk.get("updates/").json()["counts"]
    assert counts == {"waiting": 2, "overdue": 2, "mine": 1, "unassigned": 2, "moderation": 1}
    assert desk.ids(queue="overdue") == [first.pk, second.pk]


def test_filters_narrow_a_queue(desk: Browser, boss: Staff, make_conversation: Any, make_product: Any) -> None:
    """By type, seller (name, code or number), answered, and the time of the last activity."""
    message = make_conversation(make_shopper(1))
    question = make_conversation(make_shopper(2), make_product(), type="question")
    answering.reply(question.pk, "Yes.", boss.pk)
    seller = question.datasource
    assert desk.ids(queue="all", type="question") == [question.pk]
    assert desk.ids(queue="all", answered="no") == [message.pk]
    for words in (seller.name, seller.supplier_code, f"#{seller.pk}", seller.name.upper()):
        assert desk.ids(queue="all", seller=words) == [question.pk], words
    assert desk.ids(queue="all", seller="nobody at all") == []
    now = clock.now()
    assert desk.ids(queue="all", since=(now + timedelta(hours=1)).isoformat()) == []
    assert len(desk.ids(queue="all", since=(now - timedelta(hours=1)).isoformat(), until=now.isoformat())) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("queue", "nonsense"),
        ("type", "letter"),
        ("answered", "maybe"),
        ("since", "2023-02-30T00:00:00Z"),
        ("until", "yesterday"),
        ("after", "x"),
        ("size", "-1"),
        ("q", "\x00"),
        ("q", "x" * 201),
    ],
)
def test_what_is_not_understood_is_refused(desk: Browser, name: str, value: str) -> None:
    """400 by parameter; the page itself opens all the same, since its address may be anybody's."""
    answer = desk.get("list/", **{name: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]
    assert desk.get(**{name: value}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("conversation", "x"), ("seen", "9" * 30), ("seller", "\x00"), ("after", "2026-13-01T00:00:00Z_1")],
)
def test_no_query_breaks_the_updates(desk: Browser, name: str, value: str) -> None:
    """Whatever is asked is answered or refused."""
    assert desk.get("updates/", **{"conversation": 1} | {name: value}).status_code in (200, 400)


def test_pages_follow_each_other_by_position(desk: Browser, make_conversation: Any) -> None:
    """Two rows, then the one behind them; nothing twice."""
    made = [make_conversation(make_shopper(number)).pk for number in range(1, 4)]
    first = desk.get("list/", size=2).json()
    assert ([row["id"] for row in first["rows"]], first["has_more"]) == (made[:2], True)
    further = desk.get("list/", size=2, after=first["rows"][-1]["position"]).json()
    assert ([row["id"] for row in further["rows"]], further["has_more"]) == (made[2:], False)


def test_updates_are_not_sent_twice(desk: Browser, jane: Shopper, conversation: Conversation) -> None:
    """304 until something happens; then the rows, the counts and the new messages of the open conversation."""
    query = {"conversation": conversation.pk, "seen": conversation.last_message_id}
    first = desk.get("updates/", **query)
    assert first.json()["thread"]["messages"] == []
    headers = {"Accept": "application/json", "If-None-Match": first["ETag"]}
    again = desk.client.get(INBOX + "updates/", query, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    posting.from_shopper(conversation.pk, jane.pk, "Are you there?")
    news = desk.client.get(INBOX + "updates/", query, headers=headers).json()
    assert [message["content"] for message in news["thread"]["messages"]] == ["Are you there?"]
    assert news["list"]["rows"][0]["excerpt"] == "Are you there?"
    assert desk.get("updates/", conversation=conversation.pk + 1).json()["thread"] is None


def test_a_thread_begins_with_its_newest_hundred_messages(
    desk: Browser, jane: Shopper, conversation: Conversation
) -> None:
    """The older ones are asked for."""
    now = clock.now()
    Message.objects.bulk_create(
        Message(conversation=conversation, content=f"word {number}", sender="user", created_at=now)
        for number in range(120)
    )
    thread = desk.get(f"{conversation.pk}/").json()
    assert len(thread["messages"]) == 100
    assert thread["messages"][-1]["content"] == "word 119"
    assert thread["has_older"]
    older = desk.get(f"{conversation.pk}/messages/", before=thread["messages"][0]["id"]).json()
    assert [message["content"] for message in older["messages"]] == ["Hello", *(f"word {n}" for n in range(20))]
    assert not older["has_older"]
    for number in (999999999, 2**63):
        assert desk.get(f"{number}/").status_code == 404


def test_an_answer_reaches_the_shopper_once(
    desk: Browser, boss: Staff, conversation: Conversation, mail_outbox: Callable[[], list[CapturedMail]]
) -> None:
    """Sent twice with one key it is one message and one mail; the second answer is the first one."""
    first = desk.reply(conversation.pk, "On <b>Monday</b>.", key="k1")
    again = desk.reply(conversation.pk, "On <b>Monday</b>.", key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert [message["content"] for message in first.json()["messages"]][-1] == "On <b>Monday</b>."
    answer = Message.objects.get(sender="datasource")
    assert answer.staff_id == boss.pk
    mails = [mail for mail in mail_outbox() if mail.to == conversation.shopper.email]
    assert len(mails) == 1
    assert "<b>Monday" not in (mails[0].html or "")
    desk.client.logout()
    assert desk.reply(conversation.pk, "On <b>Monday</b>.", key="k1").status_code == 302


@pytest.mark.parametrize("words", ["", "   ", "x" * 5001, "\x00", None, 5, ["x"]])
def test_an_answer_has_1_to_5000_characters(desk: Browser, conversation: Conversation, words: Any) -> None:
    """400 and nothing written."""
    answer = desk.reply(conversation.pk, words)
    if words == 5:  # as every text field takes a number
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert list(answer.json()) == ["message_content"]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"x"', b"[" * 100_000])
def test_what_is_no_body_is_refused(desk: Browser, conversation: Conversation, body: bytes) -> None:
    """400."""
    answer = desk.client.post(f"{INBOX}{conversation.pk}/reply/", body, content_type="application/json")
    assert answer.status_code == 400


def test_who_answers_after_a_colleague_hears_of_it(desk: Browser, boss: Staff, conversation: Conversation) -> None:
    """The second answer is refused until its writer has seen the first; the same for one that was closed."""
    seen = conversation.last_message_id
    answering.reply(conversation.pk, "I was faster.", boss.pk)
    late = desk.reply(conversation.pk, "Me too.", seen)
    assert late.status_code == 406
    assert late.json()["error_code"] == "conversation_answered"
    newest = Message.objects.latest("pk").pk
    assert desk.reply(conversation.pk, "Me too.", newest).status_code == 200
    answering.close(conversation.pk)
    closed = desk.reply(conversation.pk, "One more thing.", 2**62)
    assert closed.json() == {"non_field_errors": "The conversation is closed.", "error_code": "conversation_100_1"}


def test_a_conversation_is_handed_on_closed_and_its_sender_blocked(
    desk: Browser, boss: Staff, clerk: Staff, conversation: Conversation
) -> None:
    """Each deed answers with where the conversation stands; nobody is given what they may not see."""
    head = desk.post(f"{conversation.pk}/assign/", {"assignee": boss.pk}).json()["head"]
    assert (head["assignee_id"], head["assignee"]) == (boss.pk, "boss")
    refused = desk.post(f"{conversation.pk}/assign/", {"assignee": clerk.pk})
    assert (refused.status_code, list(refused.json())) == (400, ["assignee"])
    assert desk.post(f"{conversation.pk}/assign/", {"assignee": None}).json()["head"]["assignee_id"] is None
    assert desk.post(f"{conversation.pk}/close/").json()["head"]["state"] == "closed"
    assert desk.post(f"{conversation.pk}/reopen/").json()["head"]["state"] == "open"
    assert desk.post(f"{conversation.pk}/block/", {"reason": "abuse"}).json()["head"]["is_sender_blocked"]
    assert not desk.post(f"{conversation.pk}/unblock/").json()["head"]["is_sender_blocked"]
    assert desk.post("999999999/close/").status_code == 404


def test_what_is_asked_to_be_public_is_published_or_rejected_with_a_reason(
    desk: Browser, jane: Shopper, make_conversation: Any, make_product: Any
) -> None:
    """Without a reason it is not rejected, and what nobody asked for is not published."""
    asked = make_conversation(jane, make_product(), type="question", is_public=True)
    assert desk.post(f"{asked.pk}/reject/", {"reason": " "}).status_code == 400
    head = desk.post(f"{asked.pk}/reject/", {"reason": "An insult"}).json()["head"]
    assert (head["visibility"], head["rejection"]) == ("rejected", "An insult")
    posting.from_shopper(asked.pk, jane.pk, "And this, which the page has not shown yet")
    unread = {"upto": asked.last_message_id}
    assert desk.post(f"{asked.pk}/publish/", unread).json()["head"]["visibility"] == "asked"
    assert desk.post(f"{asked.pk}/publish/").json()["head"]["visibility"] == "published"
    private = make_conversation(jane)
    assert desk.post(f"{private.pk}/publish/").status_code == 406


def test_saved_answers_of_other_sellers_are_not_offered(
    desk: Browser, conversation: Conversation, make_seller: Any
) -> None:
    """Everybody's and the conversation's own seller's."""
    now = clock.now()
    for title, seller in (("all", None), ("own", conversation.datasource), ("other", make_seller())):
        SavedAnswer.objects.create(title=title, content="x", datasource=seller, created_at=now, modified_at=now)
    assert [saved["title"] for saved in desk.get(f"{conversation.pk}/").json()["saved"]] == ["all", "own"]


def test_reading_tells_the_shopper(desk: Browser, conversation: Conversation) -> None:
    """What an agent has before them counts as read by the seller."""
    assert desk.post(f"{conversation.pk}/seen/").json()["head"]["seen_by_seller"] == conversation.last_message_id


@pytest.mark.parametrize("path", ["", "list/", "updates/", "thread"])
def test_a_page_takes_as_many_statements_for_fifty_conversations_as_for_one(
    desk: Browser, make_conversation: Any, path: str
) -> None:
    """However many there are: the session, who it is and what they hold, and a few of the inbox's own."""
    conversation = make_conversation(make_shopper(1))
    path = f"{conversation.pk}/" if path == "thread" else path
    desk.get(path)
    with CaptureQueriesContext(connection) as one:
        desk.get(path)
    for number in range(2, 40):
        posting.from_shopper(make_conversation(make_shopper(number)).pk, Shopper.objects.latest("pk").pk, "More")
    with CaptureQueriesContext(connection) as many:
        desk.get(path)
    assert len(many) == len(one) <= {"": 11}.get(path, 6)


def test_the_page_is_in_the_readers_language(boss: Staff) -> None:
    """Right to left for Arabic."""
    client = Client(headers={"Accept-Language": "ar"})
    client.force_login(boss)
    page = client.get(INBOX).content.decode()
    assert 'dir="rtl"' in page
    assert 'lang="ar"' in page
