"""What shoppers send of conversations."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patron.kernel.errors import Invalid
from patron.kernel.fields import BooleanField
from patron.support.conversation_reads import Wanted
from patron.support.conversing import ORDER_ITEM, PRODUCT, Beginning
from patron.support.models import Conversation
from patron.support.models.conversations import LONGEST_MESSAGE, LONGEST_SUBJECT, Sender
from patron.support.serializers.optional import OrNone

USER_TYPES: Final = ("guest", "registered")
ITEM_CONTENTS: Final = (PRODUCT, ORDER_ITEM)
LARGEST_ID: Final = 2**63 - 1
_EVERYTHING: Final = Wanted()


class IdField(serializers.IntegerField):
    """An id that a column can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class IdOrNoneField(OrNone, IdField):
    """An id, or none."""


class _ChoiceOrNoneField(OrNone, serializers.ChoiceField):
    pass


class ContentField(serializers.CharField):
    """A message of 1 to 5,000 characters, kept as it was written; white space alone is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_MESSAGE, trim_whitespace=False, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation("" if isinstance(data, str) and not data.strip() else data)


class OwnWords(serializers.Serializer[Any]):
    """Who writes must be the caller, whose id the context holds as `shopper_id`."""

    default_error_messages = {
        "not_yours": _("This must be your own id."),
        "not_user": _("A shopper writes as user."),
    }

    def _own(self, value: int) -> int:
        if value != self.context["shopper_id"]:
            self.fail("not_yours")
        return value

    def validate_content_id(self, value: int) -> int:
        """Raises ValidationError for another's."""
        return self._own(value)

    def validate_content_type(self, value: str) -> str:
        """Raises ValidationError for the seller's word."""
        if value != Sender.USER:
            self.fail("not_user")
        return value


class ConversationWish(OwnWords):
    """The documented body of POST /users/conversations/."""

    conversation_type = serializers.ChoiceField(Conversation.Type.values)
    user = IdField()
    user_type = serializers.ChoiceField(USER_TYPES)
    message_content = ContentField()
    datasource = IdField()
    content_type = serializers.ChoiceField(Sender.values)
    is_public = BooleanField(default=False)
    content_id = IdField()
    subject = serializers.CharField(max_length=LONGEST_SUBJECT, required=False, allow_blank=True, allow_null=True)
    conversation = IdOrNoneField()
    item_content = _ChoiceOrNoneField(ITEM_CONTENTS)
    item_id = IdOrNoneField()

    def validate_user(self, value: int) -> int:
        """Raises ValidationError for another's."""
        return self._own(value)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for half an item."""
        pair = ("item_content", "item_id")
        missing = [name for name in pair if data.get(name) is None]
        if len(missing) == 1:
            raise serializers.ValidationError({missing[0]: [self.fields[missing[0]].error_messages["required"]]})
        return data

    def beginning(self) -> Beginning:
        """What a new conversation is made of."""
        data = self.validated_data
        return Beginning(
            type=data["conversation_type"],
            datasource_id=data["datasource"],
            content=data["message_content"],
            item_content=data.get("item_content"),
            item_id=data.get("item_id"),
            subject=data.get("subject") or "",
            is_public=data["is_public"],
        )


class MessageWish(OwnWords):
    """The body of POST /users/messages/."""

    conversation = IdField()
    message_content = ContentField()
    content_type = serializers.ChoiceField(Sender.values, required=False)
    content_id = IdField(required=False)


class ListWish(serializers.Serializer[Any]):
    """What narrows the list of the own conversations."""

    conversation_type = serializers.ChoiceField(Conversation.Type.values, required=False)
    is_answered = BooleanField(required=False)
    item_content = serializers.ChoiceField(ITEM_CONTENTS, required=False)
    item_id = IdField(required=False)
    datasource = IdField(required=False)


class MessagesWish(serializers.Serializer[Any]):
    """Whose messages."""

    conversation = IdField()


class PublicWish(serializers.Serializer[Any]):
    """About what."""

    product = IdField()
    conversation_type = serializers.ChoiceField(
        [Conversation.Type.QUESTION.value, Conversation.Type.REVIEW.value], required=False
    )


def wanted(query: Mapping[str, Any]) -> Wanted:
    """What a query narrows the list to; an empty parameter narrows nothing. Raises Invalid by parameter."""
    asked = {name: query[name] for name in query.keys() & _NARROWING if query[name]}
    return Wanted(**cleaned(ListWish(data=asked))) if asked else _EVERYTHING


def cleaned(wish: serializers.Serializer[Any]) -> dict[str, Any]:
    """What was validated. Raises Invalid, for a read that DRF does not stand behind."""
    if not wish.is_valid():
        raise Invalid({field: [str(text) for text in texts] for field, texts in wish.errors.items()})
    found: dict[str, Any] = wish.validated_data
    return found


_NARROWING: Final = frozenset(ListWish().fields)
