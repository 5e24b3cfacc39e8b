"""Price lists in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patron.kernel.journey_tables import JourneyTable
from patron.reference import price_lists
from patron.reference.models import PriceList


@admin.register(PriceList)
class PriceListTable(JourneyTable):
    """Changed through the journeys, as the API does it."""

    list_display = ("id", "name", "code", "currency", "modified_at")
    list_display_links = ("id", "name")
    list_filter = ("currency",)
    fields = ("name", "code", "currency", "created_at", "modified_at")
    readonly_fields = ("created_at", "modified_at")
    ordering = ("name", "id")
    search_help_text = _("The exact code, or the beginning of a name")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By code, else by name; there are few."""
        by_code = rows.filter(code=words)
        return by_code if by_code.exists() else rows.filter(name__istartswith=words)

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        """What the form has checked."""
        if change:
            price_lists.change(obj.pk, form.cleaned_data)
            return
        made = price_lists.create(form.cleaned_data)
        obj.pk = obj.id = made.pk
        obj.created_at, obj.modified_at = made.created_at, made.modified_at

    def delete_model(self, request: HttpRequest, obj: PriceList) -> None:
        """One."""
        price_lists.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        for price_list_id in list(queryset.values_list("pk", flat=True)):
            price_lists.delete(price_list_id)
