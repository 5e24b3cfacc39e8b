"""What shoppers read of their conversations. One statement each, session, count and messages together."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from patron.accounts.models import Shopper
from patron.accounts.reads import Answer
from patron.accounts.sessions import SEEN_EVERY
from patron.kernel import clock, rows, secrets
from patron.support import conversation_json as shape
from patron.support.models.conversations import MOST_MESSAGES, Sender
from patron.support.pages import Window
from patron.support.posting import Posted

_LARGEST_ID: Final = 2**63 - 1
_ME: Final = """
WITH me AS (
    SELECT s.id AS session_id, s.last_seen_at < %(seen)s AS is_stale, u.id AS shopper_id
    FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
    WHERE s.key_digest = %(key)s AND s.expires_at > %(now)s
)"""
_WANTED: Final = f"""
c.shopper_id = me.shopper_id
AND (%(type)s::text IS NULL OR c.type = %(type)s)
AND (%(answered)s::boolean IS NULL OR ({shape.IS_ANSWERED}) = %(answered)s)
AND (%(content)s::text IS NULL OR {shape.ITEM_CONTENT} = %(content)s)
AND (%(item)s::bigint IS NULL OR {shape.ITEM_ID} = %(item)s)
AND (%(datasource)s::bigint IS NULL OR c.datasource_id = %(datasource)s)"""
# Who writes has read what was before, so what is not seen yet is at the end.
_HAS_NEWS: Final = "c.last_sender = 'datasource' AND c.seen_by_shopper < c.last_message_id"
_NEWEST_FIRST: Final = "c.active_at DESC, c.id DESC"
# S608 in this module: every part is a constant of our own
_LIST: Final = rows.Statement(f"""
{_ME}
SELECT me.session_id, me.is_stale, (SELECT count(*) FROM support_conversation c WHERE {_WANTED}), (
    SELECT string_agg({shape.conversation(shape.MOST_LISTED)}, ',' ORDER BY {_NEWEST_FIRST})
    FROM (SELECT * FROM support_conversation c WHERE {_WANTED} ORDER BY {_NEWEST_FIRST}
          LIMIT %(limit)s::int OFFSET %(offset)s::int) c {shape.JOINS})
FROM me""")  # noqa: S608
_ONE: Final = rows.Statement(f"""
{_ME}
SELECT me.session_id, me.is_stale, (
    SELECT {shape.conversation(MOST_MESSAGES)} FROM support_conversation c {shape.JOINS}
    WHERE c.id = %(conversation)s AND c.shopper_id = me.shopper_id), (
    SELECT {_HAS_NEWS} FROM support_conversation c
    WHERE c.id = %(conversation)s AND c.shopper_id = me.shopper_id)
FROM me""")  # noqa: S608
_MESSAGES: Final = rows.Statement(f"""
{_ME}
SELECT me.session_id, me.is_stale, c.message_count, (
    SELECT string_agg({shape.MESSAGE}, ',' ORDER BY m.id)
    FROM (SELECT * FROM support_message WHERE conversation_id = c.id ORDER BY id
          LIMIT %(limit)s::int OFFSET %(offset)s::int) m), {_HAS_NEWS}
FROM me LEFT JOIN support_conversation c ON c.id = %(conversation)s AND c.shopper_id = me.shopper_id
LEFT JOIN accounts_shopper u ON u.id = c.shopper_id""")  # noqa: S608
_MESSAGE: Final = f"""
SELECT {shape.MESSAGE} FROM support_message m JOIN support_conversation c ON c.id = m.conversation_id
JOIN accounts_shopper u ON u.id = c.shopper_id WHERE m.id = %s"""  # noqa: S608


_CREATED: Final = f"""
SELECT c.id, c.datasource_id, c.shopper_id, NULLIF(c.subject, ''), {shape.ITEM_CONTENT}, c.public_upto > 0,
    {shape.ITEM_ID}, c.type, %(content)s::text, u.user_type, c.shopper_id, 'user'
FROM support_conversation c JOIN accounts_shopper u ON u.id = c.shopper_id WHERE c.id = %(conversation)s"""  # noqa: S608


class Created(msgspec.Struct):
    """The documented body of a 201: the conversation that was made or added to, and the message."""

    id: int
    datasource: int
    user: int
    subject: str | None
    item_content: str | None
    is_public: bool
    item_id: int | None
    conversation_type: str
    message_content: str
    user_type: str
    content_id: int
    content_type: str


class Written(msgspec.Struct):
    """A message as the documented `message_set` shows it."""

    id: int
    message_content: str
    content_type: str
    content_id: int
    user_type: str
    created_date: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations: each that is not null narrows the list."""

    conversation_type: str | None = None
    is_answered: bool | None = None
    item_content: str | None = None
    item_id: int | None = None
    datasource: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one conversation was read as. `body` is null where the shopper has no such conversation; `count` of its
    messages; `has_news`: something in it was not seen yet.
    """

    body: bytes | None
    stale_session: int | None
    count: int = 0
    has_news: bool = False


def own_list(key: str, wanted: Wanted, window: Window) -> Answer | None:
    """A page of the conversations of a session key's shopper, the newest activity first; None when it signs nobody in.

    Raises NotFound for a page past the end.
    """
    row = rows.one(
        _LIST,
        _session(key)
        | {
            "type": wanted.conversation_type,
            "answered": wanted.is_answered,
            "content": wanted.item_content,
            "item": wanted.item_id,
            "datasource": wanted.datasource,
            "limit": window.limit,
            "offset": window.offset,
        },
    )
    if row is None:
        return None
    session_id, is_stale, count, results = row
    return Answer(window.page_of(count, results), session_id if is_stale else None)


def own(key: str, conversation_id: int) -> Found | None:
    """One conversation with all its messages; None when the key signs nobody in."""
    row = rows.one(_ONE, _session(key) | {"conversation": min(conversation_id, _LARGEST_ID)})
    if row is None:
        return None
    session_id, is_stale, body, has_news = row
    return Found(body.encode() if body else None, session_id if is_stale else None, has_news=bool(has_news))


def own_messages(key: str, conversation_id: int, window: Window) -> Found | None:
    """A page of one conversation's messages, the oldest first; None when the key signs nobody in.

    Raises NotFound for a page past the end.
    """
    place = {"conversation": conversation_id, "limit": window.limit, "offset": window.offset}
    row = rows.one(_MESSAGES, _session(key) | place)
    if row is None:
        return None
    session_id, is_stale, count, results, has_news = row
    body = None if count is None else window.page_of(count, results)
    return Found(body, session_id if is_stale else None, count or 0, bool(has_news))


def created(conversation_id: int, content: str) -> Created:
    """What is answered to whoever wrote `content` in a conversation that is there."""
    row = rows.one(_CREATED, {"conversation": conversation_id, "content": content})
    if row is None:
        raise LookupError("a conversation that was just written in exists")
    return Created(*row)


def written(posted: Posted, content: str, shopper: Shopper) -> Written:
    """What is answered to a shopper who has just written it; no statement."""
    created = clock.iso(posted.created_at)
    return Written(posted.message_id, content, Sender.USER.value, shopper.pk, shopper.user_type, created, False)


def message(message_id: int) -> bytes:
    """A message that is there."""
    row = rows.one(_MESSAGE, (message_id,))
    if row is None:
        raise LookupError("a message that was just written exists")
    body: bytes = row[0].encode()
    return body


def _session(key: str) -> dict[str, Any]:
    now = clock.now()
    return {"key": secrets.digest(key), "now": now, "seen": now - SEEN_EVERY}
