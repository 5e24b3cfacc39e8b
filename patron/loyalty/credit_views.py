"""`/account/loyalty…`, and what staff and other systems tell and ask of store credit."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import cookies, currency
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.models import Shopper
from patron.accounts.views.profile import bytes_response
from patron.channels.authentication import caller
from patron.channels.backoffice import ScopedView
from patron.kernel import doors, dynamic, listing
from patron.kernel.paging import Pages
from patron.loyalty import credit_accounts, credit_reads, openapi_credit
from patron.loyalty.credit_accounts import Wish
from patron.loyalty.credit_filters import MovementFilters
from patron.loyalty.credit_serializers import CreditAccountWish
from patron.loyalty.models_credit import CreditAccount, CreditTransaction


@openapi_credit.BALANCE
class BalanceView(doors.FastGet):
    """What the shopper may spend."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = credit_reads.balance(key, request.headers.get("x-currency")) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()


@openapi_credit.TRANSFERS
class TransfersView(APIView):
    """What came in and went out, newest first."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]

    def get(self, request: Request) -> Response:
        shopper, session = signed_in(request)
        code = currency.of(session.currency_code, request.headers.get("x-currency"))
        pages = Pages()
        found = pages.paginate_queryset(credit_reads.transfers(shopper.pk, code), request, self) or []
        return pages.get_paginated_response([credit_reads.transfer(row) for row in found])


@openapi_credit.ACCOUNT
class RemoteAccountView(ScopedView):
    """Another system tells of an account: 201 for a new one, 200 for one that was there."""

    table = CreditAccount

    def post(self, request: Request, channel_id: int) -> Response:
        wish = CreditAccountWish(data=request.data)
        wish.is_valid(raise_exception=True)
        told = dict(wish.validated_data)
        told["shopper_id"] = credit_accounts.shopper_of(told.pop("user", None), told.pop("user_email", None))
        told["currency"] = told.get("currency") or dynamic.get("DEFAULT_CURRENCY")
        account, is_new = credit_accounts.put(Wish(**told), channel_id=channel_id, staff_id=caller(request).staff_id)
        email = Shopper.objects.values_list("email", flat=True).get(pk=told["shopper_id"])
        return Response(credit_reads.account(account, email), status=201 if is_new else 200)


@openapi_credit.MOVEMENTS
class MovementsView(ScopedView):
    """Every movement of store credit; staff of some channels see what came through theirs."""

    table = CreditTransaction

    def get(self, request: Request) -> Response:
        return listing.answer(
            self,
            self.scope.of(credit_reads.movements(), "transaction__channel_id"),
            credit_reads.movement,
            filters=MovementFilters,
            sortable=openapi_credit.SORTABLE,
        )
