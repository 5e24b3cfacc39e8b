"""A shopper changes what the loyalty provider holds of them: kept here at once, told to the provider after commit.

Several changes in a row are told as the last one: the card holds the details and one key for what is not told yet.
Source: loyalty-card, Update Loyalty Card Information, Get Current Loyalty Card Info for Update.
"""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec
import structlog
from django.db.models import Case, F, Value, When

from patron.accounts import phone_claims, profile
from patron.accounts.models import Shopper
from patron.gateways import loyalty_provider, outbox
from patron.gateways.loyalty_provider.contract import Changes
from patron.kernel import clock, jobs, rows, transactions
from patron.kernel.errors import GatewayTrouble, NotFound
from patron.loyalty import linking
from patron.loyalty.linking import FARTHEST
from patron.loyalty.models import LoyaltyCard

TELL: Final = "loyalty.tell_change"
CLAIM_FOR: Final = timedelta(seconds=60)
SHOWN: Final = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "gender",
    "date_of_birth",
    "email_allowed",
    "sms_allowed",
    "call_allowed",
)
_log = structlog.get_logger("patron.loyalty")
_CLAIM: Final = """
UPDATE loyalty_loyaltycard SET change_claimed_until = %(until)s
WHERE id = %(id)s AND change_key IS NOT NULL AND (change_claimed_until IS NULL
    OR change_claimed_until <= %(now)s OR change_claimed_until > %(latest)s)
RETURNING id"""


def details(shopper_id: int) -> dict[str, Any]:
    """What the provider holds of the shopper, or is about to; while it cannot say, what it held last.

    Raises NotFound without a card.
    """
    card = LoyaltyCard.objects.filter(shopper_id=shopper_id).first()
    if card is None:
        raise NotFound
    known = card.details
    if card.change_key is None:
        try:
            known = linking.plain(loyalty_provider.active().get(card.account_number).details)
        except GatewayTrouble as trouble:
            _log.warning("details_not_read", card=card.pk, reason=trouble.reason)
    return {name: known.get(name) for name in SHOWN}


def change(shopper_id: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a validated request and return what is held now. Raises NotFound, Invalid for a taken phone."""
    return transactions.run(lambda: _change(shopper_id, data))


def follow_profile(shopper: Shopper, data: Mapping[str, Any]) -> None:
    """The profile was changed in the transaction at hand: so are the details of the card, if there is one."""
    card = LoyaltyCard.objects.select_for_update().filter(shopper_id=shopper.pk).first()
    if card is not None:
        tell_later(card, {name: data[name] for name in linking.COPIED if name in data})


def tell_later(card: LoyaltyCard, stated: Mapping[str, Any]) -> None:
    """Write new details to a locked card and put the job that tells of them. Points are asked for anew."""
    now = clock.now()
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in stated.items()}
    if "gender" in plain:
        plain["gender"] = plain["gender"] or "unknown"
    card.details = card.details | plain
    card.change_key, card.change_trouble = uuid.uuid4(), ""
    card.modified_date = card.points_due_at = now
    card.refresh_token = card.refresh_until = None  # an answer that is on its way is older than this
    card.save(
        update_fields=[
            "details",
            "change_key",
            "change_trouble",
            "modified_date",
            "points_due_at",
            "refresh_token",
            "refresh_until",
        ]
    )
    jobs.put(TELL, queue=outbox.MESSAGES, priority=0, card_id=card.pk)


def tell(card_id: int) -> bool:
    """Tell the provider the details of one card; whether it was told now.

    Raises GatewayTrouble when a later try can help, as when somebody else is telling it older ones.
    """
    now = clock.now()
    if rows.written(_CLAIM, {"id": card_id, "now": now, "until": now + CLAIM_FOR, "latest": now + FARTHEST}) is None:
        if LoyaltyCard.objects.filter(pk=card_id, change_key__isnull=False).exists():
            raise GatewayTrouble("an older change is being told", permanent=False)
        return False
    card = LoyaltyCard.objects.get(pk=card_id)
    try:
        loyalty_provider.active().change(
            card.account_number, msgspec.convert(card.details, Changes), str(card.change_key)
        )
    except GatewayTrouble as trouble:
        _log.warning("change_not_told", card=card_id, reason=trouble.reason)
        _told(card, trouble.reason, is_over=trouble.permanent)
        if not trouble.permanent:
            raise
        return False
    _told(card, "", is_over=True)
    return True


def _change(shopper_id: int, data: Mapping[str, Any]) -> dict[str, Any]:
    shopper = profile.lock(shopper_id)
    card = LoyaltyCard.objects.select_for_update().filter(shopper_id=shopper_id).first()
    if shopper is None or card is None:
        raise NotFound
    number = phone_claims.e164(data["phone"])
    if number and phone_claims.is_taken(number, shopper_id):
        raise phone_claims.taken()
    tell_later(card, data)
    # no code goes with this request, so a phone that is new is the card's alone
    verified = shopper.phone_e164 if shopper.phone_verified_at else None
    if loyalty_provider.is_sync():
        linking.copy(shopper, data, {}, proven=verified)
    return {name: card.details.get(name) for name in SHOWN}


def _told(card: LoyaltyCard, trouble: str, *, is_over: bool) -> None:
    """Note how it went. A key that is another by now belongs to newer details, which have a job of their own."""
    key = (
        Case(When(change_key=card.change_key, then=Value(None)), default=F("change_key"))
        if is_over
        else F("change_key")
    )
    LoyaltyCard.objects.filter(pk=card.pk).update(
        change_key=key, change_claimed_until=None, change_trouble=trouble[:200]
    )
