"""Staff answer for a seller, and say how a conversation goes on: closed, open again, in whose hands."""

from typing import Any, Final

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.channels.models import Staff
from patron.kernel import clock, events, rows, transactions
from patron.kernel.errors import Invalid, NotFound
from patron.support import posting
from patron.support.models import BlockedSender
from patron.support.models.conversations import SENDER_BLOCKED

_CLOSE: Final = """
UPDATE support_conversation SET state = 'closed', closed_at = %(now)s, active_at = %(now)s, waiting_since = NULL,
    due_at = NULL, is_overdue = false
WHERE id = %(id)s AND state = 'open' RETURNING shopper_id, datasource_id"""
# What nobody answered waits again, from now on.
_REOPEN: Final = """
UPDATE support_conversation SET state = 'open', closed_at = NULL, active_at = %(now)s,
    waiting_since = CASE WHEN last_sender = 'user' THEN %(now)s::timestamptz END,
    due_at = CASE WHEN last_sender = 'user'
                  THEN %(now)s::timestamptz + (%(hours)s::jsonb ->> type)::int * interval '1 hour' END
WHERE id = %(id)s AND state = 'closed' RETURNING shopper_id, datasource_id"""
_ASSIGN: Final = """
UPDATE support_conversation SET assignee_id = %(assignee)s::bigint
WHERE id = %(id)s AND assignee_id IS DISTINCT FROM %(assignee)s::bigint RETURNING shopper_id, datasource_id"""
_WHOSE: Final = "SELECT shopper_id, datasource_id FROM support_conversation WHERE id = %(id)s"
_UNBLOCK: Final = "DELETE FROM support_blockedsender WHERE shopper_id = %s AND datasource_id = %s"


def reply(conversation_id: int, content: str, staff_id: int) -> posting.Posted:
    """Answer the shopper, who is told by mail and, where they allow it, by SMS. Raises NotFound, Refusal."""
    return posting.from_seller(conversation_id, content, staff_id)


def close(conversation_id: int) -> None:
    """Nobody writes in it any more. Done a second time it changes nothing. Raises NotFound."""
    _change(_CLOSE, "conversation.closed", conversation_id)


def reopen(conversation_id: int) -> None:
    """Both can write again. Done a second time it changes nothing. Raises NotFound."""
    _change(_REOPEN, "conversation.reopened", conversation_id, hours=posting.deadlines())


def assign(conversation_id: int, assignee_id: int | None) -> None:
    """Put it in somebody's hands, or in nobody's. Raises NotFound, and Invalid for who is no active staff member."""
    if assignee_id is not None and not Staff.objects.filter(pk=assignee_id, is_active=True).exists():
        raise Invalid({"assignee": [_("There is no such staff member.")]})
    _change(_ASSIGN, "conversation.assigned", conversation_id, assignee=assignee_id)


def block(conversation_id: int, reason: str, staff_id: int) -> None:
    """The seller of a conversation does not hear its shopper any more, here and elsewhere. Raises NotFound."""

    def work() -> None:
        shopper_id, datasource_id = _whose(conversation_id)
        BlockedSender.objects.create(
            shopper_id=shopper_id,
            datasource_id=datasource_id,
            reason=reason,
            staff_id=staff_id,
            created_at=clock.now(),
        )
        _tell("conversation.sender_blocked", conversation_id, (shopper_id, datasource_id))

    try:
        transactions.run(work)
    except IntegrityError as error:
        if transactions.constraint_of(error) != SENDER_BLOCKED:  # blocked already
            raise


def unblock(conversation_id: int) -> None:
    """The seller hears the shopper again. Raises NotFound."""

    def work() -> None:
        whose = _whose(conversation_id)
        if rows.changed(_UNBLOCK, whose):
            _tell("conversation.sender_unblocked", conversation_id, whose)

    transactions.run(work)


def _change(statement: str, event: str, conversation_id: int, **parameters: Any) -> None:
    def work() -> None:
        whose = rows.written(statement, {"id": conversation_id, "now": clock.now()} | parameters)
        if whose is None:
            _whose(conversation_id)
        else:
            _tell(event, conversation_id, whose)

    transactions.run(work)


def _whose(conversation_id: int) -> tuple[Any, ...]:
    whose = rows.one(_WHOSE, {"id": conversation_id})
    if whose is None:
        raise NotFound
    return whose


def _tell(event: str, conversation_id: int, whose: tuple[Any, ...]) -> None:
    events.put(event, conversation_id=conversation_id, shopper_id=whose[0], datasource_id=whose[1])
