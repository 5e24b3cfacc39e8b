"""Messages on their way out, and the captured ones of the sandbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """queued → sent, or → failed; a failed one is never tried again by itself."""

    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class OutgoingMessage(models.Model):
    """What an SMS and a mail have in common.

    The content is sealed (it may hold a code or a link) and erased when the message has left, came too late or was
    refused for good; of one that was given up after a day of trouble it is kept a while, for staff to send it again.
    `request_id`: the request that caused it. `queued_at`: where the day of tries begins; moved by a retry of staff.
    """

    sealed_content = models.BinaryField(null=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    trouble = models.CharField(_("last trouble"), max_length=300, blank=True)
    gateway = models.CharField(_("gateway"), max_length=50, blank=True)
    created_at = models.DateTimeField(_("created at"))
    queued_at = models.DateTimeField(_("queued at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    expires_at = models.DateTimeField(_("not after"), null=True)
    shopper_id = models.BigIntegerField(_("shopper"), null=True, db_index=True)
    request_id = models.CharField(_("request id"), max_length=40, blank=True)

    class Meta:
        abstract = True


class OutgoingSms(OutgoingMessage):
    """One SMS. `to` is E.164."""

    to = models.CharField(_("to"), max_length=20)
    is_otp = models.BooleanField(_("one-time code"), default=False)

    class Meta:
        verbose_name = _("outgoing SMS")
        verbose_name_plural = _("outgoing SMS")
        indexes = [
            models.Index(fields=["state", "created_at"], name="gateways_sms_state"),
            models.Index(fields=["to"], name="gateways_sms_to"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"


class OutgoingMail(OutgoingMessage):
    """One mail to one address."""

    to = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            models.Index(fields=["state", "created_at"], name="gateways_mail_state"),
            models.Index(fields=["to"], name="gateways_mail_to"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"


class CapturedSms(models.Model):
    """What the `inbox` gateway received in place of a provider. Holds codes in clear: sandbox only."""

    message_id = models.BigIntegerField(unique=True)  # a delivery that is repeated is captured once
    to = models.CharField(max_length=20, db_index=True)
    sender = models.CharField(max_length=50)
    text = models.TextField()
    is_otp = models.BooleanField(default=False)
    created_date = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("captured SMS")
        verbose_name_plural = _("captured SMS")

    def __str__(self) -> str:
        return str(self.message_id)


class CapturedMail(models.Model):
    """What the mail inbox received in place of an SMTP server. Sandbox only."""

    message_id = models.BigIntegerField(unique=True)
    to = models.CharField(max_length=254, db_index=True)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    created_date = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("captured mail")
        verbose_name_plural = _("captured mails")

    def __str__(self) -> str:
        return str(self.message_id)


class Fault(models.Model):
    """Trouble that the sandbox plays for one gateway."""

    gateway = models.CharField(max_length=30, primary_key=True)
    latency_ms = models.PositiveIntegerField(default=0)
    error_rate = models.FloatField(default=0)
    outage = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")

    def __str__(self) -> str:
        return self.gateway
