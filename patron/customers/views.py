"""`/api/v1/customers/` and the same under `/api/v1/channel/{channel_id}/`."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from patron.channels.authentication import caller
from patron.channels.backoffice import ScopedView
from patron.customers import doors, filters, listing, openapi, reads, records, serializers
from patron.customers.models import Customer
from patron.customers.reads import CustomerRow
from patron.kernel import counting
from patron.kernel.encoding import JSON


@openapi.CUSTOMERS
class CustomersView(ScopedView):
    """The customers of the caller's channels; a new one."""

    table = Customer
    verbs = {"DELETE": "view"}

    def dispatch(self, request: HttpRequest, *args: Any, **address: Any) -> HttpResponseBase:
        if request.method == "GET" and "channel_id" in address:  # without, the door was asked already
            body = doors.by_email(request.META, address["channel_id"])
            if body is not None:
                return HttpResponse(body, content_type=JSON)
        return super().dispatch(request, *args, **address)

    def get(self, request: Request, **address: int) -> HttpResponse:
        asked: QueryDict = request.query_params
        body, is_estimated = listing.answer(asked, self.scope, request.build_absolute_uri(request.path))
        return HttpResponse(body, content_type=JSON, headers=counting.headers(is_estimated=is_estimated))

    def post(self, request: Request, **address: int) -> HttpResponse:
        wish = serializers.read(request.data, serializers.REQUIRED)
        return _shown(records.create(wish, self.scope), 201)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """DRF's metadata, and every filter."""
        response = super().options(request, *args, **kwargs)
        response.data["filters"] = filters.block()
        return response


@openapi.CUSTOMER
class CustomerView(ScopedView):
    """One of them. None is ever deleted, whatever the rights."""

    table = Customer
    verbs = {"DELETE": "view"}

    def get(self, request: Request, customer_id: int, **address: int) -> HttpResponse:
        return _shown(reads.one(customer_id, self.scope))

    def put(self, request: Request, customer_id: int, **address: int) -> HttpResponse:
        return self._change(request, customer_id, serializers.REQUIRED_OF_PUT)

    def patch(self, request: Request, customer_id: int, **address: int) -> HttpResponse:
        return self._change(request, customer_id, ())

    def _change(self, request: Request, customer_id: int, required: tuple[str, ...]) -> HttpResponse:
        wish = serializers.read(request.data, required)
        staff_id, if_match = caller(request).staff_id, request.headers.get("If-Match")
        return _shown(records.change(customer_id, wish, self.scope, staff_id=staff_id, if_match=if_match))


def _shown(customer: CustomerRow, status: int = 200) -> HttpResponse:
    return HttpResponse(reads.body(customer), status=status, content_type=JSON, headers={"ETag": customer.etag})
