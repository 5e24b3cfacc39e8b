"""Messages in the console: what was sent, what failed and why, and the captured ones of the sandbox."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from patron.gateways import outbox
from patron.gateways.models import CapturedMail, CapturedSms, Fault, OutgoingMail, OutgoingMessage, OutgoingSms, State
from patron.gateways.outbox import NothingLeft
from patron.kernel import phones
from patron.kernel.tables import MOST_AT_ONCE, ReadOnlyTable, as_id, left_to_right, link

_LATEST = 10
_HISTORY = ("attempts", "trouble", "gateway", "created_at", "queued_at", "sent_at", "expires_at", "request_id")


class OutgoingTable(ReadOnlyTable):
    """The content is sealed and never shown; a failed message whose content is still there can be sent again."""

    list_filter = ("state", ("created_at", RangeDateTimeFilter))
    ordering = ("-id",)
    actions = ("send_again",)
    rights = ("view", "change")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Whether content is left, without reading it."""
        rows = super().get_queryset(request).defer("sealed_content")
        told: QuerySet[Any] = rows.annotate(content_left=~Q(sealed_content=None))
        return told

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        ordering="state",
        label={State.QUEUED: "info", State.SENT: "success", State.FAILED: "danger"},
    )
    def shown_state(self, message: OutgoingMessage) -> tuple[str, str]:
        """The state as a coloured label."""
        return message.state, message.get_state_display()

    @admin.display(description=_("can be sent again"), boolean=True)
    def has_content(self, message: Any) -> bool:
        """Whether the content was not erased yet."""
        return bool(message.content_left)

    @admin.display(description=_("shopper"))
    def shopper(self, message: OutgoingMessage) -> str:
        """The shopper it was sent to; an id that leads to nobody belongs to one who was erased."""
        return link("accounts_shopper", message.shopper_id)

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Queue those of the chosen messages anew that failed and still have content."""
        sent = 0
        for message in queryset.filter(state=State.FAILED, sealed_content__isnull=False)[:MOST_AT_ONCE]:
            try:
                outbox.retry(message)
            except NothingLeft:  # sent or swept in this moment
                continue
            sent += 1
            self.log_change(request, message, "send again")
        if not sent:
            nothing = _("None of the chosen messages has failed with its content still there.")
            self.message_user(request, nothing, messages.WARNING)
            return
        text = ngettext("%(count)d message is queued again.", "%(count)d messages are queued again.", sent)
        self.message_user(request, text % {"count": sent}, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Sending costs money, so seeing is not enough."""
        return request.user.has_perm(f"gateways.change_{self.opts.model_name}")


@admin.register(OutgoingSms)
class OutgoingSmsTable(OutgoingTable):
    """SMS; the number is masked here and whole on the shopper's page."""

    list_display = ("id", "shown_state", "purpose", "masked_to", "shopper", "attempts", "trouble", "created_at")
    fields = ("shown_state", "has_content", "purpose", "is_otp", "masked_to", "shopper", *_HISTORY)
    search_help_text = _("+905321112233, or shopper as #12")

    @admin.display(description=_("to"))
    def masked_to(self, message: OutgoingSms) -> str:
        """`+90******1020`."""
        return left_to_right(phones.mask(message.to))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper or number."""
        return rows.filter(shopper_id=as_id(words)) if words.startswith("#") else rows.filter(to=words)


@admin.register(OutgoingMail)
class OutgoingMailTable(OutgoingTable):
    """Mails; the subject is shown, the text is not."""

    list_display = ("id", "shown_state", "purpose", "subject", "shopper", "attempts", "trouble", "created_at")
    fields = ("shown_state", "has_content", "purpose", "subject", "to", "shopper", *_HISTORY)
    search_help_text = _("E-mail, or shopper as #12")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper or address."""
        return rows.filter(shopper_id=as_id(words)) if words.startswith("#") else rows.filter(to=words)


class CapturedSmsTable(ReadOnlyTable):
    """What the inbox gateway received, codes included."""

    list_display = ("id", "to", "sender", "text", "is_otp", "created_date")
    fields = ("message_id", *list_display[1:])
    list_filter = ("is_otp", ("created_date", RangeDateTimeFilter))
    ordering = ("-id",)
    search_help_text = _("+905321112233")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number."""
        return rows.filter(to=words)


class CapturedMailTable(ReadOnlyTable):
    """What the mail inbox received."""

    list_display = ("id", "to", "sender", "subject", "created_date")
    fields = ("message_id", "to", "sender", "subject", "text", "attachments", "created_date")
    list_filter = (("created_date", RangeDateTimeFilter),)
    ordering = ("-id",)
    search_help_text = _("E-mail")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By address."""
        return rows.filter(to=words)


class FaultTable(ReadOnlyTable):
    """Trouble that is being played; it is told to by the sandbox's own address."""

    list_display = ("gateway", "latency_ms", "error_rate", "outage")
    ordering = ("gateway",)


def latest_messages(shopper_id: int) -> str:
    """The ten latest SMS and mails to one shopper as HTML, with the ways to all of them."""
    found: list[dict[str, Any]] = [
        {"message": message, "kind": message._meta.verbose_name, "address": _address_of(message)}
        for model in (OutgoingSms, OutgoingMail)
        for message in model._default_manager.defer("sealed_content")
        .filter(shopper_id=shopper_id)
        .order_by("-id")[:_LATEST]
    ]
    found.sort(key=lambda row: row["message"].created_at, reverse=True)
    return render_to_string("gateways/latest_messages.html", {"rows": found[:_LATEST], "shopper_id": shopper_id})


def _address_of(message: OutgoingMessage) -> str:
    return reverse(f"admin:gateways_{message._meta.model_name}_change", args=[message.pk])


if settings.SANDBOX:  # captured messages hold codes in clear; outside the sandbox there are none
    admin.site.register(CapturedSms, CapturedSmsTable)
    admin.site.register(CapturedMail, CapturedMailTable)
    admin.site.register(Fault, FaultTable)
