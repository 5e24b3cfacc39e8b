"""Cards, enrolments, closings and the reconciler's report in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from patron.kernel.tables import ReadOnlyTable, as_id, left_to_right, link
from patron.loyalty import admin_credit  # noqa: F401 -- its tables register themselves
from patron.loyalty.models import Enrolment, Farewell, LoyaltyCard, Reconciliation


class OfShopper(ReadOnlyTable):
    """Rows that belong to a shopper."""

    ordering = ("-pk",)
    search_help_text = _("The shopper as #12, or an account number")

    @admin.display(description=_("shopper"))
    def of(self, row: Any) -> str:
        """Whose it is."""
        return link("accounts_shopper", row.shopper_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """`#12` is the shopper; anything else is looked up as a number of the provider."""
        number = as_id(words) if words.startswith("#") else None
        return rows.filter(shopper_id=number) if number is not None else self.numbered(rows, words)

    def numbered(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The rows of an account."""
        return rows.filter(account_number=words)


@admin.register(LoyaltyCard)
class LoyaltyCardTable(OfShopper):
    """Who has a card, and what is known of its points."""

    list_display = ("pk", "of", "shown_number", "account_number", "points", "points_as_of", "provider")
    fields = (
        "of",
        "shown_number",
        "account_number",
        "created_date",
        "modified_date",
        "points",
        "points_as_of",
        "points_due_at",
        "provider",
        "is_told",
        "change_trouble",
        "checked_at",
    )
    list_filter = ("is_in_trouble", ("created_date", RangeDateTimeFilter))
    search_help_text = _("The shopper as #12, a card number or an account number")

    @admin.display(description=_("card number"))
    def shown_number(self, card: LoyaltyCard) -> str:
        """A number that reads from the left in every language."""
        return left_to_right(card.number)

    @display(  # type: ignore[untyped-decorator]
        description=_("provider"), label={"ok": "success", "trouble": "danger"}
    )
    def provider(self, card: LoyaltyCard) -> tuple[str, Any]:
        """Whether it answered when it was asked for points last."""
        return ("trouble", _("in trouble")) if card.is_in_trouble else ("ok", pgettext_lazy("a provider", "answers"))

    @admin.display(description=_("provider knows the last change"), boolean=True)
    def is_told(self, card: LoyaltyCard) -> bool:
        """False while a change waits."""
        return card.change_key is None

    def numbered(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Both numbers have an index."""
        return rows.filter(Q(number=words) | Q(account_number=words))


@admin.register(Enrolment)
class EnrolmentTable(OfShopper):
    """The journal: what was begun, and how it ended."""

    list_display = ("pk", "of", "shown_state", "source", "tries", "trouble", "opened_at", "finished_at")
    fields = (
        "of",
        "shown_state",
        "source",
        "key",
        "by_code",
        "is_new",
        "account_number",
        "tries",
        "trouble",
        "opened_at",
        "claimed_until",
        "finished_at",
    )
    list_filter = ("state", ("opened_at", RangeDateTimeFilter))
    search_help_text = _("The shopper as #12")

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        ordering="state",
        label={Enrolment.State.OPEN: "info", Enrolment.State.LINKED: "success", Enrolment.State.REFUSED: "danger"},
    )
    def shown_state(self, enrolment: Enrolment) -> tuple[str, str]:
        """The state as a coloured label."""
        return enrolment.state, enrolment.get_state_display()

    def numbered(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The journal is found by its shopper only."""
        return rows.none()


@admin.register(Farewell)
class FarewellTable(OfShopper):
    """Accounts whose cards were deleted here."""

    list_display = ("pk", "of", "account_number", "shown_state", "tries", "trouble", "asked_at", "finished_at")
    fields = (*list_display[1:], "key", "claimed_until")
    list_filter = ("state", ("asked_at", RangeDateTimeFilter))
    search_help_text = _("The shopper as #12")

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        ordering="state",
        label={
            Farewell.State.WAITING: "info",
            Farewell.State.TOLD: "success",
            Farewell.State.REFUSED: "danger",
            Farewell.State.WITHDRAWN: "warning",
        },
    )
    def shown_state(self, farewell: Farewell) -> tuple[str, str]:
        """The state as a coloured label."""
        return farewell.state, farewell.get_state_display()

    def numbered(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Closings are found by their shopper only."""
        return rows.none()


@admin.register(Reconciliation)
class ReconciliationTable(ReadOnlyTable):
    """What each run of the reconciler found and mended."""

    list_display = (
        "started_at",
        "linked",
        "refused",
        "waiting",
        "farewells",
        "changes",
        "checked",
        "missing",
        "found",
    )
    fields = (*list_display[:8], "finished_at", "findings")
    list_filter = (("started_at", RangeDateTimeFilter),)
    ordering = ("-id",)

    @admin.display(description=_("not mended"))
    def found(self, run: Reconciliation) -> int:
        """How many things somebody must look at."""
        return len(run.findings)
