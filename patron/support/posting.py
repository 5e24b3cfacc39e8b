"""A message is added to a conversation, by either side.

One statement counts, decides and writes. The lock of the conversation's row makes parallel messages queue, so that of
any number of them exactly MOST_MESSAGES get in, and their ids grow in the order in which they got in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from patron.gateways import outbox
from patron.kernel import clock, dynamic, events, jobs, rows, transactions
from patron.kernel.errors import NotFound, Refusal
from patron.support import errors
from patron.support.models import Conversation
from patron.support.models.conversations import EXCERPT, MOST_MESSAGES, Sender

TELL_SELLER: Final = "support.tell_seller"
TELL_SHOPPER: Final = "support.tell_shopper"
NEXT_ID: Final = "nextval(pg_get_serial_sequence('support_message', 'id'))"
INSERT: Final = """
INSERT INTO support_message (id, conversation_id, content, sender, staff_id, created_at)
SELECT last_message_id, id, %(content)s::text, last_sender, %(staff)s::bigint, %(now)s FROM held"""
_COMMON: Final = f"""
message_count = c.message_count + 1, active_at = %(now)s::timestamptz, last_message_at = %(now)s,
last_message_id = {NEXT_ID}, last_excerpt = %(excerpt)s"""
_OPEN: Final = f"c.id = %(conversation)s AND c.state = 'open' AND c.message_count < {MOST_MESSAGES}"
_IS_BLOCKED: Final = """
EXISTS (SELECT FROM support_blockedsender b WHERE b.datasource_id = c.datasource_id AND b.shopper_id = c.shopper_id)"""
# What everybody reads waits for a moderator again, while what was published stays.
_FROM_SHOPPER: Final = f"""
WITH held AS (
    UPDATE support_conversation c SET {_COMMON}, last_sender = 'user', seen_by_shopper = COALESCE(c.last_message_id, 0),
        waiting_since = COALESCE(c.waiting_since, %(now)s),
        due_at = COALESCE(c.due_at, %(now)s::timestamptz + (%(hours)s::jsonb ->> c.type)::int * interval '1 hour'),
        visibility = CASE WHEN c.visibility = 'published' AND %(moderated)s THEN 'asked' ELSE c.visibility END
    WHERE {_OPEN} AND c.shopper_id = %(shopper)s AND NOT {_IS_BLOCKED}
    RETURNING c.*
), written AS ({INSERT})
SELECT h.last_message_id, h.shopper_id, h.datasource_id, h.visibility, COALESCE(d.email, '') <> ''
FROM held h JOIN reference_datasource d ON d.id = h.datasource_id"""  # noqa: S608 -- words of our own
_FROM_SELLER: Final = f"""
WITH held AS (
    UPDATE support_conversation c SET {_COMMON}, last_sender = 'datasource', waiting_since = NULL, due_at = NULL,
        is_overdue = false, seen_by_seller = COALESCE(c.last_message_id, 0)
    WHERE {_OPEN}
    RETURNING c.*
), written AS ({INSERT})
SELECT h.last_message_id, h.shopper_id, h.datasource_id, '', true FROM held h"""  # noqa: S608 -- as above
_SHOW: Final = "UPDATE support_conversation SET public_upto = %s WHERE id = %s"
_WHY: Final = f"""
SELECT c.shopper_id, c.state, c.message_count, {_IS_BLOCKED}
FROM support_conversation c WHERE c.id = %(conversation)s"""  # noqa: S608 -- as above


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was added."""

    conversation_id: int
    message_id: int
    created_at: datetime


def from_shopper(conversation_id: int, shopper_id: int, content: str) -> Posted:
    """Add a message of the shopper to a conversation of theirs; the seller hears of it by mail.

    Raises NotFound for another's, Refusal where it is closed or full or the seller has blocked the shopper.
    """
    return _post(
        _FROM_SHOPPER,
        conversation_id,
        content,
        shopper=shopper_id,
        hours=deadlines(),
        moderated=dynamic.get("MODERATE_PUBLIC"),
    )


def from_seller(conversation_id: int, content: str, staff_id: int) -> Posted:
    """Add a seller's answer, written by a staff member; the shopper hears of it. Raises NotFound, Refusal."""
    return _post(_FROM_SELLER, conversation_id, content, shopper=None, staff=staff_id)


def deadlines() -> str:
    """ANSWER_DEADLINE_HOURS as JSON for a statement; a type without a deadline is left out."""
    hours: dict[str, int] = dynamic.get("ANSWER_DEADLINE_HOURS")
    return msgspec.json.encode({type_: count for type_, count in hours.items() if count}).decode()


def excerpt(content: str) -> str:
    """The beginning of a message in one line."""
    line = " ".join(content[: 2 * EXCERPT].split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 2] + " …"


def _post(statement: str, conversation_id: int, content: str, **parameters: Any) -> Posted:
    now = clock.now()

    def work() -> Posted:
        values = {"conversation": conversation_id, "content": content, "excerpt": excerpt(content), "now": now}
        row = rows.written(statement, {"staff": None} | values | parameters)
        if row is None:
            raise _refusal(conversation_id, parameters["shopper"])
        message_id, shopper_id, datasource_id, visibility, is_heard = row
        if visibility == Conversation.Visibility.PUBLISHED:  # and nobody moderates
            rows.changed(_SHOW, (message_id, conversation_id))
        sender = Sender.DATASOURCE if parameters["shopper"] is None else Sender.USER
        told(conversation_id, message_id, shopper_id, datasource_id, sender, is_heard=is_heard)
        return Posted(conversation_id, message_id, now)

    return transactions.run(work)


def told(
    conversation_id: int, message_id: int, shopper_id: int, datasource_id: int, sender: Sender, *, is_heard: bool
) -> None:
    """Let the other side hear of a message, and the rooms that listen. `is_heard`: there is an address to write to."""
    if is_heard:
        jobs.put(
            TELL_SELLER if sender == Sender.USER else TELL_SHOPPER,
            queue=outbox.MESSAGES,
            priority=outbox.MESSAGE_PRIORITY,
            conversation_id=conversation_id,
            message_id=message_id,
        )
    events.put(
        "conversation.message",
        conversation_id=conversation_id,
        message_id=message_id,
        shopper_id=shopper_id,
        datasource_id=datasource_id,
        sender=sender.value,
    )


def _refusal(conversation_id: int, shopper_id: int | None) -> Refusal:
    row = rows.one(_WHY, {"conversation": conversation_id})
    if row is None or shopper_id not in (None, row[0]):
        return NotFound()
    _shopper, state, message_count, is_blocked = row
    if state == Conversation.State.CLOSED:
        return errors.closed()
    if message_count >= MOST_MESSAGES:
        return errors.full()
    if is_blocked and shopper_id is not None:
        return errors.blocked()
    return errors.closed()  # it was, a moment ago
