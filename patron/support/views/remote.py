"""`/api/v1/remote/<channel>/conversations/` and `messages/`: the sellers' side, in the hands of staff."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from patron.channels.authentication import caller
from patron.channels.backoffice import ScopedView
from patron.channels.models import Channel
from patron.kernel import listing
from patron.kernel.encoding import JSON
from patron.kernel.errors import NotFound
from patron.kernel.paging import LongPages
from patron.support import answering, conversation_reads, conversing, errors, inbox_reads, moderation
from patron.support import openapi_remote as openapi
from patron.support.filters import ConversationFilters
from patron.support.models import Conversation
from patron.support.models.conversations import Sender
from patron.support.serializers import answers
from patron.support.serializers.conversations import LARGEST_ID, MessagesWish, cleaned
from patron.support.views.conversations import window_of

STOREFRONTS: Final = (Channel.Type.WEB, Channel.Type.MOBILE)


class RemoteView(ScopedView):
    """A view of the storefront's conversations under the address of its channel."""

    table = Conversation
    verbs: ClassVar[Mapping[str, str]] = {"POST": "change"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Refusal for a channel that is no storefront, NotFound for an id that no column holds."""
        super().initial(request, *args, **kwargs)
        if kwargs.get("conversation_id", 0) > LARGEST_ID:
            raise NotFound
        if not Channel.objects.filter(pk=kwargs["channel_id"], channel_type__in=STOREFRONTS).exists():
            raise errors.elsewhere()


@openapi.CONVERSATIONS
class RemoteConversationsView(RemoteView):
    """All of them."""

    def get(self, request: Request, channel_id: int) -> Response:
        rows = Conversation.objects.only("pk")
        answer = listing.answer(
            self,
            rows,
            lambda row: row.pk,
            filters=ConversationFilters,
            sortable=openapi.SORTABLE,
            default=("-active_at", "-pk"),
            pages=LongPages,
        )
        answer.data["results"] = inbox_reads.of_staff(answer.data["results"])
        return answer


@openapi.CONVERSATION
class RemoteConversationView(RemoteView):
    """One of them; what the shopper wrote in it counts as read from then on."""

    def get(self, request: Request, channel_id: int, conversation_id: int) -> Response:
        found = shown(conversation_id)
        conversing.mark_seen(conversation_id, Sender.DATASOURCE)
        return found


@openapi.MESSAGES
class RemoteMessagesView(RemoteView):
    """The messages of one conversation; an answer."""

    def get(self, request: Request, channel_id: int) -> HttpResponse:
        conversation_id = cleaned(MessagesWish(data=request.query_params))["conversation"]
        body = inbox_reads.messages(conversation_id, window_of(request._request))
        if body is None:
            raise NotFound
        conversing.mark_seen(conversation_id, Sender.DATASOURCE)
        return HttpResponse(body, content_type=JSON)

    def post(self, request: Request, channel_id: int) -> HttpResponse:
        wish = answers.RemoteMessageWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return replied(request, wish.validated_data["conversation"], wish.validated_data["message_content"])


@openapi.REPLY
class ReplyView(RemoteView):
    """An answer."""

    def post(self, request: Request, channel_id: int, conversation_id: int) -> HttpResponse:
        wish = answers.ReplyWish(data=request.data)
        wish.is_valid(raise_exception=True)
        return replied(request, conversation_id, wish.validated_data["message_content"])


class ActionView(RemoteView, ABC):
    """One thing done with a conversation, which is answered as it is then."""

    wish: ClassVar[type[Serializer[Any]]] = answers.Nothing

    def post(self, request: Request, channel_id: int, conversation_id: int) -> Response:
        wish = self.wish(data=request.data)
        wish.is_valid(raise_exception=True)
        self.act(conversation_id, wish.validated_data, caller(request).staff_id)
        return shown(conversation_id)

    @abstractmethod
    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        """What is done. Each view has its own."""


@openapi.CLOSE
class CloseView(ActionView):
    """Nobody writes in it any more."""

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        answering.close(conversation_id)


@openapi.REOPEN
class ReopenView(ActionView):
    """Both write again."""

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        answering.reopen(conversation_id)


@openapi.ASSIGN
class AssignView(ActionView):
    """In somebody's hands."""

    wish = answers.AssignWish

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        answering.assign(conversation_id, data["assignee"])


@openapi.PUBLISH
class PublishView(ActionView):
    """For everybody."""

    wish = answers.PublishWish

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        moderation.publish(conversation_id, data.get("upto"))


@openapi.REJECT
class RejectView(ActionView):
    """Not for everybody, and why."""

    wish = answers.RejectWish

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        moderation.reject(conversation_id, data["reason"])


@openapi.BLOCK
class BlockView(ActionView):
    """The seller does not hear the shopper any more."""

    wish = answers.BlockWish

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        answering.block(conversation_id, data["reason"], staff_id)


@openapi.UNBLOCK
class UnblockView(ActionView):
    """And hears the shopper again."""

    def act(self, conversation_id: int, data: Mapping[str, Any], staff_id: int) -> None:
        answering.unblock(conversation_id)


def shown(conversation_id: int) -> Response:
    """One conversation as staff see it. Raises NotFound."""
    found: msgspec.Raw | None = inbox_reads.thread(conversation_id)
    if found is None:
        raise NotFound
    return Response(found)


def replied(request: Request, conversation_id: int, content: str) -> HttpResponse:
    """The answer that was written."""
    posted = answering.reply(conversation_id, content, caller(request).staff_id)
    return HttpResponse(conversation_reads.message(posted.message_id), status=201, content_type=JSON)
