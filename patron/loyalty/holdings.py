"""Which columns of this room hold personal data; see `kernel.personal_data`."""

import secrets

from patron.kernel.personal_data import Holding, hold
from patron.loyalty.models import Enrolment, Farewell, LoyaltyCard


def declare() -> None:
    """Called when the room is ready."""
    hold(_card())
    hold(_enrolment())
    hold(_farewell())


def nameless() -> str:
    """A card number that is nobody's, since the provider's may be a phone."""
    return f"anonymized-{secrets.token_hex(16)}"


def _card() -> Holding:
    # The row itself goes when the provider's account is closed, for which its number is needed; see `deletion`.
    shown = {"number", "account_number", "details", "created_date", "modified_date", "points", "points_as_of"}
    inner = {
        "id",
        "shopper_id",
        "points_due_at",
        "refresh_token",
        "refresh_until",
        "is_in_trouble",
        "change_key",
        "change_claimed_until",
        "change_trouble",
        "checked_at",
    }
    erased = {"number": nameless, "details": dict, "points": None, "change_key": None}
    return Holding(
        model=LoyaltyCard,
        owner="shopper_id",
        exported=frozenset(shown),
        withheld=frozenset(inner),
        erased=erased,
        kept=frozenset((shown | inner) - set(erased)),
    )


def _enrolment() -> Holding:
    shown = {"state", "source", "details", "wish", "proven_phone", "by_code", "account_number", "opened_at"}
    shown |= {"finished_at"}
    inner = {"id", "shopper_id", "key", "is_new", "claimed_until", "tries", "trouble"}
    erased = {"details": dict, "wish": None, "proven_phone": ""}
    return Holding(
        model=Enrolment,
        owner="shopper_id",
        exported=frozenset(shown),
        withheld=frozenset(inner),
        erased=erased,
        kept=frozenset((shown | inner) - set(erased)),
    )


def _farewell() -> Holding:
    shown = {"account_number", "state", "asked_at", "finished_at"}
    inner = {"id", "shopper_id", "key", "tries", "claimed_until", "trouble"}
    return Holding(
        model=Farewell,
        owner="shopper_id",
        exported=frozenset(shown),
        withheld=frozenset(inner),
        erased={},
        kept=frozenset(shown | inner),
    )
