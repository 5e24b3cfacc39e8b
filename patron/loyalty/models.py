"""Facts about loyalty cards, and the constraints that decide races."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.loyalty.models_credit import CreditAccount, CreditEntry, CreditTransaction

__all__ = [
    "CreditAccount",
    "CreditEntry",
    "CreditTransaction",
    "Enrolment",
    "Farewell",
    "LoyaltyCard",
    "Reconciliation",
]

ONE_CARD = "loyalty_card_shopper"
NUMBER_TAKEN = "loyalty_card_number"
ACCOUNT_TAKEN = "loyalty_card_account"
ONE_ENROLMENT = "loyalty_enrolment_open"


class LoyaltyCard(models.Model):
    """A shopper's card: the link to an account of the loyalty provider, and what is known of it.

    `details`: what the provider was last heard to hold or told to hold (names, phone, permissions …).
    `change_key`: the idempotency key of details that the provider has not been told yet; null when it knows them.
    `points` stay when they are out of date: they are shown while the provider is away. `points_due_at`: from then on
    they are asked for anew; `refresh_token` and `refresh_until` say who is asking. `is_in_trouble`: the last asking
    failed. `change_claimed_until`: until then somebody is telling the provider of the details.
    """

    shopper = models.ForeignKey(Shopper, models.CASCADE, db_index=False, related_name="+", verbose_name=_("shopper"))
    number = models.CharField(_("card number"), max_length=60)
    account_number = models.CharField(_("account number"), max_length=64)
    details = models.JSONField(_("details"), default=dict)
    created_date = models.DateTimeField(_("created at"))
    modified_date = models.DateTimeField(_("modified"))
    points = models.DecimalField(_("points"), max_digits=16, decimal_places=2, null=True)
    points_as_of = models.DateTimeField(_("points as of"), null=True)
    points_due_at = models.DateTimeField(_("points due at"))
    refresh_token = models.UUIDField(null=True, editable=False)
    refresh_until = models.DateTimeField(null=True, editable=False)
    is_in_trouble = models.BooleanField(_("provider in trouble"), default=False)
    change_key = models.UUIDField(_("change not told yet"), null=True)
    change_claimed_until = models.DateTimeField(null=True, editable=False)
    change_trouble = models.CharField(_("why the change was not told"), max_length=200, blank=True)
    checked_at = models.DateTimeField(_("compared with the provider at"), null=True)

    class Meta:
        verbose_name = _("loyalty card")
        verbose_name_plural = _("loyalty cards")
        constraints = [
            models.UniqueConstraint(fields=["shopper"], name=ONE_CARD),
            models.UniqueConstraint(fields=["number"], name=NUMBER_TAKEN),
            models.UniqueConstraint(fields=["account_number"], name=ACCOUNT_TAKEN),
        ]
        indexes = [
            models.Index(fields=["id"], name="loyalty_card_untold", condition=Q(change_key__isnull=False)),
            models.Index(fields=["checked_at"], name="loyalty_card_checked"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Enrolment(models.Model):
    """One way to a card, written down before the provider hears of it.

    `key` is the idempotency key under which the provider makes the account, so that whoever goes on after a crash gets
    the same account and no second one. `is_new`: the provider was searched and had no account, so one is being made.
    `proven_phone`: the number (E.164) that was proven when it began. `by_code`: proven by a code for this enrolment.
    `claimed_until`: until then somebody is at it. `wish`: details that the shopper gave after the making had begun, of
    which the provider is told as of a change. Both are emptied at the end.
    """

    class State(models.TextChoices):
        OPEN = "open", _("not finished")
        LINKED = "linked", _("card made")
        REFUSED = "refused", _("refused")

    shopper = models.ForeignKey(Shopper, models.CASCADE, db_index=False, related_name="+", verbose_name=_("shopper"))
    key = models.UUIDField(_("key"), unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    source = models.CharField(_("source"), max_length=30)
    details = models.JSONField(_("details"), default=dict)
    wish = models.JSONField(_("newer wish"), null=True)
    proven_phone = models.CharField(_("proven phone"), max_length=20, blank=True)
    by_code = models.BooleanField(_("proven by a code"), default=False)
    is_new = models.BooleanField(_("new at the provider"), default=False)
    account_number = models.CharField(_("account number"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    claimed_until = models.DateTimeField(_("being worked on until"), null=True)
    tries = models.IntegerField(_("tries"), default=0)
    trouble = models.CharField(_("trouble"), max_length=200, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [models.UniqueConstraint(fields=["shopper"], condition=Q(state="open"), name=ONE_ENROLMENT)]
        indexes = [
            models.Index(fields=["shopper", "-id"], name="loyalty_enrolment_shopper"),
            models.Index(fields=["finished_at"], name="loyalty_enrolment_finished"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Farewell(models.Model):
    """An account whose card was deleted here, of which the provider is to be told."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not told yet")
        TOLD = "told", _("told")
        REFUSED = "refused", _("refused by the provider")
        WITHDRAWN = "withdrawn", _("withdrawn: the card came back first")

    shopper = models.ForeignKey(Shopper, models.CASCADE, db_index=False, related_name="+", verbose_name=_("shopper"))
    account_number = models.CharField(_("account number"), max_length=64)
    key = models.UUIDField(_("key"), unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    tries = models.IntegerField(_("tries"), default=0)
    claimed_until = models.DateTimeField(_("being worked on until"), null=True)
    trouble = models.CharField(_("trouble"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("closing of an account")
        verbose_name_plural = _("closings of accounts")
        indexes = [
            models.Index(fields=["account_number"], name="loyalty_farewell_waiting", condition=Q(state="waiting")),
            models.Index(fields=["shopper", "-id"], name="loyalty_farewell_shopper"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Reconciliation(models.Model):
    """One run that brought what is held here and at the provider together.

    `findings`: what it could not mend, as [{"what": …, "table": …, "id": …}], without personal data.
    """

    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    linked = models.IntegerField(_("enrolments finished"), default=0)
    refused = models.IntegerField(_("enrolments refused"), default=0)
    waiting = models.IntegerField(_("still waiting"), default=0)
    farewells = models.IntegerField(_("closings told"), default=0)
    changes = models.IntegerField(_("changes told"), default=0)
    checked = models.IntegerField(_("cards compared"), default=0)
    missing = models.IntegerField(_("accounts missing"), default=0)
    findings = models.JSONField(_("findings"), default=list)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"#{self.pk}"
