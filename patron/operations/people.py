"""Staff members from the command line."""

from datetime import timedelta

from patron.channels import staff, tokens
from patron.channels.models import Staff
from patron.kernel import clock
from patron.operations.errors import CannotStart


def create(username: str, password: str, *, email: str, is_superuser: bool) -> None:
    """A new staff member. Raises Invalid."""
    staff.create(username, password, email=email, is_superuser=is_superuser)


def token(username: str, name: str, days: int | None) -> str:
    """A new token of an active staff member in clear, valid for `days`. Raises CannotStart for an unknown one."""
    found = Staff.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise CannotStart(f"There is no active staff member {username}: make one with `patron staff create`.")
    return tokens.issue(found, name, clock.now() + timedelta(days=days) if days else None)
