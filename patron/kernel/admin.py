"""The kernel's tables in the console: counters, kept answers, the audit of settings, imports of files."""

import hashlib
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from patron.kernel.models import Counter, FileImport, KeptAnswer, SettingChange
from patron.kernel.tables import ReadOnlyTable


@admin.register(Counter)
class CounterTable(ReadOnlyTable):
    """Deleting a counter lifts the limit for its subject, whom the table knows as a digest only."""

    list_display = ("scope", "hits", "started_at")
    fields = ("scope", "hits", "started_at")
    list_filter = (("started_at", RangeDateTimeFilter),)
    ordering = ("-started_at",)
    rights = ("view", "delete")
    search_help_text = _("Phone, e-mail, username or IP")

    @admin.display(description=_("limit"), ordering="key")
    def scope(self, counter: Counter) -> str:
        """The name of the limit, without whom it counts."""
        return counter.key.rpartition(":")[0]

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The counters of one subject, in all scopes, and all of one scope."""
        digest = hashlib.sha256(words.encode()).hexdigest()[:40]
        return rows.filter(Q(key__endswith=f":{digest}") | Q(key__startswith=f"{words}:"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever was given the permission may lift a limit."""
        return request.user.has_perm("kernel.delete_counter")


@admin.register(KeptAnswer)
class KeptAnswerTable(ReadOnlyTable):
    """That an answer is kept, not what it says."""

    list_display = ("created_at", "is_finished")
    fields = ("is_finished", "created_at")
    list_filter = (("created_at", RangeDateTimeFilter),)
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Whether there is an answer, without reading it."""
        rows = super().get_queryset(request).defer("sealed_answer", "request_digest")
        told: QuerySet[Any] = rows.annotate(finished=~Q(sealed_answer=None))
        return told

    @admin.display(description=_("answered"), boolean=True)
    def is_finished(self, answer: Any) -> bool:
        """False while the first request is still running."""
        return bool(answer.finished)


@admin.register(SettingChange)
class SettingChangeTable(ReadOnlyTable):
    """Who changed which setting, from what to what."""

    list_display = ("name", "old_value", "new_value", "staff", "source", "changed_at")
    fields = ("name", "old_value", "new_value", "staff", "source", "changed_at")
    list_filter = (("changed_at", RangeDateTimeFilter),)
    list_select_related = ("staff",)
    date_hierarchy = "changed_at"
    ordering = ("-changed_at", "-id")
    search_help_text = _("Name of a setting")

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """The changes of one setting."""
        return rows.filter(name=words.upper())


@admin.register(FileImport)
class FileImportTable(ReadOnlyTable):
    """How far each file has come, and what became of its rows."""

    list_display = (
        "id",
        "kind",
        "name",
        "state",
        "position",
        "created_rows",
        "updated_rows",
        "refused_rows",
        "started_at",
        "finished_at",
    )
    fields = (
        *list_display[1:6],
        "updated_rows",
        "unchanged_rows",
        "repeated_rows",
        "refused_rows",
        "options",
        "started_at",
        "modified_at",
        "finished_at",
    )
    list_filter = ("state", ("started_at", RangeDateTimeFilter))
    ordering = ("-id",)
