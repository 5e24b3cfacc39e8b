"""A shopper looks at the card: what is known of its points, asked for first where that is due."""

import time
from typing import Final

from patron.accounts.reads import Answer
from patron.loyalty import points, reads
from patron.loyalty.reads import Due

# A card nobody ever saw points of: while another reader asks, this one waits a moment instead of showing none.
TRIES: Final = 4
WAIT_SECONDS: Final = 0.1


def own_card(key: str, language: str) -> Answer | None:
    """The card of a session key's shopper with its points; None when it signs nobody in. Not inside a transaction."""
    found = reads.own_card(key, language)
    for _try in range(TRIES):
        if not isinstance(found, Due):
            return found
        if not points.refresh(found.card_id):
            if not found.is_unknown:
                break
            time.sleep(WAIT_SECONDS)
        found = reads.own_card(key, language)
    return found.answer if isinstance(found, Due) else found
