"""What the simulated provider does with its members."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from patron.gateways.loyalty_provider import protocol
from patron.gateways.loyalty_provider.contract import Changes, Details
from patron.kernel import clock, rows, transactions
from patron.sandbox.models_simulator import EMAIL_HELD, NUMBER_HELD, PHONE_HELD, SimulatedAccount
from patron.sandbox.simulator import switches

WELCOME_POINTS: Final = Decimal(150)
FIRST_NUMBER: Final = 3839200
_PRINTABLE: Final = re.compile(r"[!-~]([ -~]{0,58}[!-~])?")  # what the protocol allows on a card
_ACCOUNT_NUMBER: Final = "SELECT nextval(pg_get_serial_sequence('sandbox_simulatedaccount', 'id'))"


class Refused(Exception):
    """The provider's no. `field`: what of the body is wrong, if that is it."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.error = protocol.Error(code, field, message)


def not_found() -> Refused:
    """No open account has that number."""
    return Refused(404, protocol.NOT_FOUND, "There is no such account.")


def search(email: str, phone: str | None, date_of_birth: date | None) -> SimulatedAccount:
    """The oldest open account that has all of these. Raises Refused."""
    found = _open().filter(email_key=_email_key(email))
    if phone is not None:
        found = found.filter(phone_key=_phone_key(phone))
    if date_of_birth is not None:
        found = found.filter(date_of_birth=date_of_birth)
    account = found.order_by("id").first()
    if account is None:
        raise not_found()
    return _counted(account.account_number)


def create(details: Details) -> SimulatedAccount:
    """Open an account, a second one for the same person where the switch says so. Raises Refused."""
    row = rows.one(_ACCOUNT_NUMBER, ())
    key = row[0] if row else 0
    fields: dict[str, Any] = {
        "id": key,
        "account_number": str(FIRST_NUMBER + key),
        "number": details.phone if _PRINTABLE.fullmatch(details.phone) else str(FIRST_NUMBER + key),
        "points": WELCOME_POINTS,
        "calls": 1,
        "created_date": clock.now(),
        **_columns(msgspec.structs.asdict(details)),
    }
    taken = _inserted(fields)
    if taken == NUMBER_HELD:  # printed on the card of a member whose phone is another by now
        taken = _inserted(fields := fields | {"number": fields["account_number"]})
    if taken and not switches.now().duplicates:
        raise _exists(taken)
    if taken:
        _inserted(fields | {"is_duplicate": True})
    return SimulatedAccount.objects.get(pk=key)


def get(account_number: str) -> SimulatedAccount:
    """The account of that number. Raises Refused."""
    return _counted(account_number)


def points(account_number: str) -> Decimal:
    """Its points. Raises Refused."""
    return _counted(account_number, points_calls=F("points_calls") + 1).points


def change(account_number: str, changes: Changes) -> SimulatedAccount:
    """Change some of its details. Raises Refused."""
    try:
        with transaction.atomic():
            return _counted(account_number, **_columns(dict(changes.items())))
    except IntegrityError as error:
        taken = transactions.constraint_of(error)
        if taken not in (EMAIL_HELD, PHONE_HELD):
            raise
        raise _exists(taken) from error


def close(account_number: str) -> None:
    """Close the account and forget whose it was; its number never comes back. Raises Refused."""
    texts = ("first_name", "last_name", "email", "email_key", "phone", "phone_key")
    choices = ("date_of_birth", "email_allowed", "sms_allowed", "call_allowed")
    forgotten = dict.fromkeys(texts, "") | dict.fromkeys(choices) | {"gender": "unknown", "number": account_number}
    _counted(account_number, closed_date=clock.now(), **forgotten)


def put_points(account_number: str, amount: Decimal) -> bool:
    """Give the account these points, as its owner's shopping would; whether there is such an account."""
    return bool(_open().filter(account_number=account_number).update(points=amount))


def _counted(account_number: str, **changed: Any) -> SimulatedAccount:
    row = _open().filter(account_number=account_number)
    if not row.update(calls=F("calls") + 1, **changed):
        raise not_found()
    return SimulatedAccount.objects.get(account_number=account_number)


def _inserted(fields: dict[str, Any]) -> str | None:
    """None, or the constraint that stands against it."""
    try:
        with transaction.atomic():
            SimulatedAccount(**fields).save(force_insert=True)
    except IntegrityError as error:
        taken = transactions.constraint_of(error)
        if taken not in (EMAIL_HELD, PHONE_HELD, NUMBER_HELD):
            raise
        return taken
    return None


def _exists(constraint: str | None) -> Refused:
    field = "email" if constraint == EMAIL_HELD else "phone"
    return Refused(409, protocol.EXISTS, "Another account has it.", field)


def _open() -> QuerySet[SimulatedAccount]:
    return SimulatedAccount.objects.using(connection.alias).filter(closed_date=None)


def _columns(details: dict[str, Any]) -> dict[str, Any]:
    columns = dict(details)
    if "email" in columns:
        columns["email_key"] = _email_key(columns["email"])
    if "phone" in columns:
        columns["phone_key"] = _phone_key(columns["phone"])
    return columns


def _email_key(email: str) -> str:
    return email.strip().lower()


def _phone_key(phone: str) -> str:
    return "".join(str(int(char)) for char in phone if char.isdecimal())  # an Arabic digit is a digit
