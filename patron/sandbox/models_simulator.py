"""What the simulated loyalty provider knows: its members, the writes it has done, and how it is told to misbehave."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

EMAIL_HELD = "sandbox_simulated_email"
PHONE_HELD = "sandbox_simulated_phone"
NUMBER_HELD = "sandbox_simulated_number"


class SimulatedAccount(models.Model):
    """A member. `email_key`, `phone_key`: what is compared; unique among open accounts that are no duplicates.

    `calls`: requests that named this account or made it, `points_calls`: those of them that asked for its points.
    """

    account_number = models.CharField(_("account number"), max_length=64, unique=True)
    number = models.CharField(_("card number"), max_length=60)
    first_name = models.CharField(_("first name"), max_length=254)
    last_name = models.CharField(_("last name"), max_length=254)
    email = models.CharField(_("e-mail"), max_length=254)
    email_key = models.CharField(max_length=254, editable=False)
    phone = models.CharField(_("phone"), max_length=60)
    phone_key = models.CharField(max_length=60, editable=False)
    gender = models.CharField(_("gender"), max_length=7)
    date_of_birth = models.DateField(_("date of birth"), null=True)
    email_allowed = models.BooleanField(_("e-mail allowed"), null=True)
    sms_allowed = models.BooleanField(_("SMS allowed"), null=True)
    call_allowed = models.BooleanField(_("calls allowed"), null=True)
    points = models.DecimalField(_("points"), max_digits=16, decimal_places=2, default=0)
    is_duplicate = models.BooleanField(_("duplicate"), default=False)
    calls = models.BigIntegerField(_("calls"), default=0)
    points_calls = models.BigIntegerField(_("calls for points"), default=0)
    created_date = models.DateTimeField(_("created at"))
    closed_date = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("simulated loyalty account")
        verbose_name_plural = _("simulated loyalty accounts")
        constraints = [
            models.UniqueConstraint(
                fields=[field], name=name, condition=Q(closed_date__isnull=True, is_duplicate=False)
            )
            for field, name in (("email_key", EMAIL_HELD), ("phone_key", PHONE_HELD), ("number", NUMBER_HELD))
        ]

    def __str__(self) -> str:
        return self.account_number


class SimulatedWrite(models.Model):
    """A write that was done, with its answer: what an Idempotency-Key is answered with when it comes again.

    `account_number`: whose account was changed or closed; empty for a new one.
    """

    key = models.CharField(max_length=255, primary_key=True)
    account_number = models.CharField(max_length=64, blank=True, db_index=True)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    created_date = models.DateTimeField()

    class Meta:
        verbose_name = _("simulated write")
        verbose_name_plural = _("simulated writes")

    def __str__(self) -> str:
        return self.key


class SimulatorSwitches(models.Model):
    """The one row that says how the simulator answers."""

    class Answers(models.TextChoices):
        NORMAL = "normal", _("as published")
        ERROR = "error", _("500, and nothing is done")
        RESET = "reset", _("the connection breaks, and nothing is done")
        LOST = "lost", _("done, and the connection breaks before the answer")
        HTML = "html", _("a page of HTML")
        WRONG_SHAPE = "wrong_shape", _("JSON of another shape")
        NEGATIVE_POINTS = "negative_points", _("negative points")
        ABSURD_POINTS = "absurd_points", _("more points than there can be")
        OVERSIZE = "oversize", _("a megabyte")

    id = models.SmallIntegerField(primary_key=True)
    answers = models.CharField(_("answers"), max_length=20, choices=Answers, default=Answers.NORMAL)
    duplicates = models.BooleanField(_("opens duplicates"), default=False)

    class Meta:
        verbose_name = _("simulator switches")
        verbose_name_plural = _("simulator switches")

    def __str__(self) -> str:
        return self.answers
