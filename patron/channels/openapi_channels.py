"""What the API page says of channels and kinds of records."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema, extend_schema_view

from patron.channels.channels import NO_CATALOG
from patron.channels.filters import ChannelFilters, ContentTypeFilters
from patron.channels.reads import ChannelRow, ContentTypeRow
from patron.channels.serializers import ChannelWish
from patron.kernel import listing, openapi, paging
from patron.reference import openapi_records

TAG: Final = "Channels"
SORTABLE: Final = {
    "id": "pk",
    "pk": "pk",
    "name": "name",
    "channel_type": "channel_type",
} | openapi_records.DATES
CONTENT_TYPES_SORTABLE: Final = {"id": "pk", "pk": "pk", "model": "model"}
_CHANNEL: Final[dict[str, Any]] = {
    "name": "Bazaar",
    "channel_type": "sales_channel",
    "catalog": 2,
    "is_active": True,
    "conf": {"warehouse": "CENTRAL"},
    "category_tree": 5,
    "schema": {},
}
_KIND: Final = openapi_records.Kind(
    name="channels",
    key="channel_id",
    schema=openapi.struct(ChannelRow),
    row={"pk": 6, "id": 6} | _CHANNEL | openapi_records.EXAMPLE_DATES,
    wish=ChannelWish,
    example=_CHANNEL,
    taken=("catalog", NO_CATALOG),
    tag=TAG,
)
_CONTENT_TYPE: Final = {"pk": 14, "id": 14, "app_label": "channels", "model": "channel"}
CHANNELS: Final = openapi_records.many(_KIND, "Channels that the caller sees", ChannelFilters, SORTABLE)
CHANNEL: Final = openapi_records.one(_KIND)
CONTENT_TYPES: Final = extend_schema_view(
    get=extend_schema(
        operation_id="content_types_list",
        summary="Kinds of records",
        description="With `model=channel` (order, orderitem, product, batchrequest, …) exactly one.",
        tags=[TAG],
        parameters=listing.parameters(ContentTypeFilters, CONTENT_TYPES_SORTABLE),
        responses={
            200: openapi.answer(
                paging.schema_of(openapi.struct(ContentTypeRow)),
                "A page of them.",
                ("one", {"count": 1, "next": None, "previous": None, "results": [_CONTENT_TYPE]}),
            ),
            400: openapi.invalid(("unknown filter", {"model__contains": ["There is no such filter."]})),
            404: openapi_records.PAST_THE_END,
        },
    )
)
