"""`/users/conversations/` and `/users/messages/`: a shopper and a seller write each other."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patron.accounts import cookies
from patron.accounts.authentication import IsShopper, ShopperAuthentication, signed_in
from patron.accounts.reads import Answer
from patron.accounts.views.answers import FORMS
from patron.accounts.views.profile import bytes_response, site_of
from patron.kernel import doors
from patron.kernel.encoding import JSON
from patron.kernel.errors import NotFound
from patron.support import conversation_reads, conversing, openapi_conversations, pages, posting, public_reads
from patron.support.errors import AlreadyExists
from patron.support.models.conversations import Sender
from patron.support.serializers.conversations import (
    ConversationWish,
    MessagesWish,
    MessageWish,
    PublicWish,
    cleaned,
    wanted,
)


def window_of(request: HttpRequest) -> pages.Window:
    """The page that a request wants."""
    return pages.window(request.GET.dict(), lambda: f"{site_of(request)}{request.get_full_path()}")


class ShopperView(doors.FastGet):
    """A view of the shopper's own."""

    authentication_classes = [ShopperAuthentication]
    permission_classes = [IsShopper]
    parser_classes: list[type[BaseParser]] = FORMS


@openapi_conversations.CONVERSATIONS
class ConversationsView(ShopperView):
    """The own conversations; a new one, or one more message."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        answer = conversation_reads.own_list(key, wanted(request.GET.dict()), window_of(request)) if key else None
        return bytes_response(answer, key) if answer and key else doors.unauthenticated()

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        wish = ConversationWish(data=request.data, context={"shopper_id": shopper.pk})
        wish.is_valid(raise_exception=True)
        conversation_id, content = wish.validated_data.get("conversation"), wish.validated_data["message_content"]
        try:
            posted = (
                posting.from_shopper(conversation_id, shopper.pk, content)
                if conversation_id
                else conversing.start(shopper.pk, wish.beginning())
            )
        except AlreadyExists as refused:
            return Response([str(refused.text)], status=refused.status)
        return Response(conversation_reads.created(posted.conversation_id, content), status=201)


@openapi_conversations.CONVERSATION
class ConversationView(ShopperView):
    """One of them; what the seller wrote in it counts as read from then on."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        found = conversation_reads.own(key, kwargs["conversation_id"]) if key else None
        return found_response(found, key, kwargs["conversation_id"])


@openapi_conversations.MESSAGES
class MessagesView(ShopperView):
    """The messages of one conversation; one more."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = cookies.session_key(request)
        if key is None:
            return doors.unauthenticated()
        conversation_id = cleaned(MessagesWish(data=request.GET.dict()))["conversation"]
        found = conversation_reads.own_messages(key, conversation_id, window_of(request))
        return found_response(found, key, conversation_id)

    def post(self, request: Request) -> Response:
        shopper, _session = signed_in(request)
        wish = MessageWish(data=request.data, context={"shopper_id": shopper.pk})
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        posted = posting.from_shopper(data["conversation"], shopper.pk, data["message_content"])
        return Response(conversation_reads.written(posted, data["message_content"], shopper), status=201)


@openapi_conversations.PUBLIC
class PublicView(APIView):
    """What was published about a product."""

    authentication_classes: list[Any] = []

    def get(self, request: Request) -> HttpResponse:
        wish = PublicWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        data = wish.validated_data
        body = public_reads.published(data["product"], data.get("conversation_type"), window_of(request._request))
        return HttpResponse(body, content_type=JSON)


@openapi_conversations.PUBLIC_TOO
class OwnPublicView(PublicView):
    """The same beside the own ones."""


def found_response(found: conversation_reads.Found | None, key: str | None, conversation_id: int) -> HttpResponse:
    """What was read of one conversation; the reading is written down where it held news. Raises NotFound."""
    if found is None or key is None:
        return doors.unauthenticated()
    if found.body is None:
        raise NotFound
    if found.has_news:
        conversing.mark_seen(conversation_id, Sender.USER)
    return bytes_response(Answer(found.body, found.stale_session), key)
