"""What every view of the back office's API begins with: staff only, each table by its permissions.

Which authentication finds the staff member is said in the settings (STAFF_AUTHENTICATION), since rooms below that of
the staff have such views too.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

_VERBS: Final = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class MayUse(BasePermission):
    """A staff member who holds the permission that the view's table and the request's method ask for.

    Anyone but staff gets 401, staff without the permission 403; so do staff of some channels only who would change what
    all channels share.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        staff = request.user
        if not isinstance(staff, get_user_model()):
            return False
        if getattr(staff, "is_restricted", False) and not (staff.is_superuser or view.is_open_to_some(request.method)):
            return False
        return all(staff.has_perm(permission) for permission in view.needed(request.method))


class StaffView(APIView):
    """A view of one table. `verbs` names another permission than the method's usual one; `also` further ones.

    `is_scoped`: it shows and changes rows of the caller's channels only. Where it does not, staff who are restricted to
    channels read and change nothing.
    """

    permission_classes = [MayUse]
    table: ClassVar[type[Model]]
    verbs: ClassVar[Mapping[str, str]] = {}
    also: ClassVar[tuple[str, ...]] = ()
    is_scoped: ClassVar[bool] = False

    def is_open_to_some(self, method: str) -> bool:
        """Whether staff who are restricted to channels may use the method."""
        return self.is_scoped or self._verb(method) == "view"

    def needed(self, method: str) -> tuple[str, ...]:
        """The permissions a method needs, as `reference.view_pricelist`."""
        names = self.table._meta
        return (f"{names.app_label}.{self._verb(method)}_{names.model_name}", *self.also)

    def _verb(self, method: str) -> str:
        return self.verbs.get(method) or _VERBS.get(method, "view")

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [import_string(settings.STAFF_AUTHENTICATION)()]
