"""The sandbox's own rows in the console; the sandbox's addresses change them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patron.kernel.tables import ReadOnlyTable
from patron.sandbox.models import ClockOffset, DemoMark, SimulatedAccount, SimulatedWrite, SimulatorSwitches


@admin.register(ClockOffset)
class ClockOffsetTable(ReadOnlyTable):
    """How far the clock was moved."""

    list_display = fields = ("id", "seconds")


@admin.register(DemoMark)
class DemoMarkTable(ReadOnlyTable):
    """Which demo data was loaded."""

    list_display = fields = ("name", "loaded_at")


@admin.register(SimulatedAccount)
class SimulatedAccountTable(ReadOnlyTable):
    """Members of the simulated loyalty provider."""

    list_display = ("account_number", "number", "email", "points", "calls", "points_calls", "created_date")
    fields = (
        *("account_number", "number", "first_name", "last_name", "email", "phone", "gender", "date_of_birth"),
        *("email_allowed", "sms_allowed", "call_allowed", "points", "is_duplicate", "calls", "points_calls"),
        *("created_date", "closed_date"),
    )
    ordering = ("-id",)
    search_help_text = _("E-mail or account number")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By e-mail or account number."""
        return rows.filter(email_key=words.lower()) if "@" in words else rows.filter(account_number=words)


@admin.register(SimulatedWrite)
class SimulatedWriteTable(ReadOnlyTable):
    """Writes the simulated provider has done."""

    list_display = fields = ("key", "status", "created_date")
    ordering = ("-created_date",)


@admin.register(SimulatorSwitches)
class SimulatorSwitchesTable(ReadOnlyTable):
    """How the simulated provider answers."""

    list_display = fields = ("answers", "duplicates")
