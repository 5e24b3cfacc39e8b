"""One conversation as an agent sees it: where it stands, its messages, who writes and what about."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.urls import reverse

from patron.console.inbox import masking
from patron.console.inbox.agents import SEE_ORDERS, SEE_SHOPPERS, Agent
from patron.kernel import phones, rows
from patron.kernel.errors import NotFound

MOST_MESSAGES: Final = 100  # in one answer
MOST_COUNTED: Final = 100


class Head(msgspec.Struct):
    """Where a conversation stands. `what`: the product's name, else the subject. `seen_by_…`: up to which message."""

    id: int
    type: str
    state: str
    visibility: str
    rejection: str
    what: str
    seller_id: int
    seller: str
    is_publishable: bool
    is_sender_blocked: bool
    is_overdue: bool
    assignee_id: int | None
    assignee: str
    created_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    last_message_id: int | None
    seen_by_shopper: int
    seen_by_seller: int


class Person(msgspec.Struct):
    """Who writes. `address`: their page of the console, for those who may open it; for others the rest is masked."""

    id: int
    name: str
    email: str
    phone: str
    language: str
    is_active: bool
    is_email_verified: bool
    is_phone_verified: bool
    joined_at: datetime
    conversations: int
    address: str = ""


class Item(msgspec.Struct):
    """What it is about. Of the order only those hear who may see orders."""

    product: str | None
    sku: str | None
    order: str | None = None
    order_status: str | None = None
    placed_at: datetime | None = None
    amount: Decimal | None = None
    currency: str | None = None
    status: str | None = None
    price: Decimal | None = None
    delivered_at: datetime | None = None
    order_id: int | None = None
    address: str = ""


class Entry(msgspec.Struct):
    """A message, as it was written. `author`: the staff member who answered."""

    id: int
    content: str
    sender: str
    author: str
    created_at: datetime


_HEAD: Final = """
c.id, c.type, c.state, c.visibility, c.rejection, COALESCE(p.name, c.subject, ''),
d.id, COALESCE(NULLIF(d.title, ''), d.name),
c.visibility <> 'private' AND c.product_id IS NOT NULL AND c.type <> 'message',
EXISTS (SELECT FROM support_blockedsender b WHERE b.datasource_id = c.datasource_id AND b.shopper_id = c.shopper_id),
c.is_overdue, c.assignee_id, COALESCE(NULLIF(btrim(a.first_name || ' ' || a.last_name), ''), a.username, ''),
c.created_at, c.waiting_since, c.due_at, c.last_message_id, c.seen_by_shopper, c.seen_by_seller"""
_PERSON: Final = f"""
u.id, COALESCE(NULLIF(btrim(u.first_name || ' ' || u.last_name), ''), ''), COALESCE(u.email, ''),
COALESCE(u.phone_e164, u.phone, ''), u.language_code, u.is_active, u.email_verified_at IS NOT NULL,
u.phone_verified_at IS NOT NULL, u.date_joined,
(SELECT count(*) FROM (SELECT FROM support_conversation o WHERE o.shopper_id = u.id LIMIT {MOST_COUNTED + 1}) AS s)"""  # noqa: S608
_ITEM: Final = """
p.name, p.sku, o.number, o.status, o.date_placed, o.amount, o.currency, i.status, i.price, i.delivered_date, o.id"""
_WIDTHS: Final = (len(msgspec.structs.fields(Head)), 10, 11)
_FROM: Final = """
FROM support_conversation c JOIN accounts_shopper u ON u.id = c.shopper_id
JOIN reference_datasource d ON d.id = c.datasource_id
LEFT JOIN channels_staff a ON a.id = c.assignee_id LEFT JOIN reference_product p ON p.id = c.product_id
LEFT JOIN orders_orderitem i ON i.id = c.order_item_id LEFT JOIN orders_order o ON o.id = i.order_id
WHERE c.id = %s"""
_ONE: Final = f"SELECT {_HEAD}, {_PERSON}, {_ITEM} {_FROM}"
_STANDING: Final = f"SELECT {_HEAD} {_FROM}"
_ENTRIES: Final = """
SELECT m.id, m.content, m.sender,
    COALESCE(NULLIF(btrim(s.first_name || ' ' || s.last_name), ''), s.username, ''), m.created_at
FROM (SELECT * FROM support_message WHERE conversation_id = %(id)s AND {place} ORDER BY id {way} LIMIT %(limit)s) m
LEFT JOIN channels_staff s ON s.id = m.staff_id ORDER BY m.id"""
_BEFORE: Final = _ENTRIES.format(place="(%(place)s::bigint IS NULL OR id < %(place)s)", way="DESC")
_AFTER: Final = _ENTRIES.format(place="id > %(place)s", way="ASC")
_SAVED: Final = """
SELECT id, title, content FROM support_savedanswer WHERE datasource_id IS NULL OR datasource_id = %s
ORDER BY title, id LIMIT 200"""


def read(agent: Agent, conversation_id: int) -> dict[str, Any]:
    """All that the page shows of it, with the newest messages. Raises NotFound."""
    row = rows.one(_ONE, (conversation_id,))
    if row is None:
        raise NotFound
    to_person, to_item = _WIDTHS[0], _WIDTHS[0] + _WIDTHS[1]
    head = Head(*row[:to_person])
    return {
        "head": head,
        "shopper": _person(agent, row[to_person:to_item]),
        "item": _item(agent, row[to_item:]),
        **older(conversation_id, None),
        "saved": [
            {"id": pk, "title": title, "content": text} for pk, title, text in rows.every(_SAVED, (head.seller_id,))
        ],
    }


def older(conversation_id: int, before: int | None) -> dict[str, Any]:
    """`messages` before one, the oldest first, and `has_older`."""
    place = {"id": conversation_id, "place": before, "limit": MOST_MESSAGES + 1}
    found = [Entry(*row) for row in rows.every(_BEFORE, place)]
    return {"messages": found[-MOST_MESSAGES:], "has_older": len(found) > MOST_MESSAGES}


def news(conversation_id: int, after: int) -> dict[str, Any] | None:
    """Where it stands now and the messages after one; None where there is none."""
    row = rows.one(_STANDING, (conversation_id,))
    if row is None:
        return None
    head = Head(*row)
    entries: list[Entry] = []
    if head.last_message_id is not None and head.last_message_id > after:
        place = {"id": conversation_id, "place": after, "limit": MOST_MESSAGES}
        entries = [Entry(*each) for each in rows.every(_AFTER, place)]
    return {"head": head, "messages": entries}


def _person(agent: Agent, columns: Sequence[Any]) -> Person:
    person = Person(*columns)
    if agent.may(SEE_SHOPPERS):
        person.address = _page("accounts_shopper", person.id)
        return person
    masks: dict[str, Callable[[str], str]] = {"name": masking.name, "email": masking.email, "phone": phones.mask}
    for field, mask in masks.items():
        if text := getattr(person, field):
            setattr(person, field, mask(text))
    return person


def _item(agent: Agent, columns: Sequence[Any]) -> Item | None:
    item = Item(*columns)
    if not agent.may(SEE_ORDERS):
        item = Item(item.product, item.sku)
    elif item.order_id is not None:
        item.address = _page("orders_order", item.order_id)
    return item if item.product or item.order else None


def _page(table: str, row_id: int) -> str:
    return reverse(f"admin:{table}_change", args=[row_id])
