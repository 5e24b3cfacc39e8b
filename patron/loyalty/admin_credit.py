"""Store credit in the console: accounts and the ledger, read only, since history is a promise here."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.kernel.tables import ReadOnlyRows, ReadOnlyTable, as_id, link
from patron.loyalty.models_credit import CreditAccount, CreditEntry, CreditTransaction


@admin.register(CreditAccount)
class CreditAccountTable(ReadOnlyTable):
    """Who may spend how much; the shop's own accounts show what was given out of them."""

    list_display = ("number", "of", "currency", "shown_balance", "debit_allowed", "modified_at")
    fields = ("number", "of", "currency", "shown_balance", "movements", "debit_allowed", "created_at", "modified_at")
    list_filter = ("debit_allowed",)
    ordering = ("-id",)
    search_help_text = _("An account number, or the shopper as #12")

    @admin.display(description=_("shopper"))
    def of(self, account: CreditAccount) -> str:
        """Whose it is; nobody's is the shop's."""
        return link("accounts_shopper", account.shopper_id) or str(_("the shop"))

    @admin.display(description=_("balance"))
    def shown_balance(self, account: CreditAccount) -> Decimal:
        """The shop's is added up here, since no row keeps it."""
        if account.shopper_id is not None:
            return account.balance
        total: Decimal | None = account.entries.aggregate(total=Sum("amount"))["total"]
        return total or Decimal("0.00")

    @admin.display(description=_("movements"))
    def movements(self, account: CreditAccount) -> str:
        """To the entries of this account."""
        return _to_list("loyalty_creditentry", account.number, _("All movements of this account"))

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper or number."""
        return rows.filter(shopper_id=as_id(words)) if words.startswith("#") else rows.filter(number=words)


class Entries(ReadOnlyRows):
    """Both sides of a transaction."""

    model = CreditEntry
    fields = ("account", "amount", "created_at")


@admin.register(CreditTransaction)
class CreditTransactionTable(ReadOnlyTable):
    """Why amounts moved."""

    list_display = ("uuid", "transaction_type", "order", "channel", "staff_id", "created_at")
    fields = ("uuid", "transaction_type", "order", "key", "channel", "staff_id", "created_at")
    list_filter = ("transaction_type", ("created_at", RangeDateTimeFilter))
    list_select_related = ("channel",)
    inlines = (Entries,)
    ordering = ("-id",)
    search_help_text = _("An order's number")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the order."""
        return rows.filter(order=words)


@admin.register(CreditEntry)
class CreditEntryTable(ReadOnlyTable):
    """What accounts got and gave."""

    list_display = ("id", "account", "amount", "why", "order", "created_at")
    fields = ("transaction", "account", "amount", "created_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    list_select_related = ("account", "transaction")
    ordering = ("-id",)
    search_help_text = _("An account number, or the shopper as #12")

    @admin.display(description=_("type"))
    def why(self, entry: CreditEntry) -> str:
        """The transaction's type."""
        return entry.transaction.get_transaction_type_display()

    @admin.display(description=_("order"))
    def order(self, entry: CreditEntry) -> str | None:
        """The transaction's order."""
        return entry.transaction.order

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper or account number."""
        of_shopper = words.startswith("#")
        return rows.filter(account__shopper_id=as_id(words)) if of_shopper else rows.filter(account__number=words)


def _to_list(table: str, words: str, text: Any) -> str:
    address = f"{reverse(f'admin:{table}_changelist')}?{urlencode({'q': words})}"
    return format_html('<a href="{}" class="text-link">{}</a>', address, text)
