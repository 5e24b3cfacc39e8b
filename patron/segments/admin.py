"""Segments in the console: written with inputs and counted before they are saved; the run over everybody; standings."""

from typing import Any

import msgspec
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from patron.kernel import languages
from patron.kernel.journey_tables import JourneyTable
from patron.kernel.tables import ReadOnlyTable, as_id, link, staff_id
from patron.segments import console, editing, recomputation, roster, rules
from patron.segments.forms import NAMES, SegmentForm
from patron.segments.models import Facts, Recomputation, Segment, Standing

State = Recomputation.State


@admin.register(Segment)
class SegmentTable(JourneyTable):
    """Changed through the journeys, as the API does it."""

    form = SegmentForm
    list_display = ("id", "title", "priority", "is_active", "starts_at", "ends_at", "price_list", "members")
    list_display_links = ("id", "title")
    list_filter = ("is_active", "price_list")
    list_select_related = ("price_list",)
    list_before_template = "segments/progress.html"
    ordering = ("priority", "id")
    sortable_by = ("id", "priority", "is_active", "starts_at", "ends_at")
    search_help_text = _("A number (#12), or the beginning of an English name")
    actions_list = ("recompute",)
    warn_unsaved_form = True
    readonly_fields = ("created_at", "modified_at")
    fieldsets = (
        (_("Name"), {"fields": NAMES}),
        (_("Rule"), {"fields": ("rule",)}),
        (_("In force"), {"fields": ("is_active", "priority", "starts_at", "ends_at")}),
        (_("What it gives"), {"fields": ("price_list", "stock_list_code")}),
        (_("Dates"), {"fields": ("created_at", "modified_at")}),
    )

    class Media:
        js = ("segments/progress.js",)
        css = {"all": ("segments/segments.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the members of the newest run that was done, read once for all rows."""
        rows: QuerySet[Any] = super().get_queryset(request)
        done = Recomputation.objects.filter(state=State.DONE).order_by("-id")
        with_members: QuerySet[Any] = rows.annotate(counted=Subquery(done.values("members")[:1]))
        return with_members

    @admin.display(description=_("name"))
    def title(self, segment: Segment) -> str:
        """In the reader's language."""
        return roster.name_in(segment.name, languages.base(translation.get_language() or "") or "en")

    @admin.display(description=_("members"))
    def members(self, segment: Segment) -> str:
        """How many fitted it when everybody was looked at last."""
        return console.members_of(segment.pk, segment.counted)  # type: ignore[attr-defined]

    @admin.display(description=_("names"))
    def all_names(self, segment: Segment) -> str:
        """For those who may look only."""
        return " / ".join(segment.name.values())

    @admin.display(description=_("rule"))
    def rule_text(self, segment: Segment) -> str:
        """For those who may look only."""
        text = msgspec.json.format(msgspec.json.encode(rules.written(segment.rule)), indent=2).decode()
        return format_html('<pre dir="ltr">{}</pre>', text)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Inputs for those who may change it, else what they would hold."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return ((None, {"fields": ("all_names", "rule_text")}), *self.fieldsets[2:])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The two that stand in for inputs too."""
        return (*self.readonly_fields, "all_names", "rule_text")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number or name; there are few."""
        number = as_id(words)
        return rows.filter(name__en__istartswith=words) if number is None else rows.filter(pk=number)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        """What the form has checked."""
        staff = staff_id(request)
        if change:
            editing.change(obj.pk, form.data_of_segment, staff_id=staff)
            return
        made = editing.create(form.data_of_segment, staff_id=staff)
        obj.pk, obj.name = made.pk, made.name

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        """One."""
        editing.delete(obj.pk, staff_id=staff_id(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that were chosen in the list."""
        for segment_id in list(queryset.values_list("pk", flat=True)):
            editing.delete(segment_id, staff_id=staff_id(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With how far the run over everybody is."""
        response: HttpResponse = super().changelist_view(
            request, {"progress": console.progress()} | (extra_context or {})
        )
        return response

    def get_urls(self) -> list[URLPattern]:
        """What the page's scripts ask."""
        wrap = self.admin_site.admin_view
        mine = [
            path("preview/", wrap(self.preview), name="segments_segment_preview"),
            path("progress/", wrap(self.progress), name="segments_segment_progress"),
        ]
        others: list[URLPattern] = super().get_urls()
        return [*mine, *others]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """How many a rule fits that is not saved, or where it is at fault. Raises PermissionDenied."""
        if request.method != "POST" or not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return console.preview(request.body, sees_shoppers=request.user.has_perm("accounts.view_shopper"))

    def progress(self, request: HttpRequest) -> HttpResponse:
        """How far the run is. Raises PermissionDenied."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return console.progress_response()

    @action(  # type: ignore[untyped-decorator]
        description=_("Look at everybody again"),
        permissions=["recompute"],
        icon="sync",
        dialog={
            "title": _("Look at everybody again"),
            "description": _("Every shopper is looked at in the background; a choice that still fits stays."),
            "form_submit_text": _("Look at everybody again"),
        },
    )
    def recompute(self, request: HttpRequest, form: Any) -> HttpResponse:
        """Ask for a run."""
        recomputation.request(Recomputation.Reason.STAFF, staff_id(request))
        self.message_user(request, _("Everybody is looked at again in the background."), messages.SUCCESS)
        # the dialog is posted by htmx, which follows this header and no redirect
        return HttpResponse(headers={"HX-Redirect": reverse("admin:segments_segment_changelist")})

    def has_recompute_permission(self, request: HttpRequest) -> bool:
        """Whoever may change segments."""
        return request.user.has_perm("segments.change_segment")


@admin.register(Recomputation)
class RecomputationTable(ReadOnlyTable):
    """Runs over all shoppers."""

    list_display = (
        "id",
        "shown_state",
        "reason",
        "staff",
        "done_of_total",
        "requested_at",
        "started_at",
        "finished_at",
    )
    fields = ("shown_state", "reason", "staff", "done_of_total", "members", "requested_at", "started_at", "finished_at")
    list_filter = ("state", "reason", ("requested_at", RangeDateTimeFilter))
    list_select_related = ("staff",)
    ordering = ("-id",)

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        ordering="state",
        label={State.RUNNING: "info", State.DONE: "success", State.FAILED: "danger"},
    )
    def shown_state(self, run: Recomputation) -> tuple[str, str]:
        """The state as a coloured label."""
        return run.state, run.get_state_display()

    @admin.display(description=_("shoppers done"))
    def done_of_total(self, run: Recomputation) -> str:
        """`250000 / 1000000`."""
        return f"{run.done} / {run.total}"


class OfShopper(ReadOnlyTable):
    """A row a shopper."""

    ordering = ("-pk",)
    search_help_text = _("The shopper as #12")

    @admin.display(description=_("shopper"))
    def of(self, row: Any) -> str:
        """Whose it is."""
        return link("accounts_shopper", row.pk)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By shopper."""
        number = as_id(words)
        return rows.none() if number is None else rows.filter(pk=number)


@admin.register(Standing)
class StandingTable(OfShopper):
    """The segments shoppers fit, and those in force."""

    list_display = ("pk", "of", "available", "chosen_segment", "is_manual", "computed_at")
    fields = ("of", "available", "chosen_segment", "is_manual", "computed_at")
    list_filter = ("is_manual",)

    @admin.display(description=_("chosen segment"))
    def chosen_segment(self, standing: Standing) -> str:
        """Its number, with the way to it; one that was deleted leads to the list."""
        return link("segments_segment", standing.chosen_id)


@admin.register(Facts)
class FactsTable(OfShopper):
    """What other rooms said of shoppers."""

    list_display = ("pk", "of", "loyalty_points", "order_count", "order_totals", "last_order_date", "channels")
    fields = ("of", *list_display[2:], "loyalty_as_of", "orders_as_of")
