"""Who may use the sandbox: anybody but another site's page."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class FromHere(BasePermission):
    """Refuses what another site's page makes a developer's browser send; a caller that is no browser is let in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return True
        site = request.META.get("HTTP_SEC_FETCH_SITE")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.META.get("HTTP_ORIGIN")
        return origin is None or origin == f"{request.scheme}://{request.get_host()}"


class SandboxView(APIView):
    """What every view of the sandbox begins with."""

    permission_classes = [FromHere]
