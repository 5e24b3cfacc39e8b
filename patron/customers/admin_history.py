"""The history of customers and their merges in the console; two that are chosen in the list become one."""

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.channels.access import EVERYWHERE
from patron.customers import merging, records
from patron.customers.models import Change, Customer, Merge
from patron.kernel.errors import Invalid, NotFound, Refusal
from patron.kernel.tables import ReadOnlyTable, Table, as_id, link, one_of, staff_id

_LIST: Final = "admin:customers_customer_changelist"


class MergesTwo(Table):
    """The part of the customers' table that merges: an action on two rows, and the page that shows what it would do."""

    actions = ("merge_two",)

    @admin.action(description=_("Merge two"), permissions=["change"])
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Lead to the page of a merge; the one that was there first is kept unless it is turned round there."""
        chosen = list(queryset.order_by("id").values_list("pk", flat=True)[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Choose exactly two customers of one channel."), messages.WARNING)
            return None
        return HttpResponseRedirect(reverse("admin:customers_customer_merge", args=chosen))

    def get_urls(self) -> list[URLPattern]:
        """And that page."""
        wrap = self.admin_site.admin_view
        mine = path("merge/<int:kept_id>/<int:merged_id>/", wrap(self.merge_page), name="customers_customer_merge")
        others: list[URLPattern] = super().get_urls()
        return [mine, *others]

    def merge_page(self, request: HttpRequest, kept_id: int, merged_id: int) -> HttpResponse:
        """What would stay, by field; with POST it is done. Raises PermissionDenied, Http404."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        choices: dict[str, merging.Side] = {
            name: side  # type: ignore[misc]
            for name in records.FIELDS
            if (side := request.POST.get(name)) in ("kept", "merged")
        }
        try:
            if request.method == "POST":
                merging.merge(kept_id, merged_id, choices, EVERYWHERE, staff_id(request))
                self.message_user(request, _("The two are one customer now."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:customers_customer_change", args=[kept_id]))
            plan = merging.preview(kept_id, merged_id, choices, EVERYWHERE)
        except NotFound as gone:
            raise Http404 from gone
        except Invalid as refused:
            for texts in refused.fields.values():
                self.message_user(request, " ".join(map(str, texts)), messages.ERROR)
            return HttpResponseRedirect(reverse(_LIST))
        context = self.admin_site.each_context(request) | {"title": _("Merge two customers"), "opts": self.opts}
        return TemplateResponse(request, "customers/merge.html", context | {"plan": plan, "lines": _lines(plan)})


def _lines(plan: merging.Plan) -> list[dict[str, Any]]:
    """A field each in which the two differ."""
    return [
        {
            "name": name,
            "label": getattr(Customer._meta.get_field(name), "verbose_name", name),
            "kept": _shown(getattr(plan.kept, name)),
            "merged": _shown(getattr(plan.merged, name)),
            "side": side,
        }
        for name, side in plan.choices.items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bytes | memoryview) or type(value).__name__ == "Raw":
        return bytes(value).decode()
    return "" if value is None else str(value)


class OfCustomer(ReadOnlyTable):
    """Rows that name a customer."""

    ordering = ("-id",)
    search_help_text = _("The customer as #12")

    @admin.display(description=_("customer"))
    def of(self, row: Any) -> str:
        """Whose it is."""
        return link("customers_customer", row.customer_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By customer."""
        number = as_id(words)
        return rows.none() if number is None else rows.filter(customer_id=number)


@admin.register(Change)
class ChangeTable(OfCustomer):
    """Who changed what."""

    list_display = ("id", "of", "changed_at", "source", "staff", "values")
    fields = ("of", "changed_at", "source", "staff", "file_import", "request_id", "values")
    list_filter = (one_of("source", _("source"), Change.Source.values),)
    list_select_related = ("staff",)


@admin.register(Merge)
class MergeTable(OfCustomer):
    """Merges, each of which can be undone."""

    list_display = ("id", "of", "gone_id", "gone_code", "merged_at", "staff", "undone_at")
    fields = (*list_display[1:], "undone_by", "kept_before", "gone_before", "kept_after")
    list_filter = (("merged_at", RangeDateTimeFilter),)
    list_select_related = ("staff",)
    actions = ("undo",)
    rights = ("view", "change")

    @admin.display(description=_("customer"))
    def of(self, row: Any) -> str:
        """The one that stayed."""
        return link("customers_customer", row.kept_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By the one that stayed."""
        number = as_id(words)
        return rows.none() if number is None else rows.filter(kept_id=number)

    @admin.action(description=_("Undo"), permissions=["undo"])
    def undo(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The newest first, since an older one may be what a newer one changed."""
        done = 0
        for merge_id in list(queryset.order_by("-id").values_list("pk", flat=True)[:100]):
            try:
                merging.undo(merge_id, EVERYWHERE, staff_id(request))
                done += 1
            except Refusal as refused:
                self.message_user(request, f"#{merge_id}: {refused.text}", messages.ERROR)
        if done:
            self.message_user(request, _("Both customers are as they were."), messages.SUCCESS)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Whoever may change customers."""
        return request.user.has_perm("customers.change_customer")
