"""Segments, what their rules see, and who stands where."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.reference.models import PriceList

ONE_QUEUED = "segments_recomputation_queued"
PERIOD = "segments_segment_period"
PERIOD_TEXT = _("The end must be after the start.")
PRICE_LIST_KEY = "segments_segment_price_list_id"


class Segment(models.Model):
    """A group of shoppers. Of several, the smaller `priority` comes first, then the smaller id.

    `name`: language → text, English always. `rule`: see `rules`. A trigger gives `Revision` a new token with every
    change of this table, so that no process goes on with rules it compiled before.
    """

    name = models.JSONField(_("name"))
    priority = models.PositiveIntegerField(_("priority"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    price_list = models.ForeignKey(
        PriceList, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("price list")
    )
    stock_list_code = models.CharField(_("stock list code"), max_length=64, blank=True)
    rule = models.JSONField(_("rule"))
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name=PERIOD,
                violation_error_message=PERIOD_TEXT,
            )
        ]

    def __str__(self) -> str:
        return str(self.name.get("en", "")) if isinstance(self.name, dict) else f"#{self.pk}"


class Revision(models.Model):
    """One row, whose token changes with every change of a segment."""

    id = models.SmallIntegerField(primary_key=True)
    token = models.UUIDField()

    def __str__(self) -> str:
        return str(self.token)


class Facts(models.Model):
    """What other rooms said of a shopper that a rule can ask for; see `facts`.

    `order_totals`: currency in lower case → number. `channels`: codes of sales channels. The two `…_as_of` are when
    the fact was so: older news that comes later is dropped.
    """

    shopper = models.OneToOneField(
        Shopper, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("shopper")
    )
    loyalty_points = models.DecimalField(_("loyalty points"), max_digits=16, decimal_places=2, null=True)
    loyalty_as_of = models.DateTimeField(_("loyalty as of"), null=True)
    order_count = models.IntegerField(_("orders"), default=0)
    order_totals = models.JSONField(_("order totals"), default=dict)
    last_order_date = models.DateField(_("last order"), null=True)
    channels = ArrayField(models.TextField(), default=list, verbose_name=_("channels"))
    orders_as_of = models.DateTimeField(_("orders as of"), null=True)

    class Meta:
        verbose_name = _("facts of a shopper")
        verbose_name_plural = _("facts of shoppers")
        indexes = [
            models.Index(fields=["loyalty_points"], name="segments_facts_points"),
            models.Index(fields=["order_count"], name="segments_facts_orders"),
            models.Index(fields=["last_order_date"], name="segments_facts_last_order"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Standing(models.Model):
    """The segments a shopper fits, in their order, and the one that is in force.

    No row: the shopper fits none, or was not looked at yet. `version` grows with every write, so that a slow evaluation
    never overwrites a newer one.

    Both keys are without a constraint of the database. That of the shopper would lock and so rewrite each of a million
    shoppers in a recomputation, which takes three times as long then; rows are only ever made out of the shoppers' own.
    That of the chosen segment would write a million rows when it is deleted; what is gone counts as not chosen.
    """

    shopper = models.OneToOneField(
        Shopper,
        models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("shopper"),
    )
    available = ArrayField(models.BigIntegerField(), verbose_name=_("available segments"))
    chosen = models.ForeignKey(
        Segment,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("chosen segment"),
    )
    is_manual = models.BooleanField(_("chosen by the shopper"))
    computed_at = models.DateTimeField(_("computed at"))
    version = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")

    def __str__(self) -> str:
        return f"#{self.pk}"


class Recomputation(models.Model):
    """One run over all shoppers. `position`: the last shopper id that is done; a killed run goes on behind it.

    `members`: segment id → how many fit it, at the end of the run.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REPLACED = "replaced", _("replaced by a newer one")
        FAILED = "failed", _("failed")

    class Reason(models.TextChoices):
        EDIT = "edit", _("a segment was changed")
        STAFF = "staff", _("asked for by staff")
        TIME = "time", _("a day or a segment's period began or ended")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=5, choices=Reason)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("staff")
    )
    requested_at = models.DateTimeField(_("requested at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    total = models.BigIntegerField(_("shoppers"), default=0)
    done = models.BigIntegerField(_("shoppers done"), default=0)
    position = models.BigIntegerField(default=0, editable=False)
    members = models.JSONField(_("members"), default=dict)

    class Meta:
        verbose_name = _("recomputation")
        verbose_name_plural = _("recomputations")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state=state), name=f"segments_recomputation_{state}")
            for state in ("queued", "running")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
