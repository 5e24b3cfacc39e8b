"""`/api/v1/catalogs/` and `/api/v1/stock_lists/`."""

from rest_framework.request import Request
from rest_framework.response import Response

from patron.kernel import listing
from patron.kernel.backoffice import StaffView
from patron.reference import openapi_catalogs, reads
from patron.reference.catalogs import CATALOGS, STOCK_LISTS
from patron.reference.filters import CatalogFilters, StockListFilters
from patron.reference.models import Catalog, StockList
from patron.reference.serializers import CatalogWish, StockListWish


@openapi_catalogs.STOCK_LISTS
class StockListsView(StaffView):
    """All stock lists; a new one."""

    table = StockList

    def get(self, request: Request) -> Response:
        sortable = openapi_catalogs.SORTABLE
        return listing.answer(
            self, StockList.objects.all(), reads.stock_list, filters=StockListFilters, sortable=sortable
        )

    def post(self, request: Request) -> Response:
        wish = StockListWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.stock_list(STOCK_LISTS.create(wish.validated_data)), status=201)


@openapi_catalogs.STOCK_LIST
class StockListView(StaffView):
    """One stock list."""

    table = StockList

    def get(self, request: Request, stock_list_id: int) -> Response:
        return Response(reads.stock_list(listing.found(StockList.objects.all(), stock_list_id)))

    def put(self, request: Request, stock_list_id: int) -> Response:
        return self._change(request, stock_list_id, partial=False)

    def patch(self, request: Request, stock_list_id: int) -> Response:
        return self._change(request, stock_list_id, partial=True)

    def delete(self, request: Request, stock_list_id: int) -> Response:
        STOCK_LISTS.delete(stock_list_id)
        return Response(status=204)

    def _change(self, request: Request, stock_list_id: int, *, partial: bool) -> Response:
        wish = StockListWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.stock_list(STOCK_LISTS.change(stock_list_id, wish.validated_data)))


@openapi_catalogs.CATALOGS
class CatalogsView(StaffView):
    """All catalogs; a new one."""

    table = Catalog

    def get(self, request: Request) -> Response:
        sortable = openapi_catalogs.SORTABLE
        return listing.answer(self, Catalog.objects.all(), reads.catalog, filters=CatalogFilters, sortable=sortable)

    def post(self, request: Request) -> Response:
        wish = CatalogWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.catalog(CATALOGS.create(wish.validated_data)), status=201)


@openapi_catalogs.CATALOG
class CatalogView(StaffView):
    """One catalog."""

    table = Catalog

    def get(self, request: Request, catalog_id: int) -> Response:
        return Response(reads.catalog(listing.found(Catalog.objects.all(), catalog_id)))

    def put(self, request: Request, catalog_id: int) -> Response:
        return self._change(request, catalog_id, partial=False)

    def patch(self, request: Request, catalog_id: int) -> Response:
        return self._change(request, catalog_id, partial=True)

    def delete(self, request: Request, catalog_id: int) -> Response:
        CATALOGS.delete(catalog_id)
        return Response(status=204)

    def _change(self, request: Request, catalog_id: int, *, partial: bool) -> Response:
        wish = CatalogWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.catalog(CATALOGS.change(catalog_id, wish.validated_data)))
