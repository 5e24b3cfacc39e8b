"""What staff read: a conversation with all that belongs to it, and the queues of the inbox.

A page of a queue is one statement over a partial index, by keyset and not by number, so that the first page of a
million and the last cost the same. How long a queue is is counted to MOST_COUNTED, and no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from patron.kernel import rows
from patron.support import conversation_json as shape
from patron.support.models.conversations import MOST_MESSAGES
from patron.support.pages import Window

MOST_COUNTED: Final = 1_000
PAGE: Final = 50
_STAFF: Final = {
    "item_id": shape.plain(shape.ITEM_ID),
    "state": shape.text("c.state"),
    "visibility": shape.text("c.visibility"),
    "rejection_reason": shape.text("NULLIF(c.rejection, '')"),
    "assignee": shape.plain("c.assignee_id"),
    "message_count": shape.plain("c.message_count"),
    "created_date": shape.moment("c.created_at"),
    "last_activity_date": shape.moment("c.active_at"),
    "waiting_since": shape.moment("c.waiting_since"),
    "answer_deadline": shape.moment("c.due_at"),
    "is_overdue": shape.plain("c.is_overdue"),
    "is_sender_blocked": shape.plain(
        "EXISTS (SELECT FROM support_blockedsender b"
        " WHERE b.datasource_id = c.datasource_id AND b.shopper_id = c.shopper_id)"
    ),
}
_MANY: Final = rows.Statement(
    f"SELECT array_agg(c.id), array_agg({shape.conversation(shape.MOST_LISTED, **_STAFF)})"  # noqa: S608 -- own words
    f" FROM support_conversation c {shape.JOINS} WHERE c.id = ANY (%(ids)s)"
)
_ONE: Final = rows.Statement(
    f"SELECT {shape.conversation(MOST_MESSAGES, **_STAFF)} FROM support_conversation c {shape.JOINS}"  # noqa: S608
    " WHERE c.id = %(id)s"
)
_MESSAGES: Final = rows.Statement(f"""
SELECT c.message_count, (
    SELECT string_agg({shape.MESSAGE}, ',' ORDER BY m.id)
    FROM (SELECT * FROM support_message WHERE conversation_id = c.id ORDER BY id
          LIMIT %(limit)s::int OFFSET %(offset)s::int) m)
FROM support_conversation c JOIN accounts_shopper u ON u.id = c.shopper_id WHERE c.id = %(id)s""")  # noqa: S608
_LARGEST_ID: Final = 2**63 - 1


class Row(msgspec.Struct):
    """A conversation in a queue. `shopper` is their name, else the e-mail; `what`: the product's name or the subject.

    `position`: send it as `after` to get the rows behind this one.
    """

    id: int
    type: str
    state: str
    visibility: str
    shopper_id: int
    shopper: str
    datasource_id: int
    datasource: str
    what: str
    excerpt: str
    last_sender: str
    message_count: int
    is_unseen: bool
    is_overdue: bool
    waiting_since: str | None
    due_at: str | None
    active_at: str
    assignee_id: int | None
    assignee: str
    position: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows that `condition` picks in the order of `column`; an index is on exactly that."""

    condition: str
    column: str
    is_newest_first: bool


_NARROWED: Final = f"""
(%(datasource)s::bigint IS NULL OR c.datasource_id = %(datasource)s)
AND (%(type)s::text IS NULL OR c.type = %(type)s)
AND (%(shopper)s::bigint IS NULL OR c.shopper_id = %(shopper)s)
AND (%(answered)s::boolean IS NULL OR ({shape.IS_ANSWERED}) = %(answered)s)
AND (%(since)s::timestamptz IS NULL OR c.active_at >= %(since)s)
AND (%(until)s::timestamptz IS NULL OR c.active_at < %(until)s)
AND (%(datasources)s::bigint[] IS NULL OR c.datasource_id = ANY (%(datasources)s::bigint[]))
AND (%(ids)s::bigint[] IS NULL OR c.id = ANY (%(ids)s::bigint[]) OR c.shopper_id = ANY (%(shoppers)s::bigint[]))"""
_OPEN_WAITING: Final = "c.waiting_since IS NOT NULL"
QUEUES: Final[dict[str, Queue]] = {
    "waiting": Queue(_OPEN_WAITING, "waiting_since", is_newest_first=False),
    "overdue": Queue("c.is_overdue", "waiting_since", is_newest_first=False),
    "mine": Queue("c.assignee_id = %(me)s AND c.state = 'open'", "active_at", is_newest_first=True),
    "unassigned": Queue(f"{_OPEN_WAITING} AND c.assignee_id IS NULL", "waiting_since", is_newest_first=False),
    "moderation": Queue("c.visibility = 'asked'", "active_at", is_newest_first=False),
    "open": Queue("c.state = 'open'", "active_at", is_newest_first=True),
    "closed": Queue("c.state = 'closed'", "active_at", is_newest_first=True),
    "all": Queue("true", "active_at", is_newest_first=True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows a queue; what is null does not.

    `is_answered`: whether the newest message is the seller's. `since`, `until`: the last activity. `ids` and
    `shopper_ids` are what words were found to mean: either one's are wanted.
    """

    datasource_id: int | None = None
    type: str | None = None
    shopper_id: int | None = None
    is_answered: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    datasource_ids: Sequence[int] | None = None
    ids: Sequence[int] | None = None
    shopper_ids: Sequence[int] | None = None


def of_staff(ids: Sequence[int]) -> list[msgspec.Raw]:
    """Conversations as the API shows them to staff, in the order of `ids`, each with its newest 100 messages."""
    row = rows.one(_MANY, {"ids": list(ids)})
    known, texts = row if row and row[0] else ([], [])
    found = dict(zip(known, texts, strict=True))
    return [msgspec.Raw(found[pk].encode()) for pk in ids if pk in found]


def thread(conversation_id: int) -> msgspec.Raw | None:
    """One conversation with all its messages; None where there is none."""
    row = rows.one(_ONE, {"id": min(conversation_id, _LARGEST_ID)})
    return None if row is None else msgspec.Raw(row[0].encode())


def messages(conversation_id: int, window: Window) -> bytes | None:
    """A page of one conversation's messages, the oldest first; None where there is none. Raises NoSuchPage."""
    row = rows.one(_MESSAGES, {"id": conversation_id, "limit": window.limit, "offset": window.offset})
    return None if row is None else window.page_of(*row)


def page(
    queue: str, staff_id: int, wanted: Wanted = Wanted(), after: str | None = None, limit: int = PAGE
) -> list[Row]:
    """A page of a queue. `after`: the position of the last row one has; of a malformed one the first page is given."""
    moment, conversation_id = _position(after)
    values = _values(staff_id, wanted) | {"moment": moment, "id": conversation_id, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_PAGES[queue, moment is not None], values)
        found: list[Any] = cursor.fetchall()
        return [Row(*(*row[:-2], f"{row[-2]}_{row[-1]}")) for row in found]


def counts(staff_id: int, wanted: Wanted = Wanted()) -> dict[str, int]:
    """How long each queue is, by its name; MOST_COUNTED + 1 says more than MOST_COUNTED."""
    row = rows.one(_COUNTS, _values(staff_id, wanted))
    return dict(zip(COUNTED, row or (), strict=True))


def latest() -> tuple[datetime | None, int]:
    """The newest activity of all and its conversation: whether a page that is being looked at is still true."""
    row = rows.one("SELECT active_at, id FROM support_conversation ORDER BY active_at DESC, id DESC LIMIT 1", ())
    return row or (None, 0)


COUNTED: Final = ("waiting", "overdue", "mine", "unassigned", "moderation")


def _iso(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


def _page(queue: Queue, *, is_further: bool) -> str:
    """The statement of one queue: the first page, or a further one behind `moment` and `id`."""
    way, sign = ("DESC", "<") if queue.is_newest_first else ("ASC", ">")
    behind = f"AND (c.{queue.column}, c.id) {sign} (%(moment)s::timestamptz, %(id)s)" if is_further else ""
    return f"""
SELECT c.id, c.type, c.state, c.visibility, c.shopper_id,
    COALESCE(NULLIF(btrim(u.first_name || ' ' || u.last_name), ''), u.email), c.datasource_id,
    COALESCE(NULLIF(d.title, ''), d.name), COALESCE(p.name, NULLIF(c.subject, ''), ''),
    c.last_excerpt, c.last_sender, c.message_count,
    c.last_sender = 'user' AND c.seen_by_seller < c.last_message_id, c.is_overdue, {_iso("c.waiting_since")},
    {_iso("c.due_at")}, {_iso("c.active_at")}, c.assignee_id, COALESCE(a.username, ''),
    {_iso(f"c.{queue.column}")}, c.id
FROM (SELECT * FROM support_conversation c WHERE {queue.condition} AND {_NARROWED} {behind}
      ORDER BY c.{queue.column} {way}, c.id {way} LIMIT %(limit)s) c
JOIN accounts_shopper u ON u.id = c.shopper_id JOIN reference_datasource d ON d.id = c.datasource_id
LEFT JOIN reference_product p ON p.id = c.product_id LEFT JOIN channels_staff a ON a.id = c.assignee_id
ORDER BY c.{queue.column} {way}, c.id {way}"""  # noqa: S608 -- words of our own


def _counted(queue: Queue) -> str:
    return (
        f"(SELECT count(*) FROM (SELECT FROM support_conversation c WHERE {queue.condition} AND {_NARROWED}"  # noqa: S608
        f" LIMIT {MOST_COUNTED + 1}) AS counted)"
    )


_PAGES: Final = {
    (name, more): _page(queue, is_further=more) for name, queue in QUEUES.items() for more in (False, True)
}
_COUNTS: Final = "SELECT " + ", ".join(_counted(QUEUES[name]) for name in COUNTED)


def _values(staff_id: int, wanted: Wanted) -> dict[str, Any]:
    return {
        "me": staff_id,
        "datasource": wanted.datasource_id,
        "type": wanted.type,
        "shopper": wanted.shopper_id,
        "answered": wanted.is_answered,
        "since": wanted.since,
        "until": wanted.until,
        "datasources": _array(wanted.datasource_ids),
        "ids": _array(wanted.ids),
        "shoppers": _array(wanted.shopper_ids),
    }


def _array(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


def _position(after: str | None) -> tuple[datetime | None, int]:
    moment, _, conversation_id = (after or "").rpartition("_")
    try:
        return datetime.fromisoformat(moment), int(conversation_id)
    except ValueError:
        return None, 0
