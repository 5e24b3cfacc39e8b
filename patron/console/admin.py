"""The queue's tables and the journal; and constance's own page gone, since it neither checks nor audits."""

import json
from typing import Any

from constance.admin import Config
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)
from procrastinate.utils import utcnow
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from patron.kernel.tables import ReadOnlyRows, ReadOnlyTable, as_id, link

_COLOURS = {"todo": "info", "doing": "primary", "succeeded": "success", "failed": "danger"}

admin.site.unregister([Config])
admin.site.unregister(ProcrastinateJob)


class QueueTable(ReadOnlyTable):
    """A table of the queue, whose library gives it no translated name."""

    title: Any = ""
    ordering = ("-id",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under our own name."""
        response: HttpResponse = super().changelist_view(request, {"title": self.title, **(extra_context or {})})
        return response


class EventRows(ReadOnlyRows):
    """What happened to one job."""

    model = ProcrastinateEvent
    fields = readonly_fields = ("type", "at")
    ordering = ("-id",)
    verbose_name_plural = _("events")


@admin.register(ProcrastinateJob)
class JobTable(QueueTable):
    """Jobs; their arguments are ids and plain words by rule."""

    title = _("Jobs")
    list_display = (
        "id",
        "task_name",
        "shown_status",
        "queue_name",
        "priority",
        "attempts",
        "scheduled_at",
        "arguments",
    )
    fields = (
        "id", "task_name", "shown_status", "arguments", "queue_name", "priority", "attempts", "scheduled_at", "lock",
        "queueing_lock", "abort_requested", "worker",
    )  # fmt: skip
    list_filter = ("status", ("scheduled_at", RangeDateTimeFilter))
    search_help_text = _("A number (#12) or the exact name of a task")
    inlines = (EventRows,)
    actions = ("try_again", "cancel")

    @display(  # type: ignore[untyped-decorator]
        description=_("status"), ordering="status", label=_COLOURS
    )
    def shown_status(self, job: ProcrastinateJob) -> str:
        """The status as a coloured label."""
        return job.status

    @admin.display(description=_("arguments"))
    def arguments(self, job: ProcrastinateJob) -> str:
        """As JSON, in one line."""
        return format_html('<code dir="ltr">{}</code>', json.dumps(job.args, ensure_ascii=False)[:500])

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By number or task."""
        number = as_id(words)
        return rows.filter(task_name=words) if number is None else rows.filter(pk=number)

    @admin.action(description=_("Try failed jobs again"), permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Put the failed ones of the chosen jobs back into the queue, for now."""
        failed = list(queryset.filter(status="failed"))
        for job in failed:
            app.job_manager.retry_job_by_id(job.id, utcnow(), job.priority, job.queue_name, job.lock)
            self.log_change(request, job, "try again")
        text = ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", len(failed))
        self.message_user(request, text % {"count": len(failed)}, messages.SUCCESS)

    @admin.action(description=_("Cancel waiting jobs"), permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take the waiting ones of the chosen jobs out of the queue."""
        cancelled = [job for job in queryset.filter(status="todo") if app.job_manager.cancel_job_by_id(job.id)]
        for job in cancelled:
            self.log_change(request, job, "cancel")
        text = ngettext("%(count)d job is cancelled.", "%(count)d jobs are cancelled.", len(cancelled))
        self.message_user(request, text % {"count": len(cancelled)}, messages.SUCCESS)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Seeing jobs is not running them."""
        return request.user.has_perm("procrastinate.change_procrastinatejob")


@admin.register(ProcrastinateEvent)
class EventTable(QueueTable):
    """What happened to jobs, the latest first."""

    title = _("Job events")
    list_display = ("id", "of", "type", "at")
    fields = ("id", "job", "type", "at")
    list_filter = ("type",)
    search_help_text = _("The job as #12")

    @admin.display(description=_("job"))
    def of(self, event: Any) -> str:
        """The job."""
        return link("procrastinate_procrastinatejob", event.job_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By job."""
        return rows.filter(job_id=as_id(words))


@admin.register(ProcrastinateWorker)
class WorkerTable(QueueTable):
    """Workers and when each was last heard of."""

    title = _("Workers")
    list_display = fields = ("id", "last_heartbeat")


@admin.register(ProcrastinatePeriodicDefer)
class PeriodicTable(QueueTable):
    """When periodic jobs were put into the queue."""

    title = _("Periodic jobs")
    list_display = ("id", "task_name", "of", "defer_timestamp")
    fields = ("id", "task_name", "periodic_id", "job", "defer_timestamp")

    @admin.display(description=_("job"))
    def of(self, defer: Any) -> str:
        """The job."""
        return link("procrastinate_procrastinatejob", defer.job_id)


@admin.register(LogEntry)
class JournalTable(ReadOnlyTable):
    """What staff did in the console."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag", "what")
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "action_flag", "what")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    ordering = ("-id",)
    search_help_text = _("A username")

    @admin.display(description=_("change"))
    def what(self, entry: LogEntry) -> str:
        """In words."""
        return entry.get_change_message()

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By who did it."""
        return rows.filter(user__username=words)
