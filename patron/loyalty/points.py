"""The points of a card: kept on its row for two minutes, asked for by one at a time, shown old while nobody answers.

The claim is a column of the row, set by the UPDATE that finds them due: of any number of readers in any number of
processes one asks the provider. Its token ends with every write to the card, so that an answer older than the write is
not kept.
Source: loyalty-card, Get Loyalty Card Details; 3-loyalty, Points.
"""

import time
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import structlog

from patron.gateways import loyalty_provider
from patron.gateways.calls import NotCalled
from patron.kernel import clock, rows, transactions
from patron.kernel.errors import GatewayTrouble
from patron.loyalty import linking

FRESH_FOR: Final = timedelta(seconds=120)
# After a failure this card is not asked for again so soon; a reader pays for no more than one in this time.
QUIET_FOR: Final = timedelta(seconds=15)
CLAIM_FOR: Final = timedelta(seconds=15)
# What lies farther ahead than this was written before the sandbox's clock went back. Not less: of two who ask at once
# the slower has the older time, to which the other's claim is a little longer than a claim.
FARTHEST: Final = FRESH_FOR + timedelta(seconds=60)
# While the breaker is open a process tries it once in this time; all its other readers write nothing.
REST_SECONDS: Final = 1.0
_rests_until = 0.0
_log = structlog.get_logger("patron.loyalty")
_CLAIM: Final = """
UPDATE loyalty_loyaltycard SET refresh_token = %(token)s, refresh_until = %(until)s
WHERE id = %(id)s AND (points_due_at <= %(now)s OR points_due_at > %(latest)s)
    AND (refresh_until IS NULL OR refresh_until <= %(now)s OR refresh_until > %(latest)s)
RETURNING account_number"""
_KEEP: Final = """
UPDATE loyalty_loyaltycard AS c SET points = %(points)s, points_as_of = %(now)s, points_due_at = %(due)s,
    refresh_token = NULL, refresh_until = NULL, is_in_trouble = FALSE
FROM (SELECT id, points, points_as_of FROM loyalty_loyaltycard WHERE id = %(id)s FOR UPDATE) AS before
WHERE c.id = before.id AND c.refresh_token = %(token)s
RETURNING c.shopper_id, before.points, before.points_as_of"""
_GIVE_UP: Final = """
UPDATE loyalty_loyaltycard SET points_due_at = %(due)s, refresh_token = NULL, refresh_until = NULL, is_in_trouble = TRUE
WHERE id = %(id)s AND refresh_token = %(token)s"""


def is_resting() -> bool:
    """Whether this process found the provider's breaker open just now, so that asking would be for nothing."""
    return time.monotonic() < _rests_until


def refresh(card_id: int) -> bool:
    """Ask the provider if the points are due and nobody else is asking; False if there was nothing to do.

    Takes the provider's timeout at most, whatever it says or does not say. Not inside a transaction.
    """
    now = clock.now()
    token = uuid.uuid4()
    claim = {"id": card_id, "token": token, "now": now, "until": now + CLAIM_FOR, "latest": now + FARTHEST}
    claimed = rows.written(_CLAIM, claim)
    if claimed is None:
        return False
    try:
        points = loyalty_provider.active().points(claimed[0])
    except GatewayTrouble as trouble:
        _rest(trouble)
        _log.warning("points_not_read", card=card_id, reason=trouble.reason)
        rows.changed(_GIVE_UP, {"id": card_id, "token": token, "due": clock.now() + QUIET_FOR})
        return True
    transactions.run(lambda: _keep(card_id, token, points))
    return True


def _rest(trouble: GatewayTrouble) -> None:
    global _rests_until
    if isinstance(trouble, NotCalled):
        _rests_until = time.monotonic() + REST_SECONDS


def _keep(card_id: int, token: uuid.UUID, points: Decimal) -> None:
    now = clock.now()
    kept: Any = rows.written(
        _KEEP, {"id": card_id, "token": token, "points": points, "now": now, "due": now + FRESH_FOR}
    )
    if kept is None:
        return  # written to, deleted or claimed anew while the provider was asked
    shopper_id, before, before_as_of = kept
    if before_as_of is None or before != points:
        linking.changed_points(shopper_id, points)
