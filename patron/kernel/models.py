"""Counters, kept answers, the audit of dynamic settings, and how far files were imported."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """Hits of one key in a window that starts with its first hit; see `limits`."""

    key = models.CharField(_("key"), max_length=120, primary_key=True)
    started_at = models.DateTimeField(_("started at"), db_index=True)
    hits = models.PositiveIntegerField(_("hits"))

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")

    def __str__(self) -> str:
        return self.key


class KeptAnswer(models.Model):
    """The first answer to a request with an `Idempotency-Key`; see `idempotency`.

    `scope` is a digest of caller, method, path and key; `request_digest` one of the body. `sealed_answer` is encrypted
    (it may hold a session cookie) and empty while the first request is still running.
    """

    scope = models.CharField(_("scope"), max_length=64, primary_key=True)
    request_digest = models.CharField(_("request digest"), max_length=64)
    sealed_answer = models.BinaryField(_("sealed answer"), null=True)
    created_at = models.DateTimeField(_("created at"), db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")

    def __str__(self) -> str:
        return self.scope[:12]


class SettingChange(models.Model):
    """One change of one dynamic setting: who, when, from what to what (secrets masked). A trigger keeps it so."""

    name = models.CharField(_("name"), max_length=100, db_index=True)
    old_value = models.JSONField(_("old value"), null=True)
    new_value = models.JSONField(_("new value"), null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("staff"),
    )
    source = models.CharField(_("source"), max_length=20)
    changed_at = models.DateTimeField(_("changed at"), db_index=True)

    class Meta:
        verbose_name = _("setting change")
        verbose_name_plural = _("setting changes")

    def __str__(self) -> str:
        return f"{self.name} {self.changed_at:%Y-%m-%d %H:%M}"


class FileImport(models.Model):
    """How far the import of one file has come; see `importing`.

    `head_digest` and `options` know the same file and the same wish again; `position`, `content_bytes` and
    `content_digest` say up to where its records are in the tables. `refusals_bytes`: the length that the file of
    refused rows had then.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REPLACED = "replaced", _("replaced by a newer one")

    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("file"), max_length=255)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    options = models.JSONField(_("options"), default=dict)
    head_digest = models.CharField(_("digest of the beginning"), max_length=64)
    position = models.BigIntegerField(_("records read"), default=0)
    content_bytes = models.BigIntegerField(_("bytes read"), default=0)
    content_digest = models.CharField(_("digest of what was read"), max_length=64, blank=True)
    created_rows = models.BigIntegerField(_("rows made"), default=0)
    updated_rows = models.BigIntegerField(_("rows changed"), default=0)
    unchanged_rows = models.BigIntegerField(_("rows unchanged"), default=0)
    repeated_rows = models.BigIntegerField(_("rows repeated in the file"), default=0)
    refused_rows = models.BigIntegerField(_("rows refused"), default=0)
    refusals_bytes = models.BigIntegerField(_("bytes of refused rows"), default=0)
    started_at = models.DateTimeField(_("started at"), db_index=True)
    modified_at = models.DateTimeField(_("last written at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("import of a file")
        verbose_name_plural = _("imports of files")
        indexes = [models.Index(fields=["kind", "head_digest"], name="kernel_fileimport_file")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
