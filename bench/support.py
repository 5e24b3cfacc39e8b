"""Conversations: the shopper's list beside the floor, messages written, the inbox over very many."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from django.test import RequestFactory

from bench import load, processes, report, rounds, seed, support_seed
from bench.load import Spoiled
from bench.rounds import Plan
from bench.seed import Size
from patron.channels import staff, tokens
from patron.channels.models import Channel
from patron.kernel import clock
from patron.support import conversation_reads, inbox_reads
from patron.support.views.remote import RemoteConversationsView

SESSIONS: Final = 5_000
FLOOR: Final = "bench.support_floor:application"
_TIMES: Final = 30


def measure(folder: Path, plan: Plan, conversations: int, inbox: int) -> Iterator[str]:
    """Put shops of its own in the place of the one there is, measure, give the parts of the report. Raises Spoiled.

    `conversations`: how many with a hundred messages each; `inbox`: how many the staff's queues are over.
    """
    sessions = min(SESSIONS, conversations // support_seed.PER_SHOPPER)
    size = support_seed.plant(conversations, sessions, messages=support_seed.MESSAGES)
    yield f"{conversations:,} conversations of {support_seed.MESSAGES} messages:\n"
    yield _web(folder, plan, size)
    support_seed.plant(inbox, support_seed.PER_SHOPPER, messages=1)
    yield _inbox(inbox)


def _web(folder: Path, plan: Plan, size: Size) -> str:
    requests = seed.reads("/users/conversations/", size)
    with processes.patron(folder) as patron, processes.floor(folder, _given(), FLOOR) as floor:
        answers = [requests[0].send(server.port) for server in (patron, floor)]
        if answers[0] != answers[1]:
            raise Spoiled(f"Patron and the floor do not answer the same: {answers[0][:300]!r}, {answers[1][:300]!r}")
        mine, floors = rounds.in_turn((patron, floor), load.write(requests, folder / "requests"), plan)
        posts = load.write(support_seed.posts(size), folder / "requests")
        (posted,) = rounds.in_turn((patron,), posts, plan)
    return report.table(
        [
            ("GET own conversations, 10 of them", mine, floors, "0.25 of the floor"),
            ("POST a message", posted, None, "300/s"),
        ]
    )


def _given() -> str:
    """What the floor has of Patron."""
    statement = conversation_reads._LIST
    return json.dumps({"statement": statement._numbered, "names": statement._names})


def _inbox(conversations: int) -> str:
    lines = [
        (f"the inbox over {conversations:,} conversations", "median ms", "slowest ms", "target"),
        ("---", "---:", "---:", "---"),
        *(_asked(f"first page: {queue}", partial(inbox_reads.page, queue, 1)) for queue in inbox_reads.QUEUES),
        _asked("the lengths of the queues", partial(inbox_reads.counts, 1)),
        _asked("page 100 of waiting", partial(inbox_reads.page, "waiting", 1, after=_position())),
        _asked("the sellers' list by the API: first page, counted", _sellers_list()),
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _asked(what: str, read: Callable[[], object]) -> tuple[str, ...]:
    taken = []
    for _turn in range(_TIMES):
        started = time.perf_counter()
        read()
        taken.append((time.perf_counter() - started) * 1000)
    return what, f"{statistics.median(taken):.1f}", f"{max(taken):.1f}", "100 ms"


def _sellers_list() -> Callable[[], object]:
    """Asks for it as a staff member's program does, past the web server. Raises Spoiled."""
    now = clock.now()
    channel = Channel.objects.create(name="Storefront", channel_type="web", created_at=now, modified_at=now)
    token = tokens.issue(staff.create("bench-support", "correct horse battery", is_superuser=True), "bench")
    view, requests = RemoteConversationsView.as_view(), RequestFactory()

    def ask() -> None:
        request = requests.get("/", headers={"Host": "localhost", "Authorization": f"Token {token}"})
        answer = view(request, channel_id=channel.pk).render()
        if answer.status_code != 200 or b'"message_set"' not in answer.content:
            raise Spoiled(f"the sellers' list is answered {answer.status_code}: {answer.content[:200]!r}")

    return ask


def _position() -> str:
    """Behind the 99th page of those that wait."""
    return inbox_reads.page("waiting", 1, limit=99 * inbox_reads.PAGE)[-1].position
