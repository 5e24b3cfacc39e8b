"""The queue's tables and the journal; and constance's own page gone, since it neither checks nor audits."""

import json
from typing import Any

from constance.admin import Config
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest
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

from patron.kernel.tables import MOST_AT_ONCE, ReadOnlyRows, ReadOnlyTable, as_id, link

_COLOURS = {"todo": "info", "doing": "primary", "succeeded": "success", "failed": "danger"}

admin.site.unregister([Config])
admin.site.unregister(ProcrastinateJob)


def _name(model: type[Model], one: Any, many: Any) -> None:
    """The queue's models have no translated names. Said here it is seen by pages only, not by migrations."""
    model._meta.verbose_name, model._meta.verbose_name_plural = one, many


_name(ProcrastinateJob, _("job"), _("jobs"))
_name(ProcrastinateEvent, _("job event"), _("job events"))
_name(ProcrastinateWorker, _("worker"), _("workers"))
_name(ProcrastinatePeriodicDefer, _("periodic job"), _("periodic jobs"))


class EventRows(ReadOnlyRows):
    """What happened to one job."""

    model = ProcrastinateEvent
    fields = readonly_fields = ("type", "at")
    ordering = ("-id",)
    verbose_name_plural = _("events")


@admin.register(ProcrastinateJob)
class JobTable(ReadOnlyTable):
    """Jobs; their arguments are ids and plain words by rule."""

    ordering = ("-id",)
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
    search_help_text = _("#12, or the name of a task")
    inlines = (EventRows,)
    actions = ("try_again", "cancel")
    rights = ("view", "change")

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
        failed = list(queryset.filter(status="failed")[:MOST_AT_ONCE])
        for job in failed:
            app.job_manager.retry_job_by_id(job.id, utcnow(), job.priority, job.queue_name, job.lock)
            self.log_change(request, job, "try again")
        text = ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", len(failed))
        self.message_user(request, text % {"count": len(failed)}, messages.SUCCESS)

    @admin.action(description=_("Cancel waiting jobs"), permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take the waiting ones of the chosen jobs out of the queue."""
        cancelled = [
            job for job in queryset.filter(status="todo")[:MOST_AT_ONCE] if app.job_manager.cancel_job_by_id(job.id)
        ]
        for job in cancelled:
            self.log_change(request, job, "cancel")
        text = ngettext("%(count)d job is cancelled.", "%(count)d jobs are cancelled.", len(cancelled))
        self.message_user(request, text % {"count": len(cancelled)}, messages.SUCCESS)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Seeing jobs is not running them."""
        return request.user.has_perm("procrastinate.change_procrastinatejob")


@admin.register(ProcrastinateEvent)
class EventTable(ReadOnlyTable):
    """What happened to jobs, the latest first."""

    ordering = ("-id",)
    list_display = ("id", "of", "type", "at")
    fields = ("id", "job", "type", "at")
    list_filter = ("type",)
    search_help_text = _("Job as #12")

    @admin.display(description=_("job"))
    def of(self, event: Any) -> str:
        """The job."""
        return link("procrastinate_procrastinatejob", event.job_id)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """By job."""
        return rows.filter(job_id=as_id(words))


@admin.register(ProcrastinateWorker)
class WorkerTable(ReadOnlyTable):
    """Workers and when each was last heard of."""

    ordering = ("-id",)
    list_display = fields = ("id", "last_heartbeat")


@admin.register(ProcrastinatePeriodicDefer)
class PeriodicTable(ReadOnlyTable):
    """When periodic jobs were put into the queue."""

    ordering = ("-id",)
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
