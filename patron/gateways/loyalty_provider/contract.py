"""What a loyalty provider does, whoever stands behind it. The same over HTTP: `docs/loyalty-provider.md`."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from patron.kernel.errors import GatewayTrouble

MOST_POINTS: Final = 10**12
LONGEST_KEY: Final = 255
Gender = Literal["male", "female", "unknown"]


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """Who a member is and what they allow. `phone` as the shopper gave it; None: never asked."""

    first_name: str
    last_name: str
    email: str
    phone: str
    gender: Gender
    date_of_birth: date | None = None
    email_allowed: bool | None = None
    sms_allowed: bool | None = None
    call_allowed: bool | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """New values for some of a member's Details; what is UNSET stays as it is."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    date_of_birth: date | UnsetType | None = UNSET
    email_allowed: bool | UnsetType | None = UNSET
    sms_allowed: bool | UnsetType | None = UNSET
    call_allowed: bool | UnsetType | None = UNSET

    def items(self) -> Iterator[tuple[str, str | bool | date | None]]:
        """What changes, by name."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not UNSET:
                yield name, value


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A member's account. `number`: what is printed on the card. `account_number`: what the provider is asked by."""

    number: str
    account_number: str
    details: Details


class UnknownAccount(GatewayTrouble):
    """The provider holds no account of that number (any more)."""

    def __init__(self) -> None:
        super().__init__("no such account", permanent=True)


class AccountExists(GatewayTrouble):
    """The e-mail or phone belongs to another account; `search` may find it."""

    def __init__(self) -> None:
        super().__init__("the account exists", permanent=True)


class LoyaltyProvider(Protocol):
    """An adapter. One instance is used by many threads. Each call raises GatewayTrouble and nothing else.

    `key`: names one wish, in 1 to 255 printable ASCII characters. A write that is sent again with the same key, because
    nobody knows what became of the first, is done once and answered as the first was.
    Never called inside a transaction: a call takes seconds.
    """

    def search(self, email: str, phone: str | None = None, date_of_birth: date | None = None) -> Account | None:
        """The account that has all of these; letter case of the e-mail and spelling of the phone aside."""

    def create(self, details: Details, key: str) -> Account:
        """Open an account. Raises AccountExists."""

    def get(self, account_number: str) -> Account:
        """The account as the provider knows it. Raises UnknownAccount."""

    def change(self, account_number: str, changes: Changes, key: str) -> Account:
        """Change some details and return the whole account. Raises UnknownAccount, AccountExists."""

    def points(self, account_number: str) -> Decimal:
        """Points to spend, from 0 to MOST_POINTS, with at most two decimals. Raises UnknownAccount."""

    def delete(self, account_number: str, key: str) -> None:
        """Close the account; one that is already gone is closed."""
