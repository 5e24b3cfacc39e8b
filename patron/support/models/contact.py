"""What shoppers and guests write to the shop by its contact form."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.orders.models import Order


class Subject(models.Model):
    """What the contact form can be about. `text`: language → words, English always. The smaller `order` comes first."""

    text = models.JSONField(_("text"))
    order = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    is_order_needed = models.BooleanField(_("needs an order"), default=False)
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("contact subject")
        verbose_name_plural = _("contact subjects")
        indexes = [models.Index(fields=["order", "id"], name="support_subject_order")]

    def __str__(self) -> str:
        return str(self.text.get("en", "")) if isinstance(self.text, dict) else f"#{self.pk}"


class ContactMessage(models.Model):
    """One message of the contact form, kept whatever becomes of its mails.

    `shopper` is null for a guest. `operation`: the key of CONTACT_US_EMAIL_TO that routed it. `mail_ids`: the outgoing
    mails made of it; their rows are dropped after MESSAGE_KEEP_DAYS, this one is not.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("subject"))
    full_name = models.CharField(_("full name"), max_length=70)
    email = models.CharField(_("e-mail"), max_length=254)
    phone = models.CharField(_("phone"), max_length=70, blank=True)
    message = models.TextField(_("message"), max_length=10_000)
    operation = models.CharField(_("operation"), max_length=50)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("order"))
    shopper = models.ForeignKey(
        Shopper, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shopper")
    )
    language_code = models.CharField(_("language"), max_length=10)
    mail_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    request_id = models.CharField(_("request id"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("contact message")
        verbose_name_plural = _("contact messages")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="support_contact_created"),
            models.Index(Upper("email"), name="support_contact_email"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_order_proven(self) -> bool:
        """Whether the order is the shopper's. A guest can name anybody's, also one who has become a shopper since."""
        return self.order is not None and self.shopper_id is not None and self.order.shopper_id == self.shopper_id


class ContactFile(models.Model):
    """The file of a contact message. Its content is kept under `storage_key`, a random name; see `kernel.files`.

    `name`: what the sender called it, cleaned. `content_type`: found in the content. `scan`: what the antivirus said;
    while it is out of order the file waits, and the mails with it. The content of an infected one is deleted.
    """

    class Scan(models.TextChoices):
        NONE = "none", _("not scanned")
        WAITING = "waiting", _("waiting for the antivirus")
        CLEAN = "clean", _("clean")
        INFECTED = "infected", _("infected")

    message = models.OneToOneField(
        ContactMessage, models.CASCADE, related_name="file", verbose_name=_("contact message")
    )
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    scan = models.CharField(_("antivirus"), max_length=8, choices=Scan)
    storage_key = models.CharField(max_length=64, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("contact file")
        verbose_name_plural = _("contact files")

    def __str__(self) -> str:
        return self.name
