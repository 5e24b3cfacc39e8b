"""`/api/v1/channels/` and `/api/v1/content_types/`."""

from typing import ClassVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from rest_framework.request import Request
from rest_framework.response import Response

from patron.channels import openapi_channels, reads
from patron.channels.backoffice import ScopedView
from patron.channels.channels import CHANNELS
from patron.channels.filters import ChannelFilters, ContentTypeFilters
from patron.channels.models import Channel
from patron.channels.serializers import ChannelWish
from patron.channels.views import AnyStaffView
from patron.kernel import listing


class ChannelStaffView(ScopedView):
    """A channel's own staff see it and do not change it."""

    table = Channel
    is_scoped: ClassVar[bool] = False


@openapi_channels.CHANNELS
class ChannelsView(ChannelStaffView):
    """Those that the caller sees; a new one."""

    def get(self, request: Request) -> Response:
        rows = self.scope.of(Channel.objects.all(), "pk")
        sortable = openapi_channels.SORTABLE
        return listing.answer(self, rows, reads.channel, filters=ChannelFilters, sortable=sortable)

    def post(self, request: Request) -> Response:
        wish = ChannelWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(reads.channel(CHANNELS.create(wish.validated_data)), status=201)


@openapi_channels.CHANNEL
class ChannelView(ChannelStaffView):
    """One of them."""

    def get(self, request: Request, channel_id: int) -> Response:
        return Response(reads.channel(listing.found(Channel.objects.all(), channel_id)))

    def put(self, request: Request, channel_id: int) -> Response:
        return self._change(request, channel_id, partial=False)

    def patch(self, request: Request, channel_id: int) -> Response:
        return self._change(request, channel_id, partial=True)

    def delete(self, request: Request, channel_id: int) -> Response:
        CHANNELS.delete(channel_id)
        return Response(status=204)

    def _change(self, request: Request, channel_id: int, *, partial: bool) -> Response:
        wish = ChannelWish(data=request.data, partial=partial)
        wish.is_valid(raise_exception=True)
        return Response(reads.channel(CHANNELS.change(channel_id, wish.validated_data)))


@openapi_channels.CONTENT_TYPES
class ContentTypesView(AnyStaffView):
    """Kinds of records of Patron's own rooms: Django's and the queue's share names with them."""

    def get(self, request: Request) -> Response:
        rooms = [room.label for room in apps.get_app_configs() if room.name.startswith("patron.")]
        rows = ContentType.objects.filter(app_label__in=rooms)
        sortable = openapi_channels.CONTENT_TYPES_SORTABLE
        return listing.answer(self, rows, reads.content_type, filters=ContentTypeFilters, sortable=sortable)
