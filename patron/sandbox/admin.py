"""The sandbox's own rows in the console; the sandbox's addresses change them."""

from django.contrib import admin

from patron.kernel.tables import ReadOnlyTable
from patron.sandbox.models import ClockOffset, DemoMark


@admin.register(ClockOffset)
class ClockOffsetTable(ReadOnlyTable):
    """How far the clock was moved."""

    list_display = fields = ("id", "seconds")


@admin.register(DemoMark)
class DemoMarkTable(ReadOnlyTable):
    """Which demo data was loaded."""

    list_display = fields = ("name", "loaded_at")
