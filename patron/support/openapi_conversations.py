"""What the API page says of shoppers' conversations. Examples: user-support-and-conversations."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from patron.kernel import openapi, paging
from patron.support.conversation_reads import Created
from patron.support.serializers.conversations import ConversationWish, ListWish, MessageWish

TAG: Final = "Conversations"
ID: Final = OpenApiParameter("conversation_id", int, OpenApiParameter.PATH)
NOT_FOUND: Final = openapi.answer(openapi.DETAIL, "There is none of yours.", ("unknown", {"detail": "Not found."}))
NO_PAGE: Final = openapi.answer(openapi.DETAIL, "A page past the end.", ("past the end", {"detail": "Invalid page."}))
_TAGS: Final = [TAG]
MESSAGE: Final[dict[str, Any]] = {
    "id": 11,
    "message_content": "hello first message",
    "content_type": "user",
    "content_id": 853,
    "user_type": "registered",
    "created_date": "2024-01-01T00:00:00.000000Z",
    "is_read": False,
}
EXAMPLE: Final[dict[str, Any]] = {
    "id": 3,
    "conversation_type": "message",
    "item_object": {
        "pk": 3855,
        "sku": "4455002",
        "product_images": [
            {
                "pk": 26,
                "product": 9,
                "image": "products/2021/05/21/134/d192331113a.jpg",
                "order": 0,
                "height": 80,
                "width": 101,
            }
        ],
        "name": "Oversized Sweatshirt",
    },
    "is_answered": False,
    "subject": "subject-1",
    "message_set": [],
    "user": {
        "id": 853,
        "first_name": "John",
        "last_name": "Doe",
        "gender": None,
        "email": "testuser1@akinon.com",
        "phone": None,
    },
    "last_message_date": None,
    "is_public": False,
    "item_content": "product",
    "datasource": {
        "phone_number": None,
        "name": "seller-1",
        "title": "Test Seller",
        "supplier_code": "Code123",
        "mersis_number": None,
        "fax_number": None,
        "email": None,
        "is_active": True,
        "trade_association": None,
        "price_list": None,
        "address": None,
        "stock_list": None,
        "pk": 57,
        "slug": None,
        "kep_address": None,
        "extras": {},
    },
}
_ASKED: Final[dict[str, Any]] = {
    "conversation_type": "message",
    "user": 76,
    "user_type": "registered",
    "message_content": "hello first message",
    "datasource": 135,
    "content_type": "user",
    "is_public": False,
    "content_id": 76,
    "subject": "subject",
    "conversation": 1,
    "item_content": "product",
    "item_id": 1,
}
_CREATED: Final[dict[str, Any]] = {
    "id": 35,
    "datasource": 1,
    "user": 76,
    "subject": "subject",
    "item_content": None,
    "is_public": False,
    "item_id": None,
    "conversation_type": "message",
    "message_content": "hello first message 2",
    "user_type": "registered",
    "content_id": 76,
    "content_type": "user",
}
_PUBLISHED: Final[dict[str, Any]] = {
    "id": 4,
    "conversation_type": "review",
    "product": 9,
    "subject": None,
    "author": "J. D.",
    "datasource": {"pk": 57, "name": "seller-1", "title": "Test Seller"},
    "created_date": "2024-01-01T00:00:00.000000Z",
    "message_set": [
        {
            "id": 12,
            "message_content": "Warm, and true to size.",
            "content_type": "user",
            "created_date": "2024-01-01T00:00:00.000000Z",
        }
    ],
}


def schema_of(example: Any) -> dict[str, Any]:
    """The JSON schema that an example fits, which names every member; what is null in it may be a text."""
    if isinstance(example, dict):
        members = {name: schema_of(value) for name, value in example.items()}
        return {"type": "object", "properties": members, "required": list(members)} if members else {"type": "object"}
    if isinstance(example, list):
        return {"type": "array", "items": schema_of(example[0]) if example else {}}
    if example is None:
        return {"type": ["string", "null"]}
    kinds: dict[type, str] = {bool: "boolean", int: "integer", str: "string"}
    return {"type": kinds[type(example)]}


MESSAGE_SCHEMA: Final = schema_of(MESSAGE) | {"title": "ConversationMessage"}


def conversation_schema(example: dict[str, Any], title: str) -> dict[str, Any]:
    """The same for a conversation, whose item may be missing or an order item."""
    schema = schema_of(example) | {"title": title}
    schema["properties"] |= {
        "item_object": {"type": ["object", "null"]},
        "item_content": {"type": ["string", "null"], "enum": ["product", "orderitem", None]},
        "message_set": {"type": "array", "items": MESSAGE_SCHEMA},
        "subject": {"type": ["string", "null"]},
    }
    seller = schema["properties"]["datasource"]["properties"]
    seller |= {name: {"type": ["integer", "null"]} for name in ("price_list", "stock_list")}
    return schema


_SCHEMA: Final = conversation_schema(EXAMPLE, "Conversation")
_BAD: Final = openapi.answer(
    {"oneOf": [openapi.FIELD_ERRORS, {"type": "array", "items": {"type": "string"}}]},
    "The request has the wrong shape, or the shopper has this conversation already.",
    ("exists", ["Conversation already exists"]),
    ("not yours", {"user": ["This must be your own id."]}),
    ("no such seller", {"datasource": ["There is no such seller."]}),
)
_REFUSED: Final = openapi.refused(
    ("conversation_100_1", "The conversation is closed."),
    ("conversation_100_2", "The conversation has as many messages as it can have."),
    ("conversation_100_3", "Only a product that was delivered to you can be reviewed."),
    ("conversation_100_4", "You cannot write to this seller."),
)

CONVERSATIONS: Final = extend_schema_view(
    get=extend_schema(
        operation_id="own_conversations_list",
        summary="The shopper's conversations",
        description="The newest activity first, each with its newest 100 messages, the oldest of these first.",
        tags=_TAGS,
        parameters=[*paging.PARAMETERS, ListWish],
        responses={
            200: openapi.answer(
                paging.schema_of(_SCHEMA),
                "A page of them.",
                ("conversations", {"count": 1, "next": None, "previous": None, "results": [EXAMPLE]}),
            ),
            400: openapi.invalid(("unknown type", {"conversation_type": ['"letter" is not a valid choice.']})),
            401: openapi.UNAUTHENTICATED,
            404: NO_PAGE,
        },
    ),
    post=extend_schema(
        operation_id="own_conversations_create",
        summary="Write to a seller",
        description="With `conversation`, one more message in that one; without, a new conversation. There is one for "
        "each seller, type and item, or subject where there is no item. `is_public` only asks: a question or a review "
        "is seen by others when it was published.",
        tags=_TAGS,
        parameters=[openapi.CSRF, openapi.IDEMPOTENCY],
        request=ConversationWish,
        examples=[OpenApiExample("a message", value=_ASKED, request_only=True)],
        responses={
            201: openapi.answer(openapi.struct(Created), "The conversation and the message.", ("written", _CREATED)),
            400: _BAD,
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            404: NOT_FOUND,
            406: _REFUSED,
            429: openapi.THROTTLED,
        },
    ),
)
CONVERSATION: Final = extend_schema_view(
    get=extend_schema(
        operation_id="own_conversations_retrieve",
        summary="One conversation",
        description="With all its messages. What the seller wrote counts as read from then on.",
        tags=_TAGS,
        parameters=[ID],
        responses={
            200: openapi.answer(_SCHEMA, "The conversation.", ("conversation", EXAMPLE)),
            401: openapi.UNAUTHENTICATED,
            404: NOT_FOUND,
        },
    )
)
MESSAGES: Final = extend_schema_view(
    get=extend_schema(
        operation_id="own_messages_list",
        summary="The messages of one conversation",
        description="The oldest first. What the seller wrote counts as read from then on.",
        tags=_TAGS,
        parameters=[*paging.PARAMETERS, OpenApiParameter("conversation", int, required=True)],
        responses={
            200: openapi.answer(
                paging.schema_of(MESSAGE_SCHEMA),
                "A page of them.",
                ("messages", {"count": 1, "next": None, "previous": None, "results": [MESSAGE]}),
            ),
            400: openapi.invalid(("whose", {"conversation": ["This field is required."]})),
            401: openapi.UNAUTHENTICATED,
            404: NOT_FOUND,
        },
    ),
    post=extend_schema(
        operation_id="own_messages_create",
        summary="One more message",
        tags=_TAGS,
        parameters=[openapi.CSRF, openapi.IDEMPOTENCY],
        request=MessageWish,
        examples=[
            OpenApiExample("a message", value={"conversation": 3, "message_content": "hello again"}, request_only=True)
        ],
        responses={
            201: openapi.answer(MESSAGE_SCHEMA, "The message.", ("written", MESSAGE)),
            400: openapi.invalid(("empty", {"message_content": ["This field may not be blank."]})),
            401: openapi.UNAUTHENTICATED,
            403: openapi.CSRF_FAILED,
            404: NOT_FOUND,
            406: _REFUSED,
        },
    ),
)


def _published(operation_id: str, summary: str) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            summary=summary,
            description="Questions and reviews that were published, with the sellers' answers, the newest activity "
            "first. Of a shopper the initials are shown.",
            tags=_TAGS,
            auth=[],
            parameters=[
                *paging.PARAMETERS,
                OpenApiParameter("product", int, required=True),
                OpenApiParameter("conversation_type", str, enum=["question", "review"]),
            ],
            responses={
                200: openapi.answer(
                    paging.schema_of(schema_of(_PUBLISHED) | {"title": "PublicConversation"}),
                    "A page of them.",
                    ("published", {"count": 1, "next": None, "previous": None, "results": [_PUBLISHED]}),
                ),
                400: openapi.invalid(("which", {"product": ["This field is required."]})),
                404: NO_PAGE,
            },
        )
    )


PUBLIC: Final = _published("public_conversations_list", "What others asked and thought of a product")
PUBLIC_TOO: Final = _published("public_conversations_list_too", "The same, beside the own conversations")
