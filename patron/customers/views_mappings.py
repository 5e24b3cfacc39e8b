"""`/api/v1/customers/{id}/mappings/` and the same under `/api/v1/channel/{channel_id}/`."""

from typing import ClassVar, Final

from rest_framework.request import Request
from rest_framework.response import Response

from patron.channels.authentication import caller
from patron.channels.backoffice import ScopedView
from patron.customers import mappings, openapi_mappings, reads
from patron.customers.filters_mappings import MappingFilters
from patron.customers.models import Customer
from patron.customers.serializers import MappingWish
from patron.kernel import listing

_CHANGES: Final = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "change")


class OfCustomerView(ScopedView):
    """Mappings are a part of their customer: whoever sees it sees them, whoever may change it may write them."""

    table = Customer
    verbs: ClassVar[dict[str, str]] = _CHANGES


@openapi_mappings.MAPPINGS
class MappingsView(OfCustomerView):
    """What other systems call one customer; a further name."""

    def get(self, request: Request, customer_id: int, **address: int) -> Response:
        rows, sortable = mappings.of(customer_id, self.scope), openapi_mappings.SORTABLE
        return listing.answer(self, rows, reads.mapping, filters=MappingFilters, sortable=sortable)

    def post(self, request: Request, customer_id: int, **address: int) -> Response:
        wish = MappingWish(data=request.data)
        wish.is_valid(raise_exception=True)
        staff_id = caller(request).staff_id
        made = mappings.create(customer_id, wish.validated_data, self.scope, staff_id=staff_id)
        return Response(reads.mapping(made), status=201)


@openapi_mappings.MAPPING
class MappingView(OfCustomerView):
    """One of them."""

    def get(self, request: Request, customer_id: int, mapping_id: int, **address: int) -> Response:
        return Response(reads.mapping(mappings.one(customer_id, mapping_id, self.scope)))

    def put(self, request: Request, customer_id: int, mapping_id: int, **address: int) -> Response:
        return self._change(request, customer_id, mapping_id, partial=False)

    def patch(self, request: Request, customer_id: int, mapping_id: int, **address: int) -> Response:
        return self._change(request, customer_id, mapping_id, partial=True)

    def delete(self, request: Request, customer_id: int, mapping_id: int, **address: int) -> Response:
        mappings.delete(customer_id, mapping_id, self.scope, staff_id=caller(request).staff_id)
        return Response(status=204)

    def _change(self, request: Request, customer_id: int, mapping_id: int, *, partial: bool) -> Response:
        wish = MappingWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        staff_id = caller(request).staff_id
        changed = mappings.change(customer_id, mapping_id, wish.validated_data, self.scope, staff_id=staff_id)
        return Response(reads.mapping(changed))
