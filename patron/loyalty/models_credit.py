"""Store credit: a double-entry ledger.

Every transaction moves an amount between two accounts, so its entries add up to zero; the database refuses to commit
any other (migration 0003). Entries and transactions are append only. A shopper's balance stands on the account's row,
where each entry adds itself by a trigger and nothing else may write, so it is the sum of the account's entries and its
row is the lock under which parallel debits queue.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patron.accounts.models import Shopper
from patron.channels.models import Channel

OVERDRAWN = "loyalty_credit_overdrawn"
CREDIT_NUMBER_TAKEN = "loyalty_credit_number"
ONE_PURSE = "loyalty_credit_shopper"
ONE_SOURCE = "loyalty_credit_source"
KEY_USED = "loyalty_credit_key"


class CreditAccount(models.Model):
    """A shopper's store credit in one currency, or (no shopper) what the shop has given out of it.

    `balance`: of a shopper's account; the shop's own is the sum of its entries, since one row that every movement
    writes would make them all queue. `debit_allowed`: the balance may be below zero.
    """

    number = models.CharField(pgettext_lazy("of a record", "number"), max_length=64)
    shopper = models.ForeignKey(
        Shopper, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("shopper")
    )
    currency = models.CharField(_("currency"), max_length=3)
    debit_allowed = models.BooleanField(_("may be overdrawn"), default=False)
    balance = models.DecimalField(_("balance"), max_digits=16, decimal_places=2, default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")
        constraints = [
            models.UniqueConstraint(fields=["number"], name=CREDIT_NUMBER_TAKEN),
            models.UniqueConstraint(fields=["shopper", "currency"], name=ONE_PURSE),
            models.UniqueConstraint(fields=["currency"], condition=Q(shopper__isnull=True), name=ONE_SOURCE),
            models.CheckConstraint(condition=Q(balance__gte=0) | Q(debit_allowed=True), name=OVERDRAWN),
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="loyalty_credit_currency"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditTransaction(models.Model):
    """Why an amount moved. `order`: the number of the order that was paid or taken back.

    `key`: what a caller names the movement by, so that it is made once however often it is asked for.
    """

    class Type(models.TextChoices):
        LOAD = "load", _("loaded")
        SPEND = "spend", _("spent")
        REFUND = "refund", _("refunded")
        ADJUSTMENT = "adjustment", _("adjusted")

    uuid = models.UUIDField(_("uuid"), unique=True)
    transaction_type = models.CharField(_("type"), max_length=10, choices=Type)
    order = models.CharField(_("order"), max_length=128, null=True)
    key = models.CharField(_("key"), max_length=255, null=True)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+", verbose_name=_("channel"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,  # the ledger outlives who wrote in it
        related_name="+",
        verbose_name=_("staff member"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("credit transaction")
        verbose_name_plural = _("credit transactions")
        constraints = [models.UniqueConstraint(fields=["key"], name=KEY_USED)]
        indexes = [
            models.Index(fields=["created_at"], name="loyalty_credit_created"),
            models.Index(fields=["order"], name="loyalty_credit_order", condition=Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class CreditEntry(models.Model):
    """One side of a transaction: what the account got (positive) or gave (negative), in the account's currency."""

    transaction = models.ForeignKey(
        CreditTransaction, models.PROTECT, related_name="entries", verbose_name=_("transaction")
    )
    account = models.ForeignKey(
        CreditAccount, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("account")
    )
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("credit entry")
        verbose_name_plural = _("credit entries")
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="loyalty_credit_something")]
        indexes = [models.Index(F("account"), F("id").desc(), name="loyalty_credit_account")]

    def __str__(self) -> str:
        return f"#{self.pk}"
