"""What the API page says of the sellers' side of conversations."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import counting, listing, openapi, paging
from patron.support.filters import ConversationFilters
from patron.support.openapi_conversations import EXAMPLE, ID, MESSAGE, MESSAGE_SCHEMA, conversation_schema
from patron.support.serializers import answers

SORTABLE: Final = {"id": "pk", "created_date": "created_at", "last_activity_date": "active_at"}
_TAGS: Final = ["Conversations (staff)"]
_CHANNEL: Final = OpenApiParameter("channel_id", int, OpenApiParameter.PATH)
_ROW: Final[dict[str, Any]] = EXAMPLE | {
    "item_id": 3855,
    "state": "open",
    "visibility": "private",
    "rejection_reason": None,
    "assignee": 7,
    "message_count": 0,
    "created_date": "2024-01-01T00:00:00.000000Z",
    "last_activity_date": "2024-01-01T00:00:00.000000Z",
    "waiting_since": None,
    "answer_deadline": None,
    "is_overdue": False,
    "is_sender_blocked": False,
}
_ANSWER: Final = MESSAGE | {"content_type": "datasource", "content_id": 57, "message_content": "It is on its way."}
_SCHEMA: Final = conversation_schema(_ROW, "StaffConversation")
_SCHEMA["properties"] |= {name: {"type": ["integer", "null"]} for name in ("item_id", "assignee")}
_SCHEMA["properties"] |= dict.fromkeys(("waiting_since", "answer_deadline"), openapi.MOMENT_OR_NULL)
_FORBIDDEN: Final = openapi.answer(
    openapi.DETAIL,
    "The staff member may not.",
    ("forbidden", {"detail": "You do not have permission to perform this action."}),
)
_NOT_FOUND: Final = openapi.answer(
    openapi.DETAIL, "There is no such conversation, or no such channel of yours.", ("unknown", {"detail": "Not found."})
)
_ELSEWHERE: Final = (
    "conversation_100_6",
    "Conversations take place in the shop's own storefront, not in this channel.",
)
_CANNOT: Final = openapi.refused(_ELSEWHERE)
_UNWRITABLE: Final = openapi.refused(
    ("conversation_100_1", "The conversation is closed."),
    ("conversation_100_2", "The conversation has as many messages as it can have."),
    _ELSEWHERE,
)
_EMPTY: Final = openapi.invalid(("empty", {"message_content": ["This field may not be blank."]}))
_WRITTEN: Final = openapi.answer(MESSAGE_SCHEMA, "The answer.", ("answered", _ANSWER))


def _action(name: str, summary: str, description: str, request: Any = None, example: Any = None) -> Any:
    examples = [OpenApiExample("wish", value=example, request_only=True)] if example else []
    bad = {400: openapi.invalid()} if request else {}
    return extend_schema_view(
        post=extend_schema(
            operation_id=f"remote_conversations_{name}",
            summary=summary,
            description=description,
            tags=_TAGS,
            parameters=[_CHANNEL, ID],
            request=request,
            examples=examples,
            responses={
                200: openapi.answer(_SCHEMA, "The conversation as it is now.", ("conversation", _ROW)),
                **bad,
                403: _FORBIDDEN,
                404: _NOT_FOUND,
                406: openapi.refused(
                    ("conversation_100_5", "Only a question or a review of a product can be published."), _ELSEWHERE
                )
                if name in ("publish", "reject")
                else _CANNOT,
            },
        )
    )


CONVERSATIONS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="remote_conversations_list",
        summary="Conversations of the storefront",
        description="The newest activity first, each with its newest 100 messages. The channel is one of the shop's "
        "own: type web or mobile.",
        tags=_TAGS,
        parameters=[_CHANNEL, *listing.parameters(ConversationFilters, SORTABLE), *counting.PARAMETERS],
        responses={
            200: openapi.answer(
                paging.schema_of(_SCHEMA),
                "A page of them.",
                ("conversations", {"count": 1, "next": None, "previous": None, "results": [_ROW]}),
            ),
            400: openapi.invalid(("filter", {"foo__bar": ["There is no such filter."]})),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: _CANNOT,
        },
    )
)
CONVERSATION: Final = extend_schema_view(
    get=extend_schema(
        operation_id="remote_conversations_retrieve",
        summary="One conversation",
        description="With all its messages. What the shopper wrote counts as read from then on.",
        tags=_TAGS,
        parameters=[_CHANNEL, ID],
        responses={
            200: openapi.answer(_SCHEMA, "The conversation.", ("conversation", _ROW)),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: _CANNOT,
        },
    )
)
MESSAGES: Final = extend_schema_view(
    get=extend_schema(
        operation_id="remote_messages_list",
        summary="The messages of one conversation",
        description="The oldest first. What the shopper wrote counts as read from then on.",
        tags=_TAGS,
        parameters=[_CHANNEL, *paging.PARAMETERS, OpenApiParameter("conversation", int, required=True)],
        responses={
            200: openapi.answer(
                paging.schema_of(MESSAGE_SCHEMA),
                "A page of them.",
                ("messages", {"count": 1, "next": None, "previous": None, "results": [MESSAGE]}),
            ),
            400: openapi.invalid(("whose", {"conversation": ["This field is required."]})),
            403: _FORBIDDEN,
            404: _NOT_FOUND,
            406: _CANNOT,
        },
    ),
    post=extend_schema(
        operation_id="remote_messages_create",
        summary="Answer",
        description="The shopper is told by mail and, where they allow it, by SMS.",
        tags=_TAGS,
        parameters=[_CHANNEL],
        request=answers.RemoteMessageWish,
        examples=[
            OpenApiExample(
                "an answer", value={"conversation": 3, "message_content": "It is on its way."}, request_only=True
            )
        ],
        responses={201: _WRITTEN, 400: _EMPTY, 403: _FORBIDDEN, 404: _NOT_FOUND, 406: _UNWRITABLE},
    ),
)
REPLY: Final = extend_schema_view(
    post=extend_schema(
        operation_id="remote_conversations_reply",
        summary="Answer in a conversation",
        description="The shopper is told by mail and, where they allow it, by SMS.",
        tags=_TAGS,
        parameters=[_CHANNEL, ID],
        request=answers.ReplyWish,
        examples=[OpenApiExample("an answer", value={"message_content": "It is on its way."}, request_only=True)],
        responses={201: _WRITTEN, 400: _EMPTY, 403: _FORBIDDEN, 404: _NOT_FOUND, 406: _UNWRITABLE},
    )
)
CLOSE: Final = _action("close", "Close a conversation", "Nobody writes in it any more.")
REOPEN: Final = _action("reopen", "Open a closed conversation again", "What nobody answered waits anew.")
ASSIGN: Final = _action(
    "assign", "Put it in somebody's hands", "null: in nobody's.", answers.AssignWish, {"assignee": 7}
)
PUBLISH: Final = _action(
    "publish",
    "Publish a question or a review",
    "All that is written until now or, with `upto`, until a message: the last that the moderator has read. What the "
    "shopper adds later waits for a moderator again.",
    answers.PublishWish,
    {"upto": 35},
)
REJECT: Final = _action(
    "reject",
    "Do not publish it, or take it back",
    "The shopper gets the reason by mail.",
    answers.RejectWish,
    {"reason": "It names another customer."},
)
BLOCK: Final = _action(
    "block",
    "Block the sender",
    "The seller does not hear the shopper any more, in no conversation.",
    answers.BlockWish,
    {"reason": "Insults."},
)
UNBLOCK: Final = _action("unblock", "Unblock the sender", "The seller hears the shopper again.")
