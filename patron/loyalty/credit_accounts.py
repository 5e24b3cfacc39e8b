"""A credit account as another system wants it: made, or brought to the balance that it tells.

Source: 3-loyalty, `POST /api/v1/remote/{channel}/loyalty_account/`. Decision: the call may be repeated, so what is
there already is brought to what is told, and a difference of the balance is a transaction like any other.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.kernel import clock, transactions
from patron.kernel.errors import Invalid
from patron.loyalty import credit
from patron.loyalty.credit import Reason, Type
from patron.loyalty.models_credit import CREDIT_NUMBER_TAKEN, ONE_PURSE, OVERDRAWN, CreditAccount

NOBODY: Final = _("There is no such shopper.")
ANOTHER: Final = _("This e-mail address is another shopper's.")
NUMBER_TAKEN_TEXT: Final = _("There is a credit account with this number already.")
NUMBER_STAYS: Final = _("The number of an account cannot be changed.")
BELOW_ZERO: Final = _("The balance is below zero and the account may not be overdrawn.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is told of an account. `number`, `balance`, `debit_allowed`: None leaves what is there, or the default."""

    shopper_id: int
    currency: str
    number: str | None = None
    balance: Decimal | None = None
    debit_allowed: bool | None = None


def shopper_of(shopper_id: int | None, email: str | None) -> int:
    """The active shopper of that id, or e-mail in any letter case, or both. Raises Invalid by field."""
    found = Shopper.objects.filter(is_active=True).only("id", "email")
    by_email = found.filter(email__iexact=email).first() if email else None
    if email and by_email is None:
        raise Invalid({"user_email": [NOBODY]})
    if shopper_id is None and by_email is not None:
        return by_email.pk
    by_id = None if shopper_id is None else found.filter(pk=shopper_id).first()
    if by_id is None:
        raise Invalid({"user": [NOBODY]})
    if by_email is not None and by_email.pk != by_id.pk:
        raise Invalid({"user_email": [ANOTHER]})
    return by_id.pk


def put(wish: Wish, *, channel_id: int, staff_id: int) -> tuple[CreditAccount, bool]:
    """Make the account or bring it to what is wished; and whether it is new. Raises Invalid by field."""
    try:
        return transactions.run(lambda: _put(wish, channel_id, staff_id))
    except IntegrityError as error:
        broken = transactions.constraint_of(error)
        if broken == OVERDRAWN:
            raise Invalid({"balance": [BELOW_ZERO]}) from error
        if broken == CREDIT_NUMBER_TAKEN:
            raise Invalid({"number": [NUMBER_TAKEN_TEXT]}) from error
        raise


def _put(wish: Wish, channel_id: int, staff_id: int) -> tuple[CreditAccount, bool]:
    account, is_new = _account(wish)
    if wish.number is not None and wish.number != account.number:
        raise Invalid({"number": [NUMBER_STAYS]})
    difference = Decimal(0) if wish.balance is None else wish.balance - account.balance
    if wish.debit_allowed:
        _allow(account, True)
    if difference:
        kind = Type.LOAD if is_new else Type.ADJUSTMENT
        credit.write(account, difference, Reason(kind, channel_id=channel_id, staff_id=staff_id))
    if wish.debit_allowed is False:
        _allow(account, False)
    account.refresh_from_db()
    return account, is_new


def _account(wish: Wish) -> tuple[CreditAccount, bool]:
    """The account, locked, so that a debit in between is not lost in the difference."""
    now = clock.now()
    fresh = CreditAccount(
        number=wish.number or credit.new_number(),
        shopper_id=wish.shopper_id,
        currency=wish.currency,
        created_at=now,
        modified_at=now,
    )
    locked = CreditAccount.objects.select_for_update().filter(shopper_id=wish.shopper_id, currency=wish.currency)
    found = locked.first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError as error:
        found = locked.first()
        if transactions.constraint_of(error) not in (ONE_PURSE, CREDIT_NUMBER_TAKEN) or found is None:
            raise
        return found, False  # somebody was quicker
    return fresh, True


def _allow(account: CreditAccount, is_allowed: bool) -> None:
    CreditAccount.objects.filter(pk=account.pk).exclude(debit_allowed=is_allowed).update(
        debit_allowed=is_allowed, modified_at=clock.now()
    )
