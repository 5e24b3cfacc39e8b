"""What staff read about themselves."""

from datetime import datetime
from typing import Any

import msgspec

from patron.channels.models import Staff, StaffToken
from patron.kernel import clock


class ActiveUser(msgspec.Struct):
    """The staff member of the token. `permissions`: `app.codename`, sorted; a superuser's are all there are."""

    pk: int
    username: str
    email: str
    first_name: str
    last_name: str
    is_superuser: bool
    permissions: list[str]


class Token(msgspec.Struct):
    """A token without its key. Dates as the contract writes them; `last_used_date` is exact to the hour."""

    id: int
    name: str
    created_date: str
    expires_date: str | None
    last_used_date: str | None
    is_current: bool


def active_user(staff: Staff) -> ActiveUser:
    """The staff member with every permission they hold, their groups' included."""
    return ActiveUser(
        pk=staff.pk,
        username=staff.username,
        email=staff.email,
        first_name=staff.first_name,
        last_name=staff.last_name,
        is_superuser=staff.is_superuser,
        permissions=sorted(staff.get_all_permissions()),
    )


class NewToken(Token):
    """A token at the one moment its key is known."""

    key: str


def token(row: StaffToken, current: StaffToken) -> Token:
    """One row of the list; `current` is the token that asks."""
    return Token(**_fields(row, current))


def new_token(row: StaffToken, current: StaffToken, key: str) -> NewToken:
    """The row that was made a moment ago, with its key."""
    return NewToken(**_fields(row, current), key=key)


def _fields(row: StaffToken, current: StaffToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "created_date": clock.iso(row.created_at),
        "expires_date": _iso(row.expires_at),
        "last_used_date": _iso(row.last_used_at),
        "is_current": row.pk == current.pk,
    }


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None
