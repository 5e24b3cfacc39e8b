"""A shopper starts a conversation with a seller, adds to it, reads it.

Source: user-support-and-conversations, POST Create User Conversation; 4-support, Conversations.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from patron.kernel import clock, dynamic, events, limits, rows, transactions
from patron.kernel.errors import Invalid
from patron.support import errors, posting
from patron.support.models import Conversation
from patron.support.models.conversations import Sender
from patron.support.settings import PER_HOUR

PRODUCT: Final = "product"
ORDER_ITEM: Final = "orderitem"
# The seller is locked against being deleted meanwhile, as the foreign key will do at the end.
_ALLOWED: Final = """
WITH seller AS (
    SELECT id, COALESCE(email, '') <> '' AS is_heard FROM reference_datasource
    WHERE id = %(datasource)s AND is_active FOR KEY SHARE
), bought AS (
    SELECT i.id, i.product_id, i.delivered_date FROM orders_orderitem i JOIN orders_order o ON o.id = i.order_id
    WHERE o.shopper_id = %(shopper)s
      AND CASE WHEN %(content)s::text = 'orderitem' THEN i.id = %(item)s ELSE i.product_id = %(item)s END
)
SELECT (SELECT is_heard FROM seller),
    CASE %(content)s::text WHEN 'orderitem' THEN (SELECT product_id FROM bought)
                           WHEN 'product' THEN (SELECT id FROM reference_product WHERE id = %(item)s) END,
    EXISTS (SELECT FROM bought WHERE delivered_date IS NOT NULL),
    EXISTS (SELECT FROM support_blockedsender WHERE datasource_id = %(datasource)s AND shopper_id = %(shopper)s)"""
_START: Final = f"""
WITH held AS (
    INSERT INTO support_conversation (shopper_id, datasource_id, type, product_id, order_item_id, subject, state,
        visibility, rejection, public_upto, created_at, active_at, waiting_since, due_at, is_overdue, message_count,
        last_message_id, last_message_at, last_sender, last_excerpt, seen_by_shopper, seen_by_seller)
    VALUES (%(shopper)s, %(datasource)s, %(type)s::text, %(product)s::bigint, %(order_item)s::bigint, %(subject)s,
        'open', %(visibility)s, '', 0, %(now)s::timestamptz, %(now)s, %(now)s,
        %(now)s::timestamptz + (%(hours)s::jsonb ->> %(type)s::text)::int * interval '1 hour', false, 1,
        {posting.NEXT_ID}, %(now)s, 'user', %(excerpt)s, 0, 0)
    ON CONFLICT DO NOTHING
    RETURNING *
), written AS ({posting.INSERT})
SELECT id, last_message_id FROM held"""  # noqa: S608 -- words of our own
_SHOW: Final = "UPDATE support_conversation SET public_upto = last_message_id WHERE id = %s"
_SEEN: Final = """
UPDATE support_conversation SET {column} = GREATEST({column}, COALESCE(last_message_id, 0))
WHERE id = %s AND {column} < last_message_id"""
_SEEN_BY_SHOPPER: Final = _SEEN.format(column="seen_by_shopper")
_SEEN_BY_SELLER: Final = _SEEN.format(column="seen_by_seller")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a shopper wants to talk about, and the first words. `item_id` is what `item_content` says, or both null."""

    type: str
    datasource_id: int
    content: str
    item_content: str | None = None
    item_id: int | None = None
    subject: str = ""
    is_public: bool = False


def start(shopper_id: int, wish: Beginning) -> posting.Posted:
    """A new conversation with its first message; the seller hears of it by mail.

    Raises Invalid (unknown seller, product or order item), AlreadyExists, TooMany, Refusal (a review of what was not
    delivered, a seller who has blocked the shopper). Of parallel calls one makes it.
    """
    return transactions.run(lambda: _start(shopper_id, wish))


def mark_seen(conversation_id: int, reader: Sender) -> None:
    """What the other side wrote until now has been read."""
    rows.changed(_SEEN_BY_SHOPPER if reader == Sender.USER else _SEEN_BY_SELLER, (conversation_id,))


def _start(shopper_id: int, wish: Beginning) -> posting.Posted:
    limits.hit("conversations", str(shopper_id), limits.Limit(dynamic.get(PER_HOUR), 3600))
    is_heard, product_id = _allowed(shopper_id, wish)
    now = clock.now()
    visibility = _visibility(wish, product_id)
    row = rows.written(
        _START,
        {
            "shopper": shopper_id,
            "datasource": wish.datasource_id,
            "type": wish.type,
            "product": product_id,
            "order_item": wish.item_id if wish.item_content == ORDER_ITEM else None,
            "subject": wish.subject,
            "visibility": visibility.value,
            "hours": posting.deadlines(),
            "content": wish.content,
            "excerpt": posting.excerpt(wish.content),
            "staff": None,
            "now": now,
        },
    )
    if row is None:
        raise errors.AlreadyExists
    conversation_id, message_id = row
    if visibility == Conversation.Visibility.PUBLISHED:
        rows.changed(_SHOW, (conversation_id,))
    ids: dict[str, Any] = {"shopper_id": shopper_id, "datasource_id": wish.datasource_id}
    events.put("conversation.created", conversation_id=conversation_id, type=wish.type, **ids)
    posting.told(conversation_id, message_id, sender=Sender.USER, is_heard=is_heard, **ids)
    return posting.Posted(conversation_id, message_id, now)


def _allowed(shopper_id: int, wish: Beginning) -> tuple[bool, int | None]:
    """Whether the seller has an address to be told at, and the product that it is about."""
    row = rows.one(
        _ALLOWED,
        {
            "shopper": shopper_id,
            "datasource": wish.datasource_id,
            "content": wish.item_content,
            "item": wish.item_id,
        },
    )
    is_heard, product_id, is_delivered, is_blocked = row or (None, None, False, False)
    if is_heard is None:
        raise Invalid({"datasource": [_("There is no such seller.")]})
    if wish.item_content == PRODUCT and product_id is None:
        raise Invalid({"item_id": [_("There is no such product.")]})
    if wish.item_content == ORDER_ITEM and product_id is None:
        raise Invalid({"item_id": [_("There is no such item in your orders.")]})
    if is_blocked:
        raise errors.blocked()
    if wish.type == Conversation.Type.REVIEW:
        if wish.item_content is None:
            raise Invalid({"item_content": [_("A review is about a product or an order item.")]})
        if not is_delivered and dynamic.get("REVIEW_REQUIRES_PURCHASE"):
            raise errors.not_bought()
    return is_heard, product_id


def _visibility(wish: Beginning, product_id: int | None) -> Conversation.Visibility:
    """What is asked for; a message to a seller and what is about no product stay between the two."""
    if not wish.is_public or product_id is None or wish.type == Conversation.Type.MESSAGE:
        return Conversation.Visibility.PRIVATE
    return Conversation.Visibility.ASKED if dynamic.get("MODERATE_PUBLIC") else Conversation.Visibility.PUBLISHED
