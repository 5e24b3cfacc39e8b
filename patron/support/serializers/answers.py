"""What staff send of conversations."""

from typing import Any

from rest_framework import serializers

from patron.support.models.conversations import LONGEST_REASON
from patron.support.serializers.conversations import ContentField, IdField, IdOrNoneField


class ReplyWish(serializers.Serializer[Any]):
    """An answer of the seller."""

    message_content = ContentField()


class RemoteMessageWish(ReplyWish):
    """The same, with the conversation it belongs to."""

    conversation = IdField()


class PublishWish(serializers.Serializer[Any]):
    """What is published: everything, or until a message, the last that the moderator has read."""

    upto = IdOrNoneField()


class RejectWish(serializers.Serializer[Any]):
    """Why not; the shopper reads it."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class AssignWish(serializers.Serializer[Any]):
    """A staff member; null: nobody."""

    assignee = IdField(allow_null=True)


class BlockWish(serializers.Serializer[Any]):
    """Why; for staff alone."""

    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")


class Nothing(serializers.Serializer[Any]):
    """A call that needs no body."""
