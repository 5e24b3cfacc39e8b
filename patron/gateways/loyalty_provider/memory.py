"""A loyalty provider that lives in the process, for tests and for reading what the contract asks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Lock
from typing import TypeVar, cast

import msgspec

from patron.gateways.loyalty_provider.contract import Account, AccountExists, Changes, Details, UnknownAccount
from patron.kernel.errors import GatewayTrouble

T = TypeVar("T")


@dataclass
class MemoryProvider:
    """Keeps every promise of the contract until the process ends.

    `trouble`: raised by every call while it is set. `balances`: points by account number. `calls`: how many calls of
    each name were made, those in trouble included.
    """

    trouble: GatewayTrouble | None = None
    balances: dict[str, Decimal] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    accounts: dict[str, Account] = field(default_factory=dict)
    _done: dict[str, object] = field(default_factory=dict)
    _opened: int = 0
    _lock: Lock = field(default_factory=Lock)

    def search(self, email: str, phone: str | None = None, date_of_birth: date | None = None) -> Account | None:
        """See the contract."""
        with self._call("search"):
            for account in self.accounts.values():
                details = account.details
                if (
                    _email(details.email) == _email(email)
                    and (phone is None or _phone(details.phone) == _phone(phone))
                    and (date_of_birth is None or details.date_of_birth == date_of_birth)
                ):
                    return account
            return None

    def create(self, details: Details, key: str) -> Account:
        """See the contract."""
        with self._call("create"):
            return self._once(key, lambda: self._open(details))

    def get(self, account_number: str) -> Account:
        """See the contract."""
        with self._call("get"):
            return self._known(account_number)

    def change(self, account_number: str, changes: Changes, key: str) -> Account:
        """See the contract."""

        def change() -> Account:
            account = self._known(account_number)
            details = msgspec.structs.replace(account.details, **dict(changes.items()))
            self._refuse_taken(details, account_number)
            self.accounts[account_number] = msgspec.structs.replace(account, details=details)
            return self.accounts[account_number]

        with self._call("change"):
            return self._once(key, change)

    def points(self, account_number: str) -> Decimal:
        """See the contract."""
        with self._call("points"):
            self._known(account_number)
            return self.balances[account_number]

    def delete(self, account_number: str, key: str) -> None:
        """See the contract."""
        with self._call("delete"):
            self._once(key, lambda: self.accounts.pop(account_number, None))

    def _call(self, name: str) -> Lock:
        self.calls[name] += 1
        if self.trouble is not None:
            raise self.trouble
        return self._lock

    def _once(self, key: str, write: Callable[[], T]) -> T:
        if key not in self._done:
            self._done[key] = write()
        return cast(T, self._done[key])

    def _open(self, details: Details) -> Account:
        self._refuse_taken(details, "")
        self._opened += 1
        account = Account(number=details.phone, account_number=str(3839200 + self._opened), details=details)
        self.accounts[account.account_number] = account
        self.balances[account.account_number] = Decimal("0.00")
        return account

    def _known(self, account_number: str) -> Account:
        if account_number not in self.accounts:
            raise UnknownAccount
        return self.accounts[account_number]

    def _refuse_taken(self, details: Details, account_number: str) -> None:
        for other in self.accounts.values():
            is_same = _email(other.details.email) == _email(details.email)
            if other.account_number != account_number and (
                is_same or _phone(other.details.phone) == _phone(details.phone)
            ):
                raise AccountExists


def _email(text: str) -> str:
    return text.strip().lower()


def _phone(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())  # an Arabic digit is a digit
