"""Conversations in the console as tables: looked up here, worked on in the inbox; saved answers, blocked senders."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.kernel import clock
from patron.kernel.tables import ReadOnlyRows, ReadOnlyTable, Table, as_id, link, staff_id
from patron.support.models import BlockedSender, Conversation, Message, SavedAnswer


class MessageRows(ReadOnlyRows):
    """What was written, the newest first."""

    model = Message
    fields = ("created_at", "sender", "content", "staff")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who wrote."""
        rows: QuerySet[Any] = super().get_queryset(request).select_related("staff")
        return rows


class OfShopper(ReadOnlyTable):
    """Rows that name a shopper."""

    search_help_text = _("A number (#12), or the shopper's e-mail")

    @admin.display(description=_("shopper"))
    def of(self, row: Any) -> str:
        """Whose it is."""
        return link("accounts_shopper", row.shopper_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number, or the newest of one shopper."""
        number = as_id(words)
        return rows.filter(shopper__email__iexact=words) if number is None else rows.filter(pk=number)


@admin.register(Conversation)
class ConversationTable(OfShopper):
    """All conversations. What is done with them is done in the inbox and by the API."""

    list_display = ("id", "type", "of", "datasource", "about", "state", "visibility", "is_overdue", "active_at")
    list_display_links = ("id",)
    list_filter = ("type", "state", "visibility", "is_overdue", ("active_at", RangeDateTimeFilter))
    list_select_related = ("datasource", "product")
    ordering = ("-active_at", "-id")
    sortable_by = ("active_at",)
    rights = ("view", "change")
    inlines = (MessageRows,)
    fields = (
        "type", "of", "datasource", "about", "order_item_number", "state", "visibility", "rejection", "assignee",
        "message_count", "last_sender", "created_at", "active_at", "last_message_at", "waiting_since", "due_at",
        "is_overdue", "closed_at",
    )  # fmt: skip

    @admin.display(description=_("about"))
    def about(self, conversation: Conversation) -> str:
        """The product, or the subject."""
        return conversation.product.name if conversation.product is not None else conversation.subject

    @admin.display(description=_("order item"))
    def order_item_number(self, conversation: Conversation) -> str:
        """Its number."""
        return f"#{conversation.order_item_id}" if conversation.order_item_id else ""


@admin.register(Message)
class MessageTable(ReadOnlyTable):
    """All messages, under the conversation they belong to."""

    list_display = ("id", "of_conversation", "sender", "beginning", "created_at")
    list_display_links = ("id",)
    list_filter = (("created_at", RangeDateTimeFilter),)
    ordering = ("-id",)
    sortable_by = ()
    search_help_text = _("The conversation as #12")
    fields = ("of_conversation", "sender", "content", "staff", "created_at")

    @admin.display(description=_("conversation"))
    def of_conversation(self, message: Message) -> str:
        """With the way to it."""
        return link("support_conversation", message.conversation_id)

    @admin.display(description=_("message"))
    def beginning(self, message: Message) -> str:
        """Enough to know it by."""
        return message.content[:100]

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Those of one conversation."""
        number = as_id(words)
        return rows.none() if number is None else rows.filter(conversation_id=number)


@admin.register(SavedAnswer)
class SavedAnswerTable(Table):
    """Words that staff answer with often."""

    list_display = ("id", "title", "datasource", "modified_at")
    list_display_links = ("id", "title")
    list_select_related = ("datasource",)
    ordering = ("title", "id")
    autocomplete_fields = ()
    raw_id_fields = ("datasource",)
    fields = ("title", "content", "datasource", "created_at", "modified_at")
    readonly_fields = ("created_at", "modified_at")
    search_help_text = _("The beginning of a title")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By title; there are few."""
        return rows.filter(title__istartswith=words)

    def save_model(self, request: HttpRequest, obj: SavedAnswer, form: Any, change: bool) -> None:
        """With when."""
        now = clock.now()
        obj.created_at, obj.modified_at = (obj.created_at if change else now), now
        super().save_model(request, obj, form, change)


@admin.register(BlockedSender)
class BlockedSenderTable(OfShopper):
    """Deleting a row lets the seller hear the shopper again; adding one is done where the shopper wrote, too."""

    list_display = ("id", "of", "datasource", "reason", "staff", "created_at")
    list_display_links = ("id",)
    list_select_related = ("datasource", "staff")
    ordering = ("-id",)
    sortable_by = ()
    rights = ("view", "add", "delete")
    raw_id_fields = ("shopper", "datasource")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What is entered, or what is there."""
        return ("of", "datasource", "reason", "staff", "created_at") if obj else ("shopper", "datasource", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nothing is changed."""
        return ("of", "datasource", "reason", "staff", "created_at") if obj else ()

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Whoever was given the permission."""
        return request.user.has_perm("support.add_blockedsender")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever was given the permission."""
        return request.user.has_perm("support.delete_blockedsender")

    def save_model(self, request: HttpRequest, obj: BlockedSender, form: Any, change: bool) -> None:
        """With who and when."""
        obj.staff_id, obj.created_at = staff_id(request), clock.now()
        super().save_model(request, obj, form, change)
