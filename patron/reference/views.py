"""`/api/v1/price_lists/`."""

from rest_framework.request import Request
from rest_framework.response import Response

from patron.kernel import listing
from patron.kernel.backoffice import StaffView
from patron.reference import openapi, price_lists, reads
from patron.reference.filters import PriceListFilters
from patron.reference.models import PriceList
from patron.reference.serializers import PriceListWish


@openapi.PRICE_LISTS
class PriceListsView(StaffView):
    """All of them; a new one."""

    table = PriceList

    def get(self, request: Request) -> Response:
        rows = PriceList.objects.all()
        return listing.answer(self, rows, reads.price_list, filters=PriceListFilters, sortable=openapi.SORTABLE)

    def post(self, request: Request) -> Response:
        wish = PriceListWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.price_list(price_lists.create(wish.validated_data)), status=201)


@openapi.PRICE_LIST
class PriceListView(StaffView):
    """One of them."""

    table = PriceList

    def get(self, request: Request, price_list_id: int) -> Response:
        return Response(reads.price_list(listing.found(PriceList.objects.all(), price_list_id)))

    def put(self, request: Request, price_list_id: int) -> Response:
        return self._change(request, price_list_id, partial=False)

    def patch(self, request: Request, price_list_id: int) -> Response:
        return self._change(request, price_list_id, partial=True)

    def delete(self, request: Request, price_list_id: int) -> Response:
        price_lists.delete(price_list_id)
        return Response(status=204)

    def _change(self, request: Request, price_list_id: int, *, partial: bool) -> Response:
        wish = PriceListWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.price_list(price_lists.change(price_list_id, wish.validated_data)))
