"""`/sandbox/`: what was sent, the clock, faults, reset. Nobody signs in; it exists in the sandbox only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from patron.gateways import faults
from patron.kernel import clock
from patron.kernel.doors import FastGet
from patron.kernel.paging import Pages
from patron.sandbox import openapi, page, reads, reset, timeshift
from patron.sandbox.permissions import SandboxView
from patron.sandbox.serializers import ClockMove, FaultWish


@openapi.SMS
class SmsView(SandboxView):
    """Captured SMS, newest first."""

    def get(self, request: Request) -> Response:
        pages = Pages()
        rows = pages.paginate_queryset(reads.sms(request.query_params.get("to", "")), request, self)
        return pages.get_paginated_response(rows)


@openapi.MAIL
class MailView(SandboxView):
    """Captured mails, newest first."""

    def get(self, request: Request) -> Response:
        pages = Pages()
        rows = pages.paginate_queryset(reads.mail(request.query_params.get("to", "")), request, self)
        return pages.get_paginated_response(rows)


@openapi.CLOCK
class ClockView(SandboxView):
    """How far the clock is moved, in seconds, and what it says."""

    def get(self, request: Request) -> Response:
        return Response({"offset": int(timeshift.offset().total_seconds()), "now": clock.now()})

    def post(self, request: Request) -> Response:
        wish = ClockMove(data=request.data)
        wish.is_valid(raise_exception=True)
        if wish.validated_data["reset"]:
            timeshift.reset()
        else:
            timeshift.move(wish.validated_data["advance"])
        return self.get(request)


@openapi.FAULTS
class FaultsView(SandboxView):
    """The trouble each gateway is played."""

    def get(self, request: Request) -> Response:
        return Response({"results": faults.every()})

    def post(self, request: Request) -> Response:
        wish = FaultWish(data=request.data)
        wish.is_valid(raise_exception=True)
        faults.put(**wish.validated_data)
        return Response(wish.validated_data)


@openapi.RESET
class ResetView(SandboxView):
    """Everything as after the first start."""

    def post(self, request: Request) -> Response:
        reset.run()
        return Response({"message": "success"})


class PageView(FastGet):
    """A page for people; an index for programs that ask for JSON."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return page.index(request) if page.prefers_json(request) else page.html(request)


class AssetView(FastGet):
    """The page's style and script."""

    schema = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return page.asset(kwargs["name"])
