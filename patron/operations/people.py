"""Staff members from the command line."""

from collections.abc import Collection
from datetime import timedelta

from patron.channels import staff, tokens, totp
from patron.channels.models import Staff
from patron.kernel import clock
from patron.operations.errors import CannotStart


def create(
    username: str, password: str, *, email: str, is_superuser: bool, channels: Collection[int] | None = None
) -> None:
    """A new staff member; with `channels` (keys) one who sees these only. Raises Invalid, and CannotStart for both."""
    if is_superuser and channels is not None:
        raise CannotStart("A superuser sees every channel: leave out --superuser or --channel.")
    staff.create(username, password, email=email, is_superuser=is_superuser, channels=channels)


def token(username: str, name: str, days: int | None) -> str:
    """A new token of an active staff member in clear, valid for `days`. Raises CannotStart for an unknown one."""
    return tokens.issue(_member(username), name, clock.now() + timedelta(days=days) if days else None)


def reset_totp(username: str) -> None:
    """Take away the second step of an active staff member. Raises CannotStart for an unknown one."""
    totp.reset(_member(username))


def _member(username: str) -> Staff:
    found = Staff.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CannotStart(f"There is no active staff member {username}: make one with `patron staff create`.")
    return found
