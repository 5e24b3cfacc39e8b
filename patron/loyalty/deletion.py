"""A shopper deletes the card: it is gone here at once, and the provider is told until it has heard.

Source: loyalty-card, Delete Loyalty Card; 3-loyalty, Card endpoints.
"""

import uuid
from datetime import timedelta
from typing import Any, Final

import structlog

from patron.accounts import profile
from patron.gateways import loyalty_provider, outbox
from patron.kernel import clock, dynamic, jobs, rows, transactions
from patron.kernel.errors import GatewayTrouble, NotFound
from patron.loyalty import linking
from patron.loyalty.linking import FARTHEST
from patron.loyalty.models import Farewell, LoyaltyCard

TELL: Final = "loyalty.tell_farewell"
CLAIM_FOR: Final = timedelta(seconds=60)
_State = Farewell.State
_log = structlog.get_logger("patron.loyalty")
_CLAIM: Final = """
UPDATE loyalty_farewell SET claimed_until = %(until)s, tries = tries + 1
WHERE id = %(id)s AND state = 'waiting'
    AND (claimed_until IS NULL OR claimed_until <= %(now)s OR claimed_until > %(latest)s)
RETURNING account_number, key"""


def delete(shopper_id: int) -> None:
    """Take the card away. Raises NotFound without one."""
    transactions.run(lambda: _delete(shopper_id))


def person_erased(event: str, payload: dict[str, Any]) -> None:
    """The shopper was anonymized: so is the account of their card."""

    def work() -> None:
        card = LoyaltyCard.objects.select_for_update().filter(shopper_id=payload["shopper_id"]).first()
        if card is not None:
            say_farewell(card.shopper_id, card.account_number)
            card.delete()

    transactions.run(work)


def say_farewell(shopper_id: int, account_number: str) -> None:
    """Let the provider close an account once the transaction at hand commits."""
    farewell = Farewell.objects.create(
        shopper_id=shopper_id, account_number=account_number, key=uuid.uuid4(), asked_at=clock.now()
    )
    jobs.put(TELL, queue=outbox.MESSAGES, priority=0, farewell_id=farewell.pk)


def tell(farewell_id: int) -> bool:
    """Tell the provider of one closing; whether it was told now. Raises GatewayTrouble when a later try can help."""
    now = clock.now()
    # a closing that was claimed once may have been heard, so from here on it cannot be withdrawn
    claimed = rows.written(_CLAIM, {"id": farewell_id, "now": now, "until": now + CLAIM_FOR, "latest": now + FARTHEST})
    if claimed is None:
        return False
    account_number, key = claimed
    try:
        loyalty_provider.active().delete(account_number, str(key))
    except GatewayTrouble as trouble:
        state = _State.REFUSED if trouble.permanent else _State.WAITING
        _note(farewell_id, state, trouble.reason)
        _log.warning("farewell_not_told", farewell=farewell_id, reason=trouble.reason)
        if trouble.permanent:
            return False
        raise
    _note(farewell_id, _State.TOLD, "")
    return True


def _delete(shopper_id: int) -> None:
    shopper = profile.lock(shopper_id)
    card = LoyaltyCard.objects.select_for_update().filter(shopper_id=shopper_id).first()
    if shopper is None or card is None:
        raise NotFound
    say_farewell(shopper_id, card.account_number)
    card.delete()
    linking.changed_points(shopper_id, None)
    if dynamic.get("LOYALTY_CLEAR_FLAG_ON_DELETE"):
        profile.note(shopper, {}, {"has_loyalty": False}, proven=None)


def _note(farewell_id: int, state: str, trouble: str) -> None:
    finished = None if state == _State.WAITING else clock.now()
    Farewell.objects.filter(pk=farewell_id).update(
        state=state, trouble=trouble[:200], claimed_until=None, finished_at=finished
    )
