"""The view that every address over rows of channels begins with; see `access`."""

from typing import Any

from rest_framework.request import Request

from patron.channels import access
from patron.channels.access import Scope
from patron.channels.authentication import caller
from patron.kernel.backoffice import StaffView


class ScopedView(StaffView):
    """A view of a table whose rows belong to channels.

    `scope`: the channels of the caller; where the address names one (`channel_id`), that one alone.
    """

    is_scoped = True
    scope: Scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who is it, may they, where: 401, 403 and 404 in this order."""
        super().initial(request, *args, **kwargs)
        self.scope = access.of(caller(request).staff).scope
        if "channel_id" in kwargs:
            self.scope = self.scope.at(kwargs["channel_id"])
