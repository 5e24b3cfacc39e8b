"""Staff look after staff, and nobody gives what they do not hold.

Whoever is no superuser touches only those who may nothing that they themselves may not (else a new password would be
the way to more), and what comes out of a change may be no more than that either. One rule, asked of the rights as the
database has them, so that it needs no list of the ways to gain some.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.channels import access, channel_apps, staff, tokens, totp
from patron.channels.models import Channel, Staff, StaffToken
from patron.kernel import transactions
from patron.kernel.errors import Forbidden, Invalid, NotFound

GROUP_TAKEN: Final = "auth_group_name_key"
GROUP_TAKEN_TEXT: Final = _("There is a group with this name already.")
MORE_THAN_HELD: Final = _("You cannot give or touch more than you hold yourself.")
OWN_ACCOUNT: Final = _("Somebody else must take this from you.")
FIELDS: Final = (
    "username",
    "email",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "is_superuser",
    "is_restricted",
)
_KEPT_FOR_ONESELF: Final = ("is_active", "is_superuser")


@dataclass(frozen=True, slots=True)
class Actor:
    """The staff member who asks, by the token of a sign-in."""

    staff: Staff

    @classmethod
    def of(cls, token: StaffToken) -> "Actor":
        """Raises Forbidden for the token of a program: a key that leaked must not be able to make itself another."""
        if token.name != tokens.LOGIN:
            raise Forbidden(_("Only a sign-in with a password can do this."))
        return cls(token.staff)

    def touch(self, other: Staff) -> None:
        """Raises Forbidden for somebody who may more."""
        # read anew: an instance remembers what it was asked before a change
        if not access.of(self.staff).covers(access.of(Staff.objects.get(pk=other.pk))):
            raise Forbidden(MORE_THAN_HELD)


def create(actor: Actor, data: Mapping[str, Any]) -> Staff:
    """A new staff member of FIELDS, `password`, `groups`, `channels` and `permissions`, as `change` has them.

    Raises Invalid by field, and Forbidden for rights that the actor lacks.
    """
    made = staff.prepare(data["username"], data["password"], email=data.get("email", ""))

    def work() -> Staff:
        staff.insert(made)
        return _write(actor, made, data)

    return transactions.run(work)


def change(actor: Actor, staff_id: int, data: Mapping[str, Any]) -> Staff:
    """Set what is in `data`. A new password ends what was signed in with the old one.

    `groups`, `channels`: keys; `permissions`: names as `app.codename`; each takes the place of all there were. Raises
    NotFound, Forbidden, and Invalid by field.
    """

    def work() -> Staff:
        found = Staff.objects.select_for_update(no_key=True).filter(pk=staff_id).first()
        if found is None:
            raise NotFound
        actor.touch(found)
        if found.pk == actor.staff.pk:
            _refuse_own(found, data)
        if "password" in data:
            staff.change_password(found, data["password"])
        return _write(actor, found, data)

    return transactions.run(work)


def write_group(actor: Actor, group_id: int | None, data: Mapping[str, Any]) -> Group:
    """Set `name`, `permissions` and `channels` of a group; None for its id makes one.

    For superusers alone, since everybody in it holds what it holds. Raises Forbidden, NotFound and Invalid.
    """
    _only_superusers(actor)

    def work() -> Group:
        group = Group() if group_id is None else _group(group_id)
        group.name = data.get("name", group.name)
        group.save()
        if "permissions" in data:
            group.permissions.set(_found("permissions", data["permissions"], channel_apps.named, "full_name"))
        if "channels" in data:
            group.channels.set(_rows(Channel, "channels", data["channels"]))
        return group

    try:
        return transactions.run(work)
    except IntegrityError as error:
        if transactions.constraint_of(error) != GROUP_TAKEN:
            raise
        raise Invalid({"name": [GROUP_TAKEN_TEXT]}) from error


def delete_group(actor: Actor, group_id: int) -> None:
    """Take a group and what it gave away. Raises Forbidden, NotFound."""
    _only_superusers(actor)
    transactions.run(lambda: _group(group_id).delete())


def owner_of_tokens(asking: Staff, staff_id: int) -> Staff:
    """Whose tokens are to be seen or made: one's own, a superuser anybody's. Raises Forbidden, NotFound."""
    return asking if asking.pk == staff_id else _of_superuser(asking, staff_id)


def reset_totp(actor: Actor, staff_id: int) -> None:
    """Take away the second step of somebody who lost the app; one's own goes by a code only. Raises as above."""
    if actor.staff.pk == staff_id:
        raise Forbidden(OWN_ACCOUNT)
    totp.reset(_of_superuser(actor.staff, staff_id))


def _of_superuser(asking: Staff, staff_id: int) -> Staff:
    if not asking.is_superuser:
        raise Forbidden(MORE_THAN_HELD)
    found = Staff.objects.filter(pk=staff_id).first()
    if found is None:
        raise NotFound
    return found


def _write(actor: Actor, member: Staff, data: Mapping[str, Any]) -> Staff:
    for name in FIELDS:
        if name in data:
            setattr(member, name, data[name])
    staff.save(member)
    if "groups" in data:
        member.groups.set(_rows(Group, "groups", data["groups"]))
    if "channels" in data:
        member.channels.set(_rows(Channel, "channels", data["channels"]))
    if "permissions" in data:
        member.user_permissions.set(_found("permissions", data["permissions"], channel_apps.named, "full_name"))
    actor.touch(member)
    return member


def _refuse_own(member: Staff, data: Mapping[str, Any]) -> None:
    lost = [name for name in _KEPT_FOR_ONESELF if getattr(member, name) and data.get(name) is False]
    if lost:
        raise Invalid({name: [OWN_ACCOUNT] for name in lost})


def _only_superusers(actor: Actor) -> None:
    if not actor.staff.is_superuser:
        raise Forbidden(MORE_THAN_HELD)


def _group(group_id: int) -> Group:
    found = Group.objects.select_for_update().filter(pk=group_id).first()
    if found is None:
        raise NotFound
    return found


def _rows(model: Any, field: str, keys: list[int]) -> list[Any]:
    return _found(field, keys, lambda wanted: model.objects.filter(pk__in=wanted), "pk")


def _found(field: str, wanted: list[Any], find: Callable[[set[Any]], Any], key: str) -> list[Any]:
    found = list(find(set(wanted)))
    unknown = set(wanted) - {getattr(each, key) for each in found}
    if unknown:
        named = {"unknown": ", ".join(sorted(str(each) for each in unknown))}
        raise Invalid({field: [_("There is none: %(unknown)s.") % named]})
    return found
