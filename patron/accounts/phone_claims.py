"""Whose a phone number is: how numbers are compared, and that an active shopper's is nobody else's.

Source: 1-shopper, Profile; the unique column `Shopper.phone_claim` decides.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from django.db import IntegrityError
from django.utils.translation import gettext as _

from patron.accounts.models import PHONE_TAKEN, Shopper
from patron.accounts.verification import Ask
from patron.kernel import dynamic, phones, transactions
from patron.kernel.errors import Invalid


def e164(phone: str) -> str | None:
    """The number as it is compared; read in DEFAULT_PHONE_REGION when it names no country."""
    return phones.e164(phone, dynamic.get("DEFAULT_PHONE_REGION"))


def is_taken(number: str, shopper_id: int = 0) -> bool:
    """Whether an active shopper other than `shopper_id` has the number, while numbers must be unique."""
    if not dynamic.get("PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE"):
        return False
    return Shopper.objects.filter(phone_e164=number, is_active=True).exclude(pk=shopper_id).exists()


def unless_taken(ask: Ask) -> Ask:
    """What to start for a number: a decoy of it where it is taken and PREVENT_ENUMERATION is on. Raises Invalid."""
    if not is_taken(ask.phone, ask.shopper_id or 0):
        return ask
    if not dynamic.get("PREVENT_ENUMERATION"):
        raise taken()
    return replace(ask, is_decoy=True)


def claim_of(number: str | None) -> str | None:
    """What the unique column holds for a number: itself while numbers must be unique, else null."""
    return number if number and dynamic.get("PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE") else None


def taken() -> Invalid:
    """400 on `phone`."""
    return Invalid({"phone": [_("This phone number is already in use.")]})


@contextlib.contextmanager
def taken_is_told() -> Iterator[None]:
    """Whoever stores a number that another has got meanwhile is told as if it had been known. Raises Invalid."""
    try:
        yield
    except IntegrityError as error:
        if transactions.constraint_of(error) == PHONE_TAKEN:
            raise taken() from error
        raise
