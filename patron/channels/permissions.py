"""Django's question `has_perm`, answered from what was read with the token; one statement in the place of two where
there is no token.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission

from patron.channels import access


class StaffBackend(ModelBackend):
    """The backend of AUTHENTICATION_BACKENDS. No permission is over one row: rows are a matter of channels."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As `customers.view_customer`; nothing for somebody who is switched off."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        held = access.of(user_obj).permissions
        return _every_permission() if held is None else set(held)


def _every_permission() -> set[str]:
    named = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in named}
