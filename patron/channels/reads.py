"""What staff read about themselves, each other, and the channels."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from patron.channels.models import Channel, Staff, StaffToken
from patron.kernel import clock

MEMBER_PARTS: Final = ("groups", "channels", "user_permissions__content_type")
GROUP_PARTS: Final = ("channels", "permissions__content_type")


class ChannelRow(msgspec.Struct):
    """A channel in the staff's API. `pk` and `id` are the same; `catalog` is a key."""

    pk: int
    id: int
    name: str
    channel_type: str
    catalog: int | None
    is_active: bool
    conf: dict[str, Any]
    category_tree: int | None
    schema: dict[str, Any]
    created_date: str
    modified_date: str


class ContentTypeRow(msgspec.Struct):
    """A kind of record, as batches and reports of a channel's program name it."""

    pk: int
    id: int
    app_label: str
    model: str


class StaffMember(msgspec.Struct):
    """A staff member in the hands of another. `groups` and `channels` are keys; `channels` counts if `is_restricted`.

    `permissions`: those given to the member alone, as `app.codename`.
    """

    pk: int
    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    is_restricted: bool
    channels: list[int]
    groups: list[int]
    permissions: list[str]
    has_totp: bool
    date_joined: str
    last_login: str | None


class GroupRow(msgspec.Struct):
    """Rights under one name. `permissions`: as `app.codename`; `channels`: keys, seen by its restricted members."""

    pk: int
    id: int
    name: str
    permissions: list[str]
    channels: list[int]


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


def channel(row: Channel) -> ChannelRow:
    """One channel."""
    return ChannelRow(
        pk=row.pk,
        id=row.pk,
        name=row.name,
        channel_type=row.channel_type,
        catalog=row.catalog_id,
        is_active=row.is_active,
        conf=row.conf,
        category_tree=row.category_tree,
        schema=row.schema,
        created_date=clock.iso(row.created_at),
        modified_date=clock.iso(row.modified_at),
    )


def content_type(row: ContentType) -> ContentTypeRow:
    """One kind of record."""
    return ContentTypeRow(row.pk, row.pk, row.app_label, row.model)


def member(row: Staff) -> StaffMember:
    """One staff member; what belongs to them fetched before for a whole page (MEMBER_PARTS)."""
    return StaffMember(
        pk=row.pk,
        id=row.pk,
        username=row.username,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        is_active=row.is_active,
        is_staff=row.is_staff,
        is_superuser=row.is_superuser,
        is_restricted=row.is_restricted,
        channels=sorted(each.pk for each in row.channels.all()),
        groups=sorted(each.pk for each in row.groups.all()),
        permissions=_names(row.user_permissions.all()),
        has_totp=row.totp_since is not None,
        date_joined=clock.iso(row.date_joined),
        last_login=_iso(row.last_login),
    )


def group(row: Group) -> GroupRow:
    """One group, with GROUP_PARTS fetched before."""
    channels = sorted(each.pk for each in row.channels.all())
    return GroupRow(row.pk, row.pk, row.name, _names(row.permissions.all()), channels)


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


def _names(permissions: Iterable[Permission]) -> list[str]:
    return sorted(f"{each.content_type.app_label}.{each.codename}" for each in permissions)


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None
