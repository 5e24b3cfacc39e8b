"""Staff members are made, and change their password."""

from collections.abc import Callable, Collection

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.channels import channel_apps, tokens
from patron.channels.models import Channel, Staff
from patron.kernel import transactions
from patron.kernel.errors import Invalid

USERNAME_TAKEN = "channels_staff_username_key"


def create(
    username: str,
    password: str,
    *,
    email: str = "",
    is_superuser: bool = False,
    channels: Collection[int] | None = None,
) -> Staff:
    """A new active staff member who may open the console.

    `is_superuser`: holds every permission. `channels`: the keys of the only ones they see; somebody with such is a
    channel's program, in the group of those and not for the console. Raises Invalid by field: a username that is
    malformed or taken, a malformed e-mail, a password that the validators refuse, a channel that is none.
    """
    made = prepare(username, password, email=email)
    made.is_superuser, made.is_restricted, made.is_staff = is_superuser, channels is not None, channels is None

    def work() -> Staff:
        insert(made)
        if channels is not None:
            made.channels.set(_channels(channels))
            made.groups.add(channel_apps.group())
        return made

    return transactions.run(work)


def prepare(username: str, password: str, *, email: str = "") -> Staff:
    """A staff member that is not stored yet. Called before a transaction: hashing is slow by intent. Raises Invalid."""
    member = Staff(
        username=Staff.normalize_username(username), email=Staff.objects.normalize_email(email), is_staff=True
    )
    _check_fields(member)
    _check_password(password, member)
    member.set_password(password)
    return member


def insert(member: Staff) -> None:
    """Store a new one. Raises Invalid for a username that is taken."""
    _unless_taken(lambda: member.save(force_insert=True))


def save(member: Staff) -> None:
    """Store a change. Raises Invalid by field."""
    _check_fields(member)
    _unless_taken(member.save)


def change_password(staff: Staff, password: str) -> None:
    """Set a password and end what was signed in with the old one; tokens made for programs stay.

    Raises Invalid on `password` when the validators refuse it.
    """
    _check_password(password, staff)
    staff.set_password(password)

    def write() -> None:
        Staff.objects.filter(pk=staff.pk).update(password=staff.password)
        tokens.revoke_sign_ins(staff)

    transactions.run(write)


def _unless_taken(store: Callable[[], None]) -> None:
    try:
        transactions.run(store)
    except IntegrityError as error:
        if transactions.constraint_of(error) != USERNAME_TAKEN:
            raise
        raise Invalid({"username": [_("A user with that username already exists.")]}) from error


def _channels(keys: Collection[int]) -> list[Channel]:
    found = list(Channel.objects.filter(pk__in=keys))
    if len(found) < len(set(keys)):
        raise Invalid({"channel": [_("There is no such channel.")]})
    return found


def _check_fields(staff: Staff) -> None:
    try:
        staff.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def _check_password(password: str, staff: Staff) -> None:
    try:
        password_validation.validate_password(password, staff)
    except ValidationError as error:
        raise Invalid({"password": error.messages}) from error
