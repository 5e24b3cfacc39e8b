"""Store credit moves: loaded, spent, given back, set right.

Source: 3-loyalty, Store credit. Every movement is one transaction of two entries; see `models_credit`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from patron.kernel import clock, events, transactions
from patron.kernel.errors import Invalid, Refusal
from patron.loyalty.models_credit import KEY_USED, OVERDRAWN, CreditAccount, CreditEntry, CreditTransaction

NOT_ENOUGH: Final = "loyalty_100_7"
NOT_ENOUGH_TEXT: Final = _("There is not enough store credit.")
KEY_TEXT: Final = _("This key was used for another movement.")
MOVED: Final = "loyalty.credit_moved"
MOST: Final = Decimal(10) ** 12
Type = CreditTransaction.Type


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an amount moves. `key`: names the movement, so that it is made once; `order`: the order's number."""

    type: CreditTransaction.Type
    order: str | None = None
    key: str | None = None
    channel_id: int | None = None
    staff_id: int | None = None


def move(account_id: int, amount: Decimal, reason: Reason) -> CreditTransaction:
    """Give a shopper's account `amount`, or take it where that is negative.

    Of parallel debits only as many are granted as the balance covers. A key that was used is answered with what was
    done then. Raises Refusal loyalty_100_7, Invalid on `key`, ValueError for no amount or one beyond MOST.
    """
    if not 0 < abs(amount) < MOST or amount != round(amount, 2):
        raise ValueError("an amount is not zero and has two decimals at most")
    try:
        return transactions.run(
            lambda: write(CreditAccount.objects.exclude(shopper=None).get(pk=account_id), amount, reason)
        )
    except IntegrityError as error:
        if transactions.constraint_of(error) != OVERDRAWN:
            raise
        raise Refusal(NOT_ENOUGH, NOT_ENOUGH_TEXT) from error


def purse(shopper_id: int, currency: str) -> CreditAccount:
    """The shopper's account in that currency, opened when there is none yet."""
    fields: dict[str, Any] = {"number": new_number(), "created_at": clock.now(), "modified_at": clock.now()}
    return CreditAccount.objects.get_or_create(shopper_id=shopper_id, currency=currency, defaults=fields)[0]


def new_number() -> str:
    """A number for an account that nobody gave one."""
    return f"SC-{uuid4().hex[:20].upper()}"


def write(account: CreditAccount, amount: Decimal, reason: Reason) -> CreditTransaction:
    """As `move`, in the caller's transaction. Raises IntegrityError of OVERDRAWN, Invalid on `key`."""
    now = clock.now()
    made = _written(reason, now)
    if made is None:
        return _done_before(account.pk, amount, reason)
    sides = ((account, amount), (_source(account.currency, now), -amount))
    CreditEntry.objects.bulk_create(
        CreditEntry(transaction=made, account=side, amount=part, created_at=now) for side, part in sides
    )
    events.put(MOVED, shopper_id=account.shopper_id, transaction_id=made.pk)
    return made


def _written(reason: Reason, now: datetime) -> CreditTransaction | None:
    made = CreditTransaction(
        uuid=uuid4(),
        transaction_type=reason.type,
        order=reason.order,
        key=reason.key,
        channel_id=reason.channel_id,
        staff_id=reason.staff_id,
        created_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if transactions.constraint_of(error) != KEY_USED:
            raise
        return None
    return made


def _done_before(account_id: int, amount: Decimal, reason: Reason) -> CreditTransaction:
    done = CreditTransaction.objects.get(key=reason.key)
    if not done.entries.filter(account_id=account_id, amount=amount).exists():
        raise Invalid({"key": [KEY_TEXT]})
    return done


def _source(currency: str, now: datetime) -> CreditAccount:
    fields: dict[str, Any] = {
        "number": f"SHOP-{currency.upper()}",
        "debit_allowed": True,
        "created_at": now,
        "modified_at": now,
    }
    return CreditAccount.objects.get_or_create(shopper=None, currency=currency, defaults=fields)[0]
