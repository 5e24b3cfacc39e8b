"""What shoppers want everybody to read is published, or rejected with a reason.

Source: 4-support: `is_public` true only asks; it becomes visible after moderation (MODERATE_PUBLIC).
"""

from typing import Any, Final

from patron.kernel import events, rows, transactions
from patron.kernel.errors import NotFound
from patron.support import errors

# Of what a shopper writes later nothing is seen until it is published too.
_PUBLISH: Final = """
UPDATE support_conversation SET visibility = 'published', rejection = '', public_upto = COALESCE(last_message_id, 0)
WHERE id = %(id)s AND product_id IS NOT NULL AND type <> 'message' AND visibility <> 'private'
RETURNING shopper_id, datasource_id"""
_REJECT: Final = """
UPDATE support_conversation SET visibility = 'rejected', rejection = %(reason)s, public_upto = 0
WHERE id = %(id)s AND visibility <> 'private' RETURNING shopper_id, datasource_id"""
_IS_THERE: Final = "SELECT 1 FROM support_conversation WHERE id = %(id)s"


def publish(conversation_id: int) -> None:
    """Let everybody read all that is written until now. A rejected one can be published after all.

    Raises NotFound, and Refusal where the shopper did not ask for it.
    """
    _decide(_PUBLISH, "conversation.published", conversation_id)


def reject(conversation_id: int, reason: str) -> None:
    """Take it back, or do not let it out; the reason is for the shopper and staff. Raises NotFound, Refusal."""
    _decide(_REJECT, "conversation.rejected", conversation_id, reason=reason)


def _decide(statement: str, event: str, conversation_id: int, **parameters: Any) -> None:
    def work() -> None:
        whose = rows.written(statement, {"id": conversation_id} | parameters)
        if whose is None:
            raise errors.not_public() if rows.one(_IS_THERE, {"id": conversation_id}) else NotFound()
        events.put(event, conversation_id=conversation_id, shopper_id=whose[0], datasource_id=whose[1])

    transactions.run(work)
