"""What shoppers write to sellers and what these answer."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patron.accounts.models import Shopper
from patron.orders.models import OrderItem
from patron.reference.models import Datasource, Product

CONVERSATION_TAKEN = "support_conversation_taken"
SENDER_BLOCKED = "support_blockedsender_once"
MOST_MESSAGES = 1_000  # of a conversation
LONGEST_MESSAGE = 5_000  # characters
LONGEST_SUBJECT = 255
LONGEST_REASON = 500
EXCERPT = 200


class Sender(models.TextChoices):
    """Who wrote a message; the words are those of the published `content_type`."""

    USER = "user", _("shopper")
    DATASOURCE = "datasource", _("seller")


class Conversation(models.Model):
    """What one shopper and one seller write each other about a product, an order item or a subject.

    `product` is also that of the order item. Neither key has a constraint of the database: what is gone is shown as
    null, and the conversation stays. Times and the last message are kept here so that a list need not look for them:
    `waiting_since` is when the shopper wrote what nobody answered yet, `due_at` when that must have happened,
    `seen_by_shopper` and `seen_by_seller` are the last message each has read of the other's.
    `shopper_told_upto` and `seller_told_upto` are the last message of the other's that each was told of by mail.
    Messages up to `public_upto`, and the seller's answers, are for everybody; 0: none is.
    """

    class Type(models.TextChoices):
        MESSAGE = "message", _("message")
        QUESTION = "question", _("question")
        REVIEW = "review", _("review")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", pgettext_lazy("a conversation", "closed")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("private")
        ASKED = "asked", _("to be moderated")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("rejected")

    shopper = models.ForeignKey(Shopper, models.PROTECT, related_name="+", db_index=False, verbose_name=_("shopper"))
    datasource = models.ForeignKey(
        Datasource, models.PROTECT, related_name="+", db_index=False, verbose_name=_("seller")
    )
    type = models.CharField(_("type"), max_length=8, choices=Type)
    product = models.ForeignKey(
        Product,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("product"),
    )
    order_item = models.ForeignKey(
        OrderItem,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("order item"),
    )
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    visibility = models.CharField(_("visibility"), max_length=9, choices=Visibility, default=Visibility.PRIVATE)
    rejection = models.CharField(_("reason of the rejection"), max_length=LONGEST_REASON, blank=True)
    public_upto = models.BigIntegerField(default=0, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    created_at = models.DateTimeField(_("created at"))
    active_at = models.DateTimeField(_("last activity"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True)
    is_overdue = models.BooleanField(_("overdue"), default=False)
    message_count = models.PositiveSmallIntegerField(_("messages"), default=0)
    last_message_id = models.BigIntegerField(null=True, editable=False)
    last_message_at = models.DateTimeField(_("last message at"), null=True)
    last_sender = models.CharField(_("last message by"), max_length=10, choices=Sender, blank=True)
    last_excerpt = models.CharField(_("last message"), max_length=EXCERPT, blank=True)
    seen_by_shopper = models.BigIntegerField(default=0, editable=False)
    seen_by_seller = models.BigIntegerField(default=0, editable=False)
    shopper_told_upto = models.BigIntegerField(default=0, db_default=0, editable=False)
    seller_told_upto = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                F("shopper"),
                F("datasource"),
                F("type"),
                F("product"),
                F("order_item"),
                Case(
                    When(order_item=None, product=None, then=F("subject")),
                    default=Value(""),
                    output_field=models.CharField(),
                ),
                name=CONVERSATION_TAKEN,
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(message_count__lte=MOST_MESSAGES), name="support_conversation_messages"),
        ]
        indexes = [
            models.Index(fields=["shopper", "-active_at", "-id"], name="support_conv_shopper"),
            models.Index(fields=["-active_at", "-id"], name="support_conv_active"),
            models.Index(fields=["datasource", "-active_at", "-id"], name="support_conv_seller"),
            models.Index(
                fields=["waiting_since", "id"], name="support_conv_waiting", condition=Q(waiting_since__isnull=False)
            ),
            models.Index(fields=["created_at", "id"], name="support_conv_created"),
            models.Index(Coalesce("order_item", "product"), name="support_conv_item"),
            models.Index(
                fields=["assignee", "state", "-active_at", "-id"],
                name="support_conv_assigned",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["due_at"], name="support_conv_due", condition=Q(is_overdue=False, due_at__isnull=False)
            ),
            models.Index(fields=["waiting_since", "id"], name="support_conv_overdue", condition=Q(is_overdue=True)),
            models.Index(
                fields=["visibility", "active_at", "id"],
                name="support_conv_visibility",
                condition=~Q(visibility="private"),
            ),
            models.Index(
                fields=["active_at"],
                name="support_conv_answered",
                condition=Q(state="open", waiting_since=None),
            ),
            models.Index(
                fields=["product", "-active_at", "-id"], name="support_conv_public", condition=Q(public_upto__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Message(models.Model):
    """One message, as it was written: what a browser makes of it is the business of whoever shows it. Never changed."""

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False, verbose_name=_("conversation")
    )
    content = models.TextField(_("message"))
    sender = models.CharField(_("written by"), max_length=10, choices=Sender)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("staff member"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(GreaterThan(Length("content"), 0), LessThanOrEqual(Length("content"), LONGEST_MESSAGE)),
                name="support_message_length",
            )
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="support_message_newest")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SavedAnswer(models.Model):
    """Words that staff answer with often. `datasource`: for one seller's conversations only; null: for everybody's."""

    title = models.CharField(_("title"), max_length=100)
    content = models.TextField(_("answer"), max_length=LONGEST_MESSAGE)
    datasource = models.ForeignKey(
        Datasource, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("seller")
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("saved answer")
        verbose_name_plural = _("saved answers")

    def __str__(self) -> str:
        return self.title


class BlockedSender(models.Model):
    """A shopper whom a seller does not hear any more."""

    shopper = models.ForeignKey(Shopper, models.CASCADE, related_name="+", verbose_name=_("shopper"))
    datasource = models.ForeignKey(Datasource, models.CASCADE, related_name="+", verbose_name=_("seller"))
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("staff member")
    )
    created_at = models.DateTimeField(_("created at"), editable=False)

    class Meta:
        verbose_name = _("blocked sender")
        verbose_name_plural = _("blocked senders")
        constraints = [models.UniqueConstraint(fields=["datasource", "shopper"], name=SENDER_BLOCKED)]

    def __str__(self) -> str:
        return f"#{self.pk}"
