"""The words of the published protocol (`docs/loyalty-provider.openapi.yaml`) and the strict reading of its answers."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from patron.gateways.loyalty_provider.contract import (
    MOST_POINTS,
    Account,
    AccountExists,
    Changes,
    Details,
    Gender,
    UnknownAccount,
)
from patron.kernel.errors import GatewayTrouble

API_VERSION: Final = "1"
REQUEST_ID: Final = "x-request-id"
VERSION: Final = "x-api-version"
KEY: Final = "Idempotency-Key"
# Codes of `{"errors": [{"code", "field", "message"}]}` that a caller decides by.
NOT_FOUND: Final = "account_not_found"
EXISTS: Final = "account_exists"
KEY_BUSY: Final = "key_in_use"
KEY_REUSED: Final = "key_reused"
LONGEST_NUMBER: Final = 60
LONGEST_ACCOUNT_NUMBER: Final = 64

_Text = Annotated[str, Meta(max_length=254, pattern=r"^[^\x00]*$")]
# It starts with a letter or digit, so that no account number means another address.
_AccountNumber = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
_Number = Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,58}[!-~])?\Z")]
T = TypeVar("T")


class Search(msgspec.Struct, omit_defaults=True):
    """Body of `POST /accounts/search`."""

    email: str
    phone: str | UnsetType = UNSET
    date_of_birth: date | UnsetType = UNSET


class Created(msgspec.Struct):
    """Body of the 201 of `POST /accounts`."""

    number: _Number
    account_number: _AccountNumber


class Member(Created):
    """An account as it is answered. Members of a shop's till may lack what the web asks for."""

    first_name: _Text
    last_name: _Text
    email: _Text
    phone: _Text | None = None
    gender: Literal["male", "female", "unknown"] | None = None
    date_of_birth: date | None = None
    email_allowed: bool | None = None
    sms_allowed: bool | None = None
    call_allowed: bool | None = None


class Points(msgspec.Struct):
    """Body of `GET /accounts/{account_number}/points`."""

    points: Annotated[int, Meta(ge=0, le=MOST_POINTS)] | Annotated[float, Meta(ge=0, le=MOST_POINTS)]


class Error(msgspec.Struct):
    """One of the `errors` of a refusal."""

    code: str
    field: str | None = None
    message: str | None = None


class Errors(msgspec.Struct):
    """Body of every refusal."""

    errors: list[Error]


def body_of(wish: Search | Details | Changes) -> bytes:
    """What is sent."""
    return msgspec.json.encode(wish)


def read_account(body: bytes) -> Account:
    """An account from a 200. Raises GatewayTrouble."""
    member = _shaped(body, Member)
    details = Details(
        first_name=member.first_name,
        last_name=member.last_name,
        email=member.email,
        phone=member.phone or "",
        gender=_gender(member.gender),
        date_of_birth=member.date_of_birth,
        email_allowed=member.email_allowed,
        sms_allowed=member.sms_allowed,
        call_allowed=member.call_allowed,
    )
    return Account(number=member.number, account_number=member.account_number, details=details)


def read_created(details: Details) -> Callable[[bytes], Account]:
    """An account from a 201, which repeats nothing of what was sent. Raises GatewayTrouble."""

    def read(body: bytes) -> Account:
        created = _shaped(body, Created)
        return Account(number=created.number, account_number=created.account_number, details=details)

    return read


def read_points(body: bytes) -> Decimal:
    """Points from a 200; decimals beyond the second are cut off. Raises GatewayTrouble."""
    return Decimal(str(_shaped(body, Points).points)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def refusal(status: int, body: bytes, reason: str) -> GatewayTrouble:
    """What a status other than success means.

    404 and 409 count only with their published code: a wrong address answers 404 as well. 401 and 403 speak of the
    credentials, which an operator can mend, so they are not for good.
    """
    codes = _codes(body)
    if status == 404 and NOT_FOUND in codes:
        return UnknownAccount()
    if status == 409 and EXISTS in codes:
        return AccountExists()
    return GatewayTrouble(reason, permanent=status in (400, 422))


def _codes(body: bytes) -> set[str]:
    try:
        return {error.code for error in msgspec.json.decode(body, type=Errors).errors}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return set()


def _gender(gender: Gender | None) -> Gender:
    return "unknown" if gender is None else gender


def _shaped(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # the parser's own words may quote the answer, which is personal
        raise GatewayTrouble("the answer is not as published", permanent=False) from error
