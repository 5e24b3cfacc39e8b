"""An account of the provider becomes a shopper's card: the last step of every way to one.

Source: loyalty-card, Search for Existing Loyalty Account and Link; 3-loyalty, Card endpoints.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.accounts import phone_claims, profile
from patron.accounts.models import Shopper
from patron.gateways import loyalty_provider, outbox
from patron.gateways.loyalty_provider.contract import Account
from patron.kernel import clock, dynamic, events, jobs, transactions
from patron.kernel.errors import GatewayTrouble, Invalid, Refusal, Unauthenticated
from patron.loyalty.models import ACCOUNT_TAKEN, NUMBER_TAKEN, ONE_CARD, Farewell, LoyaltyCard

HAS_CARD: Final = "loyalty_100_1"
PHONE_UNPROVEN: Final = "loyalty_100_2"
UNPROVEN: Final = "loyalty_100_3"
PROVIDER_AWAY: Final = "loyalty_100_4"
OTHERS_CARD: Final = "loyalty_100_5"
NOT_ACCEPTED: Final = "loyalty_100_6"
TEXTS: Final = {
    HAS_CARD: _("A shopper can have one loyalty card only."),
    PHONE_UNPROVEN: _("Verify this phone number first."),
    UNPROVEN: _("Verify this e-mail address or phone number first."),
    PROVIDER_AWAY: _("The loyalty program cannot be reached now. Your card will be made as soon as it answers."),
    OTHERS_CARD: _("This loyalty card belongs to somebody else."),
    NOT_ACCEPTED: _("The loyalty program did not accept these data."),
}
# A claim of a minute that lies farther ahead was made before the sandbox's clock went back. Not less than that: of two
# who claim at once the slower has the older time.
FARTHEST: Final = timedelta(seconds=120)
PRIME_POINTS: Final = "loyalty.refresh_points"
COPIED: Final = (
    "first_name",
    "last_name",
    "phone",
    "gender",
    "date_of_birth",
    "email_allowed",
    "sms_allowed",
    "call_allowed",
)
_NEVER_NULL: Final = ("email_allowed", "sms_allowed", "date_of_birth")


def refusal(code: str) -> Refusal:
    """406 with one of the codes above."""
    return Refusal(code, TEXTS[code])


def search(shopper: Shopper, email: str, phone: str | None, born: Any) -> LoyaltyCard | None:
    """Link the account that the provider finds; None if it finds none.

    While LOYALTY_LINK_REQUIRES_PROOF is on, what is searched for and what is found must be proven the shopper's own.
    Raises Refusal (HAS_CARD, UNPROVEN, OTHERS_CARD), Refusal PROVIDER_AWAY when nobody can say.
    """
    if LoyaltyCard.objects.filter(shopper_id=shopper.pk).exists():
        raise refusal(HAS_CARD)
    if not is_own(shopper, email, phone):
        raise refusal(UNPROVEN)
    begun = clock.now()
    try:
        account = loyalty_provider.active().search(email, phone, born)
        if account is None:
            return None
        if not is_own(shopper, account.details.email, account.details.phone):
            raise refusal(UNPROVEN)
        return transactions.run(lambda: _link_found(shopper.pk, account, begun))
    except GatewayTrouble as trouble:
        raise Refusal(PROVIDER_AWAY, _("The loyalty program cannot be reached now. Please try again.")) from trouble


def is_own(shopper: Shopper, email: str | None, phone: str | None, proven_phone: str = "") -> bool:
    """Whether one of them is a proven address of the shopper, or no proof is asked for.

    `proven_phone`: a number (E.164) that a code has just proven.
    """
    if not dynamic.get("LOYALTY_LINK_REQUIRES_PROOF"):
        return True
    if email and shopper.email_verified_at and email.lower() == shopper.email.lower():
        return True
    number = phone_claims.e164(phone) if phone else None
    own = {proven_phone, shopper.phone_e164 if shopper.phone_verified_at else None} - {"", None}
    return number in own


def link(shopper: Shopper, account: Account, begun: datetime) -> LoyaltyCard:
    """Make the card of a locked shopper. Joins the caller's transaction; the provider is not asked here.

    `begun`: a moment before the provider named the account.
    Raises Refusal (HAS_CARD, OTHERS_CARD), GatewayTrouble while the account is being closed.
    """
    _withdraw_farewell(account.account_number, begun)
    now = clock.now()
    card = LoyaltyCard(
        shopper=shopper,
        number=account.number,
        account_number=account.account_number,
        details=plain(account.details),
        created_date=now,
        modified_date=now,
        points_due_at=now,
    )
    try:
        transactions.run(lambda: card.save(force_insert=True))
    except IntegrityError as error:
        broken = transactions.constraint_of(error)
        if broken == ONE_CARD:
            raise refusal(HAS_CARD) from error
        if broken in (NUMBER_TAKEN, ACCOUNT_TAKEN):
            raise refusal(OTHERS_CARD) from error
        raise
    jobs.put(PRIME_POINTS, queue=outbox.MESSAGES, priority=0, card_id=card.pk)
    return card


def copy(
    shopper: Shopper, data: Mapping[str, Any], marks: Mapping[str, Any], *, proven: str | None, by_code: bool = False
) -> None:
    """Write `marks` to a locked shopper, and `data` as well while the provider's setting `is_sync` is on.

    A phone only if it is the `proven` one and nobody else's; a permission only if it was stated.
    """
    copied = {name: data[name] for name in COPIED if name in data} if loyalty_provider.is_sync() else {}
    copied = {name: value for name, value in copied.items() if value is not None or name not in _NEVER_NULL}
    try:
        transactions.run(lambda: profile.note(shopper, copied, marks, proven=proven, by_code=by_code))
    except Invalid:  # taken by another shopper since it was proven: the card is made all the same
        fresh = profile.lock(shopper.pk)
        if fresh is None:
            raise Unauthenticated("Authentication credentials were not provided.") from None
        copied.pop("phone", None)
        profile.note(fresh, copied, marks, proven=None)


def plain(details: Any) -> dict[str, Any]:
    """The provider's details as they are stored."""
    stored: dict[str, Any] = msgspec.to_builtins(details)
    return stored


def changed_points(shopper_id: int, points: Any) -> None:
    """Tell the other rooms. Joins the caller's transaction."""
    told = None if points is None else str(points)
    events.put("loyalty.changed", shopper_id=shopper_id, points=told, as_of=clock.iso(clock.now()))


def _link_found(shopper_id: int, account: Account, begun: datetime) -> LoyaltyCard:
    shopper = profile.lock(shopper_id)
    if shopper is None:
        raise Unauthenticated("Authentication credentials were not provided.")
    card = link(shopper, account, begun)
    copy(shopper, {}, {"has_loyalty": True}, proven=None)
    return card


def _withdraw_farewell(account_number: str, begun: datetime) -> None:
    """The account is wanted again: nobody need close it, unless somebody has begun to.

    Raises GatewayTrouble where it is being closed, or was closed after the provider named it.
    """
    waiting = Farewell.objects.select_for_update().filter(account_number=account_number, state=Farewell.State.WAITING)
    for farewell in waiting:
        if farewell.tries:
            raise GatewayTrouble("the account is being closed", permanent=False)
        Farewell.objects.filter(pk=farewell.pk).update(state=Farewell.State.WITHDRAWN, finished_at=clock.now())
    told = Farewell.objects.filter(account_number=account_number, state=Farewell.State.TOLD, finished_at__gte=begun)
    if told.exists():
        raise GatewayTrouble("the account was closed meanwhile", permanent=False)
