"""`/users/segments/`: which ones the shopper fits, and the choice among them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import cookies
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.models import Shopper
from patron.accounts.views.profile import bytes_response
from patron.kernel import context, doors
from patron.segments import openapi, reads, standing


@openapi.OWN_SEGMENTS
class OwnSegmentsView(doors.FastGet):
    """The segments that the shopper fits now."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = reads.own_segments(key, context.caller().language) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()


class ChooseView(APIView):
    """One of them becomes the chosen one."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def post(self, request: Request, segment_id: int) -> Response:
        shopper, _session = signed_in(request)
        return Response(standing.choose(shopper.pk, segment_id, context.caller().language))


@openapi.CHOOSE
class OwnChooseView(ChooseView):
    """Under the documented path."""


@openapi.CHOOSE_TOO
class ExampleChooseView(ChooseView):
    """Under the path of the document's example."""


@openapi.RECALCULATE
class RecalculateView(APIView):
    """The first fitting segment of whoever calls; of nobody, for a guest."""

    authentication_classes = [ShopperAuthentication]

    def post(self, request: Request) -> Response:
        if isinstance(request.user, Shopper):
            standing.settle_first(request.user.pk)
        return Response({"message": "success"})
