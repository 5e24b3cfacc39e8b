"""What the time does to conversations, and how queues of the inbox see it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from patron.kernel import clock, events
from patron.support import answering, deadlines, inbox_reads, posting, tasks
from patron.support.inbox_reads import Wanted
from patron.support.models import Conversation

HOUR = 3600
pytestmark = pytest.mark.django_db


def ids(queue: str, staff_id: int = 0, **more: Any) -> list[int]:
    return [row.id for row in inbox_reads.page(queue, staff_id, **more)]


@pytest.mark.parametrize(("kind", "hours"), [("message", 24), ("question", 48)])
def test_unanswered_is_overdue(
    kind: str, hours: int, make_shopper: Any, make_conversation: Any, make_product: Any, advance: Any, clerk: Any
) -> None:
    """After the hours of its type and not before; an answer ends it, a further message does not move it."""
    shopper = make_shopper()
    made = make_conversation(shopper, make_product(), type=kind)
    advance((hours - 1) * HOUR)
    posting.from_shopper(made.pk, shopper.pk, "Hello?")
    assert deadlines.mark_overdue() == 0
    advance(HOUR + 1)
    assert (deadlines.mark_overdue(), deadlines.mark_overdue()) == (1, 0)
    assert ids("overdue") == [made.pk]
    answering.reply(made.pk, "Sorry!", clerk.pk)
    assert ids("overdue") == []


def test_no_deadline(make_shopper: Any, make_conversation: Any, setting: Any, advance: Any) -> None:
    """0 hours: it waits, and is never overdue."""
    setting("ANSWER_DEADLINE_HOURS", {"message": 0, "question": 48, "review": 72})
    made = make_conversation(make_shopper())
    assert made.due_at is None
    advance(10_000 * HOUR)
    assert deadlines.mark_overdue() == 0
    assert ids("waiting") == [made.pk]


def test_answered_and_quiet_is_closed(
    make_shopper: Any, make_conversation: Any, advance: Any, clerk: Any, setting: Any
) -> None:
    """After CONVERSATION_CLOSE_DAYS; what waits for an answer is not; 0 closes nothing."""
    answered, waiting = make_conversation(make_shopper()), make_conversation(make_shopper())
    answering.reply(answered.pk, "Hello back", clerk.pk)
    advance(13 * 24 * HOUR)
    assert deadlines.close_quiet() == 0
    advance(24 * HOUR + 1)
    setting("CONVERSATION_CLOSE_DAYS", 0)
    assert deadlines.close_quiet() == 0
    setting("CONVERSATION_CLOSE_DAYS", 14)
    assert (deadlines.close_quiet(), deadlines.close_quiet()) == (1, 0)
    assert ids("closed") == [answered.pk]
    assert ids("open") == [waiting.pk]


def test_the_worker_does_both_every_minute(make_shopper: Any, make_conversation: Any, advance: Any, clerk: Any) -> None:
    """Marks what is overdue, closes what is quiet; nobody has to ask for it."""
    answered, waiting = make_conversation(make_shopper()), make_conversation(make_shopper())
    answering.reply(answered.pk, "Hello back", clerk.pk)
    advance(15 * 24 * HOUR)
    (each,) = [task for task in app.periodic_registry.periodic_tasks.values() if task.task is tasks.keep_deadlines]
    assert each.cron == "* * * * *"
    tasks.keep_deadlines(timestamp=0)
    assert (ids("closed"), ids("overdue")) == ([answered.pk], [waiting.pk])


def test_a_backlog_is_done_in_batches(
    make_shopper: Any, make_conversation: Any, advance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A set at a time, no more batches than are allowed; the rest comes next time."""
    monkeypatch.setattr(deadlines, "BATCH", 2)
    monkeypatch.setattr(deadlines, "MOST_BATCHES", 2)
    shopper = make_shopper()
    for _turn in range(5):
        make_conversation(shopper)
    advance(25 * HOUR)
    assert [deadlines.mark_overdue() for _turn in range(3)] == [4, 1, 0]


def test_what_happens_is_told(
    make_shopper: Any, make_conversation: Any, clerk: Any, advance: Any, run_jobs: Any
) -> None:
    """Every step is an event of its transaction, with ids and no word of what was written."""
    heard: list[tuple[str, dict[str, Any]]] = []
    names = ("created", "message", "closed", "reopened", "assigned", "overdue", "sender_blocked")
    try:
        for name in names:
            events.listen(f"conversation.{name}", listener := lambda event, payload: heard.append((event, payload)))
            listener.__qualname__ = f"listener_{name}"
        made = make_conversation(make_shopper(), content="confidential")
        answering.reply(made.pk, "confidential", clerk.pk)
        answering.close(made.pk)
        answering.close(made.pk)
        answering.reopen(made.pk)
        answering.assign(made.pk, clerk.pk)
        answering.block(made.pk, "confidential", clerk.pk)
        waiting = make_conversation(make_shopper())
        advance(30 * HOUR)
        deadlines.mark_overdue()
        run_jobs()
    finally:
        for name in names:
            events._listeners.pop(f"conversation.{name}", None)
    told = [event.removeprefix("conversation.") for event, payload in heard if payload["conversation_id"] == made.pk]
    assert sorted(told) == sorted(["created", "message", "message", "closed", "reopened", "assigned", "sender_blocked"])
    assert ("conversation.overdue", waiting.pk) in [(event, payload["conversation_id"]) for event, payload in heard]
    assert "confidential" not in str(heard)


def test_queues(make_shopper: Any, make_conversation: Any, make_product: Any, clerk: Any) -> None:
    """Waiting ones the oldest first, others the newest activity first; narrowed by seller, type and shopper."""
    shopper = make_shopper(first_name="Ada", last_name="Yılmaz")
    first, second = make_conversation(shopper), make_conversation(make_shopper())
    asked = make_conversation(shopper, make_product(name="Scarf"), type="question", is_public=True)
    answering.assign(second.pk, clerk.pk)
    answering.reply(first.pk, "Hello back", clerk.pk)
    assert ids("waiting") == [second.pk, asked.pk]
    assert ids("unassigned") == [asked.pk]
    assert ids("mine", clerk.pk) == [second.pk]
    assert ids("moderation") == [asked.pk]
    assert ids("open") == [first.pk, asked.pk, second.pk]
    assert ids("all", wanted=Wanted(shopper_id=shopper.pk)) == [first.pk, asked.pk]
    assert ids("all", wanted=Wanted(type="question")) == [asked.pk]
    assert ids("all", wanted=Wanted(datasource_id=second.datasource_id)) == [second.pk]
    counts = inbox_reads.counts(clerk.pk)
    assert {name: counts[name] for name in ("waiting", "overdue", "mine", "unassigned", "moderation")} == {
        "waiting": 2,
        "overdue": 0,
        "mine": 1,
        "unassigned": 1,
        "moderation": 1,
    }
    row = inbox_reads.page("moderation", clerk.pk)[0]
    assert (row.shopper, row.what, row.excerpt, row.is_unseen) == ("Ada Yılmaz", "Scarf", "Hello", True)


@pytest.mark.parametrize("queue", inbox_reads.QUEUES)
def test_pages_of_a_queue(queue: str, make_shopper: Any, make_conversation: Any, make_product: Any, clerk: Any) -> None:
    """Every conversation once, also where many have the same moment; one statement a page."""
    shopper = make_shopper()
    for _turn in range(7):
        make_conversation(shopper, make_product(), type="question", is_public=True)
    now = clock.now()
    closed = {"state": "closed", "waiting_since": None} if queue == "closed" else {"waiting_since": now}
    assigned = {"assignee_id": None if queue == "unassigned" else clerk.pk}
    Conversation.objects.update(active_at=now, is_overdue=queue == "overdue", **closed, **assigned)
    found: list[int] = []
    after = None
    for _turn in range(4):
        with CaptureQueriesContext(connection) as asked:
            page = inbox_reads.page(queue, clerk.pk, after=after, limit=2)
        assert len(asked) == 1
        found += [row.id for row in page]
        after = page[-1].position if page else after
    assert sorted(found) == sorted(Conversation.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("after", ["", "x", "_", "2024-01-01_x", "x_1", "'; --_1"])
def test_a_malformed_position_is_the_first_page(after: str, make_shopper: Any, make_conversation: Any) -> None:
    """Nobody gets an error for a page's old address."""
    made = make_conversation(make_shopper())
    assert ids("all", after=after) == [made.pk]


@pytest.mark.django_db(transaction=True)
def test_a_reply_and_the_clock_race(make_shopper: Any, make_conversation: Any, clerk: Any) -> None:
    """A conversation is never overdue and answered: whichever comes first, the other sees it."""
    shopper = make_shopper()
    made = [make_conversation(shopper) for _turn in range(20)]
    Conversation.objects.update(due_at=clock.now() - timedelta(hours=1))

    def reply(conversation_id: int) -> None:
        try:
            answering.reply(conversation_id, "Hello back", clerk.pk)
        finally:
            connections.close_all()

    def mark(_turn: int) -> None:
        try:
            deadlines.mark_overdue()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(reply, each.pk) for each in made] + [pool.submit(mark, turn) for turn in range(5)]
    assert [job.result() for job in jobs] == [None] * len(jobs)
    assert not Conversation.objects.filter(is_overdue=True).exists()
