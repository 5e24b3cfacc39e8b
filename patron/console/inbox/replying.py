"""An agent answers, knowing what was written before."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.kernel import rows, transactions
from patron.kernel.errors import Refusal
from patron.support import answering, posting

# The conversation is locked, so that of two who answer at once the second finds what the first has written.
_LOCK: Final = "SELECT 1 FROM support_conversation WHERE id = %s FOR NO KEY UPDATE"
_ANSWERED: Final = """
SELECT 1 FROM support_message WHERE conversation_id = %s AND id > %s AND sender = 'datasource' LIMIT 1"""


def answered_meanwhile() -> Refusal:
    """Somebody else was faster."""
    return Refusal("conversation_answered", _("Somebody else has answered meanwhile. Read it before you send yours."))


def reply(conversation_id: int, content: str, staff_id: int, seen: int) -> posting.Posted:
    """Answer the shopper. `seen`: the last message that the agent had before them.

    Raises NotFound, Refusal (it is closed or full, or somebody has answered after `seen`).
    """

    def work() -> posting.Posted:
        rows.one(_LOCK, (conversation_id,))
        if rows.one(_ANSWERED, (conversation_id, seen)):
            raise answered_meanwhile()
        return answering.reply(conversation_id, content, staff_id)

    return transactions.run(work)
