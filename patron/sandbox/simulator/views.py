"""`/sandbox/loyalty/`: the simulated provider over HTTP, what it holds, and its switches."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from patron.gateways import faults
from patron.gateways.loyalty_provider.http import GATEWAY
from patron.kernel.errors import GatewayTrouble, NotFound
from patron.kernel.paging import Pages
from patron.sandbox.models_simulator import SimulatedAccount
from patron.sandbox.permissions import SandboxView
from patron.sandbox.simulator import accounts, openapi, server, switches, trouble
from patron.sandbox.simulator.serializers import PointsWish, SwitchesWish

LONGEST_LATENCY: Final = 10.0  # the most a fault holds a thread of the server
_SHOWN: Final = (
    "account_number", "number", "first_name", "last_name", "email", "phone", "points", "is_duplicate", "calls",
    "points_calls", "created_date", "closed_date",
)  # fmt: skip


@method_decorator(csrf_exempt, name="dispatch")
class ProviderView(View):
    """The published protocol: `/sandbox/loyalty` is the `base_url` of a provider. Its faults are played here too."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = server.Request(str(request.method), kwargs["path"], headers, request.body)
        try:
            faults.play(GATEWAY, LONGEST_LATENCY)
            given = trouble.answer(asked)
        except GatewayTrouble:
            return HttpResponse(b'{"errors": [{"code": "out_of_order"}]}', status=503, content_type="application/json")
        except trouble.Broken:  # as a proxy says that nobody answered it
            return HttpResponse(status=502)
        return HttpResponse(given.body, status=given.status, headers=given.headers)


@openapi.ACCOUNTS
class AccountsView(SandboxView):
    """The simulated accounts, newest first; with `q` those of an e-mail, a phone or a number."""

    def get(self, request: Request) -> Response:
        words = request.query_params.get("q", "").replace("\x00", "").strip()
        rows = SimulatedAccount.objects.order_by("-id").values(*_SHOWN)
        if words:
            numbers = Q(account_number=words) | Q(number=words) | Q(phone=words)
            rows = rows.filter(Q(email_key=words.lower()) | numbers)
        pages = Pages()
        found = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response([_shown(row) for row in found])


@openapi.POINTS
class PointsView(SandboxView):
    """Give an account points."""

    def post(self, request: Request) -> Response:
        wish = PointsWish(data=request.data)
        wish.is_valid(raise_exception=True)
        if not accounts.put_points(wish.validated_data["account_number"], wish.validated_data["points"]):
            raise NotFound
        return Response({"message": "success"})


@openapi.SWITCHES
class SwitchesView(SandboxView):
    """How the simulator answers."""

    def get(self, request: Request) -> Response:
        found = switches.now()
        return Response({"answers": found.answers, "duplicates": found.duplicates})

    def post(self, request: Request) -> Response:
        wish = SwitchesWish(data=request.data)
        wish.is_valid(raise_exception=True)
        switches.put(**wish.validated_data)
        return self.get(request)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN} | {"points": float(row["points"])}
