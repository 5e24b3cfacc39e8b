"""What shoppers want everybody to read is published, or rejected with a reason.

Source: 4-support: `is_public` true only asks; it becomes visible after moderation (MODERATE_PUBLIC).
"""

from typing import Any, Final

from patron.kernel import events, rows, transactions
from patron.kernel.errors import NotFound
from patron.support import errors, notices
from patron.support.models import Conversation

# Of what a shopper writes later nothing is seen until it is published too: it waits for the moderator meanwhile.
_PUBLISH: Final = """
UPDATE support_conversation c SET rejection = '',
    public_upto = GREATEST(c.public_upto, LEAST(COALESCE(c.last_message_id, 0), {upto})),
    visibility = CASE WHEN EXISTS (
        SELECT FROM support_message WHERE conversation_id = c.id AND sender = 'user'
          AND id > GREATEST(c.public_upto, {upto})) THEN 'asked' ELSE 'published' END
WHERE c.id = %(id)s AND c.product_id IS NOT NULL AND c.type <> 'message' AND c.visibility <> 'private'
RETURNING c.shopper_id, c.datasource_id""".format(upto="COALESCE(%(upto)s::bigint, c.last_message_id, 0)")
_REJECT: Final = """
UPDATE support_conversation SET visibility = 'rejected', rejection = %(reason)s, public_upto = 0
WHERE id = %(id)s AND visibility <> 'private' RETURNING shopper_id, datasource_id"""
# Locked first, so that the statement after it sees every message that got in before.
_LOCK: Final = "SELECT visibility, rejection FROM support_conversation WHERE id = %s FOR NO KEY UPDATE"


def publish(conversation_id: int, upto: int | None = None) -> None:
    """Let everybody read what is written until now, or until the message `upto`, the last that the moderator has read.

    Nothing that a shopper adds while somebody decides gets out with it. A rejected one can be published after all.
    Raises NotFound, and Refusal where the shopper did not ask for it.
    """

    def work() -> None:
        _locked(conversation_id)
        _decide(_PUBLISH, "conversation.published", conversation_id, upto=upto)

    transactions.run(work)


def reject(conversation_id: int, reason: str) -> None:
    """Take it back, or do not let it out; the shopper gets the reason by mail, once. Raises NotFound, Refusal."""

    def work() -> None:
        if _locked(conversation_id) == (Conversation.Visibility.REJECTED, reason):
            return
        _decide(_REJECT, "conversation.rejected", conversation_id, reason=reason)
        notices.tell_rejected(conversation_id, reason)

    transactions.run(work)


def _locked(conversation_id: int) -> tuple[Any, ...]:
    found = rows.one(_LOCK, (conversation_id,))
    if found is None:
        raise NotFound
    return found


def _decide(statement: str, event: str, conversation_id: int, **parameters: Any) -> None:
    whose = rows.written(statement, {"id": conversation_id} | parameters)
    if whose is None:
        raise errors.not_public()
    events.put(event, conversation_id=conversation_id, shopper_id=whose[0], datasource_id=whose[1])
