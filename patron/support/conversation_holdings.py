"""Which columns of conversations hold personal data; see `kernel.personal_data`.

After anonymising the conversations stay, closed and without a word of what was written: how many there were, of what
type and with which seller are totals.
"""

from typing import Final

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from patron.kernel import clock
from patron.kernel.personal_data import Holding, hold
from patron.support.models import BlockedSender, Conversation, Message

ERASED: Final = "[…]"


def declare() -> None:
    """Called when the room is ready."""
    hold(_conversation())
    hold(_message())
    hold(_blocked())


def _conversation() -> Holding:
    said = {"subject", "last_excerpt"}
    asked = {"visibility", "rejection"}
    about = {"type", "datasource_id", "product_id", "order_item_id", "message_count"}
    times = {"created_at", "active_at", "last_message_at"}
    state = {"state", "closed_at"}
    seen = {"seen_by_shopper", "seen_by_seller", "shopper_told_upto", "seller_told_upto"}
    work = {"assignee_id", "waiting_since", "due_at", "is_overdue"}
    return Holding(
        model=Conversation,
        owner="shopper_id",
        exported=frozenset({"id", "last_sender"} | said | asked | about | times | state),
        withheld=frozenset({"shopper_id", "public_upto", "last_message_id"} | seen | work),
        erased={
            # without a subject two conversations could become one
            "subject": Concat(Value("#"), Cast(F("id"), CharField())),
            "last_excerpt": "",
            "rejection": "",
            "visibility": Conversation.Visibility.PRIVATE,
            "public_upto": 0,
            "state": Conversation.State.CLOSED,
            "closed_at": clock.now,
            "waiting_since": None,
            "due_at": None,
            "is_overdue": False,
        },
        kept=frozenset({"id", "shopper_id", "last_sender", "last_message_id", "assignee_id"} | about | times | seen),
    )


def _message() -> Holding:
    kept = frozenset({"id", "conversation_id", "sender", "staff_id", "created_at"})
    return Holding(
        model=Message,
        owner="conversation__shopper_id",
        exported=frozenset({"conversation_id", "content", "sender", "created_at"}),
        withheld=frozenset({"id", "staff_id"}),
        erased={"content": ERASED},
        kept=kept,
    )


def _blocked() -> Holding:
    return Holding(
        model=BlockedSender,
        owner="shopper_id",
        exported=frozenset({"datasource_id", "created_at"}),
        withheld=frozenset({"id", "shopper_id", "reason", "staff_id"}),
        erased=None,
    )
