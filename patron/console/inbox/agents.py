"""Who works at the inbox, and what they may see and do there."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from patron.channels import access
from patron.channels.models import Staff

SEE = "support.view_conversation"
CHANGE = "support.change_conversation"
SEE_SHOPPERS = "accounts.view_shopper"
SEE_ORDERS = "orders.view_order"


@dataclass(frozen=True, slots=True)
class Agent:
    """A staff member at the inbox."""

    staff_id: int
    held: access.Access

    def may(self, permission: str) -> bool:
        """Whether they hold it."""
        return self.held.holds((permission,))

    def need(self, permission: str) -> None:
        """Raises PermissionDenied."""
        if not self.may(permission):
            raise PermissionDenied


def of(request: HttpRequest) -> Agent:
    """Raises PermissionDenied for who may not see conversations, or not those of every channel: the inbox shows all."""
    member = request.user
    if not isinstance(member, Staff) or not member.is_active:
        raise PermissionDenied
    agent = Agent(member.pk, access.of(member))
    agent.need(SEE)
    if agent.held.scope.ids is not None:
        raise PermissionDenied
    return agent


def is_one(request: HttpRequest) -> bool:
    """Whether the navigation shows the way to the inbox."""
    try:
        of(request)
    except PermissionDenied:
        return False
    return True


def name_of(member: Staff) -> str:
    """What colleagues call somebody."""
    return member.get_full_name() or member.username
