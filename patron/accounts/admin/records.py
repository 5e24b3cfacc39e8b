"""What belongs to shoppers: sessions, challenges, the ledger, pictures. Read-only; sessions can be ended."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.accounts import sessions
from patron.accounts.models import Avatar, Challenge, Consent, Session
from patron.kernel import phones
from patron.kernel.middleware import CLIENT_TYPES
from patron.kernel.tables import MOST_AT_ONCE, ReadOnlyRows, ReadOnlyTable, as_id, left_to_right, link, one_of

_LEDGER = ("channel", "old_value", "new_value", "is_proven", "changed_at", "source", "staff", "ip", "client_type")


class ConsentRows(ReadOnlyRows):
    """The ledger of one shopper."""

    model = Consent
    fields = readonly_fields = (*_LEDGER, "text_version")
    ordering = ("-id",)
    verbose_name_plural = _("consent ledger")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the staff member's name."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("staff")


class SessionRows(ReadOnlyRows):
    """Where the shopper is signed in."""

    model = Session
    fields = readonly_fields = ("authenticated_at", "last_seen_at", "expires_at", "ip", "client_type", "user_agent")
    ordering = ("-last_seen_at",)


@admin.register(Session)
class SessionTable(ReadOnlyTable):
    """Signed-in shoppers and guests, without the keys."""

    list_display = ("id", "of", "client_type", "ip", "authenticated_at", "last_seen_at", "expires_at")
    fields = (
        "id", "shopper", "created_at", "authenticated_at", "last_seen_at", "expires_at", "ip", "user_agent",
        "client_type", "currency_code", "captcha_passed_at",
    )  # fmt: skip
    list_filter = (
        one_of("client_type", _("client type"), sorted(CLIENT_TYPES)),
        ("shopper", admin.EmptyFieldListFilter),
        ("expires_at", RangeDateTimeFilter),
    )
    ordering = ("-id",)
    search_help_text = _("Shopper as #12")
    actions = ("end",)
    rights = ("view", "delete")

    @admin.display(description=_("shopper"))
    def of(self, session: Session) -> str:
        """Whose it is; nothing for a guest's."""
        return link("accounts_shopper", session.shopper_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper."""
        return _of_shopper(rows, words)

    @admin.action(description=_("End the chosen sessions"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Sign out where the chosen sessions are."""
        chosen = list(queryset[:MOST_AT_ONCE])
        for session in chosen:
            sessions.end(session)
            self.log_deletions(request, [session])
        text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", len(chosen))
        self.message_user(request, text % {"count": len(chosen)}, messages.SUCCESS)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whoever may delete sessions."""
        return request.user.has_perm("accounts.delete_session")


@admin.register(Challenge)
class ChallengeTable(ReadOnlyTable):
    """Codes that wait to be confirmed: everything but the code."""

    list_display = ("id", "purpose", "masked_phone", "tries", "sent_at", "expires_at", "used_at")
    fields = ("id", "session", "purpose", "masked_phone", "consent", "tries", "sent_at", "expires_at", "used_at")
    list_filter = (("expires_at", RangeDateTimeFilter),)
    ordering = ("-id",)

    @admin.display(description=_("phone"))
    def masked_phone(self, challenge: Challenge) -> str:
        """`+90******1020`."""
        return left_to_right(phones.mask(challenge.phone_e164))


@admin.register(Consent)
class ConsentTable(ReadOnlyTable):
    """The ledger. The database refuses to change it, whoever asks."""

    list_display = ("id", "of", *_LEDGER)
    fields = ("id", "shopper", *_LEDGER, "text_version", "request_id")
    list_filter = ("channel", "is_proven", ("changed_at", RangeDateTimeFilter))
    list_select_related = ("staff",)
    ordering = ("-id",)
    search_help_text = _("Shopper as #12")

    @admin.display(description=_("shopper"))
    def of(self, consent: Consent) -> str:
        """Who agreed or disagreed."""
        return link("accounts_shopper", consent.shopper_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper."""
        return _of_shopper(rows, words)


@admin.register(Avatar)
class AvatarTable(ReadOnlyTable):
    """Pictures; the list does not read them."""

    list_display = ("name", "of", "content_type", "created_at")
    fields = ("picture", "name", "shopper", "content_type", "created_at")
    search_help_text = _("Shopper as #12, or a name")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the content, which the browser fetches by name."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("content")

    @admin.display(description=_("shopper"))
    def of(self, avatar: Avatar) -> str:
        """Whose picture it is."""
        return link("accounts_shopper", avatar.shopper_id)

    @admin.display(description=_("avatar"))
    def picture(self, avatar: Avatar) -> str:
        """The picture itself."""
        return image(avatar.name)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By name or shopper."""
        return _of_shopper(rows, words) if words.startswith("#") else rows.filter(name=words)


def image(name: str) -> str:
    """An avatar by its random name."""
    return format_html('<img src="/media/avatars/{}" alt="" width="96" class="rounded-default">', name)


def _of_shopper(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    number = as_id(words)
    return rows.none() if number is None else rows.filter(shopper_id=number)
