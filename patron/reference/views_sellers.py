"""`/api/v1/datasources/` and `/api/v1/products/`."""

from rest_framework.request import Request
from rest_framework.response import Response

from patron.kernel import listing
from patron.kernel.backoffice import StaffView
from patron.reference import openapi_sellers, reads
from patron.reference.filters import DatasourceFilters, ProductFilters
from patron.reference.models import Datasource, Product
from patron.reference.products import PRODUCTS
from patron.reference.sellers import SELLERS
from patron.reference.serializers import DatasourceWish, ProductWish


@openapi_sellers.DATASOURCES
class DatasourcesView(StaffView):
    """All sellers; a new one."""

    table = Datasource

    def get(self, request: Request) -> Response:
        sortable = openapi_sellers.DATASOURCE_SORTABLE
        return listing.answer(
            self, Datasource.objects.all(), reads.datasource, filters=DatasourceFilters, sortable=sortable
        )

    def post(self, request: Request) -> Response:
        wish = DatasourceWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.datasource(SELLERS.create(wish.validated_data)), status=201)


@openapi_sellers.DATASOURCE
class DatasourceView(StaffView):
    """One seller."""

    table = Datasource

    def get(self, request: Request, datasource_id: int) -> Response:
        return Response(reads.datasource(listing.found(Datasource.objects.all(), datasource_id)))

    def put(self, request: Request, datasource_id: int) -> Response:
        return self._change(request, datasource_id, partial=False)

    def patch(self, request: Request, datasource_id: int) -> Response:
        return self._change(request, datasource_id, partial=True)

    def delete(self, request: Request, datasource_id: int) -> Response:
        SELLERS.delete(datasource_id)
        return Response(status=204)

    def _change(self, request: Request, datasource_id: int, *, partial: bool) -> Response:
        wish = DatasourceWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.datasource(SELLERS.change(datasource_id, wish.validated_data)))


@openapi_sellers.PRODUCTS
class ProductsView(StaffView):
    """All products; a new one."""

    table = Product

    def get(self, request: Request) -> Response:
        rows = Product.objects.prefetch_related("images")
        sortable = openapi_sellers.PRODUCT_SORTABLE
        return listing.answer(self, rows, reads.product, filters=ProductFilters, sortable=sortable)

    def post(self, request: Request) -> Response:
        wish = ProductWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.product(PRODUCTS.create(wish.validated_data)), status=201)


@openapi_sellers.PRODUCT
class ProductView(StaffView):
    """One product."""

    table = Product

    def get(self, request: Request, product_id: int) -> Response:
        return Response(reads.product(listing.found(Product.objects.all(), product_id)))

    def put(self, request: Request, product_id: int) -> Response:
        return self._change(request, product_id, partial=False)

    def patch(self, request: Request, product_id: int) -> Response:
        return self._change(request, product_id, partial=True)

    def delete(self, request: Request, product_id: int) -> Response:
        PRODUCTS.delete(product_id)
        return Response(status=204)

    def _change(self, request: Request, product_id: int, *, partial: bool) -> Response:
        wish = ProductWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.product(PRODUCTS.change(product_id, wish.validated_data)))
