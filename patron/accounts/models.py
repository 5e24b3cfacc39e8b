"""Facts about shoppers, and the constraints that decide races."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Collate, Lower, NullIf
from django.utils.translation import gettext_lazy as _

EMAIL_TAKEN = "accounts_shopper_email"
PHONE_TAKEN = "accounts_shopper_phone"
# In lower case and ordered by code point, so that the index serves the beginning of a domain too.
EMAIL_DOMAIN = Collate(
    NullIf(
        Lower(Func(F("email"), Value("@"), Value(-1), function="split_part", output_field=models.TextField())),
        Value(""),
    ),
    "C",
)


class Shopper(models.Model):
    """A person who shops.

    `phone` is kept as it was given; `phone_e164` is what is compared and sent to. `phone_claim` is the E.164 number
    while it must be unique (setting PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE, active shopper), else null.
    `row_version` is what PostgreSQL calls xmin, where it was read: another one after each change of the row.
    """

    row_version: str | None = None

    username = models.CharField(_("username"), max_length=64)
    email = models.CharField(_("e-mail"), max_length=254)
    email_verified_at = models.DateTimeField(_("e-mail verified at"), null=True, blank=True)
    password = models.CharField(max_length=200, editable=False)
    first_name = models.CharField(_("first name"), max_length=50, blank=True)
    last_name = models.CharField(_("last name"), max_length=50, blank=True)
    phone = models.CharField(_("phone"), max_length=60, null=True, blank=True)
    phone_e164 = models.CharField(_("phone (E.164)"), max_length=20, null=True, blank=True)
    phone_claim = models.CharField(max_length=20, null=True, editable=False)
    phone_verified_at = models.DateTimeField(_("phone verified at"), null=True, blank=True)
    email_allowed = models.BooleanField(_("e-mail allowed"), default=False)
    sms_allowed = models.BooleanField(_("SMS allowed"), default=False)
    call_allowed = models.BooleanField(_("calls allowed"), null=True)
    gender = models.CharField(_("gender"), max_length=10, null=True, blank=True)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    language_code = models.CharField(_("language"), max_length=10, default="tr")
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    avatar = models.CharField(_("avatar"), max_length=60, null=True, editable=False)
    user_type = models.CharField(_("user type"), max_length=12, default="registered")
    client_type = models.CharField(_("client type"), max_length=12, default="default")
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("date joined"))
    last_login = models.DateTimeField(_("last login"), null=True, blank=True)
    modified_date = models.DateTimeField(_("modified"))
    anonymized_at = models.DateTimeField(_("anonymized at"), null=True, editable=False)

    class Meta:
        verbose_name = _("shopper")
        verbose_name_plural = _("shoppers")
        # Not `unique` and `db_index` of the fields: for texts these come with a second index, of use to LIKE alone.
        constraints = [
            models.UniqueConstraint(fields=["username"], name="accounts_shopper_username"),
            models.UniqueConstraint(Lower("email"), condition=Q(is_active=True), name=EMAIL_TAKEN),
            models.UniqueConstraint(F("phone_claim"), name=PHONE_TAKEN),
        ]
        indexes = [
            models.Index(fields=["phone_e164"], name="accounts_shopper_number"),
            models.Index(fields=["-date_joined", "-id"], name="accounts_shopper_joined"),
            models.Index(fields=["id"], name="accounts_shopper_active", condition=Q(is_active=True)),
            models.Index(EMAIL_DOMAIN, name="accounts_shopper_email_domain", condition=Q(is_active=True)),
            GinIndex(fields=["attributes"], name="accounts_shopper_attributes", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_authenticated(self) -> bool:
        """True: an anonymous caller is no Shopper at all."""
        return True


class Session(models.Model):
    """One browser or app. A guest's has no shopper. The key is in the cookie alone; rotation replaces the digest."""

    key_digest = models.CharField(max_length=64, editable=False)
    shopper = models.ForeignKey(Shopper, models.CASCADE, null=True, related_name="sessions", verbose_name=_("shopper"))
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    authenticated_at = models.DateTimeField(_("signed in at"), null=True)
    last_seen_at = models.DateTimeField(_("last seen at"))
    ip = models.CharField(_("IP"), max_length=45, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    client_type = models.CharField(_("client type"), max_length=12, default="default")
    currency_code = models.CharField(_("currency"), max_length=3, blank=True)
    captcha_passed_at = models.DateTimeField(_("captcha passed at"), null=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [models.UniqueConstraint(fields=["key_digest"], name="accounts_session_key")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Challenge(models.Model):
    """A code that was sent and waits to be confirmed. One per session and purpose; a resend replaces the code in it.

    `code_digest` is an HMAC under the secret key, never the code. `consent` holds what step 1 submitted: email,
    email_allowed, sms_allowed, call_allowed. `is_decoy`: nothing was sent, so no code can be right.
    """

    session = models.ForeignKey(
        Session, models.CASCADE, db_index=False, related_name="challenges", verbose_name=_("session")
    )
    purpose = models.CharField(_("purpose"), max_length=30)
    phone_e164 = models.CharField(_("phone (E.164)"), max_length=20)
    consent = models.JSONField(_("consent"), default=dict)
    code_digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    is_decoy = models.BooleanField(default=False, editable=False)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = [models.UniqueConstraint(fields=["session", "purpose"], name="accounts_challenge_one")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"


class Consent(models.Model):
    """One change of one permission. Append only: a trigger refuses UPDATE and DELETE.

    Anonymising keeps the rows (they prove what was agreed to) under the shopper's id alone: `ip` may be emptied, the
    one change the trigger lets through.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")
        CALL = "call", _("call")

    shopper = models.ForeignKey(
        Shopper, models.PROTECT, db_index=False, related_name="consents", verbose_name=_("shopper")
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    old_value = models.BooleanField(_("old value"), null=True)
    new_value = models.BooleanField(_("new value"), null=True)
    changed_at = models.DateTimeField(_("changed at"))
    source = models.CharField(_("source"), max_length=200)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+")
    ip = models.CharField(_("IP"), max_length=45, blank=True)
    client_type = models.CharField(_("client type"), max_length=12)
    text_version = models.CharField(_("text version"), max_length=50)
    request_id = models.CharField(_("request id"), max_length=40)
    is_proven = models.BooleanField(_("proven by a code"), default=False)

    class Meta:
        verbose_name = _("consent change")
        verbose_name_plural = _("consent ledger")
        indexes = [
            models.Index(fields=["shopper", "-id"], name="accounts_consent_shopper"),
            models.Index(fields=["staff"], name="accounts_consent_staff", condition=Q(staff__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.channel} #{self.pk}"


class Avatar(models.Model):
    """A re-encoded picture under a random name; in the database, to be backed up, moved and erased with the rest."""

    name = models.CharField(max_length=60, primary_key=True)
    shopper = models.OneToOneField(Shopper, models.CASCADE, related_name="picture")
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("avatar")
        verbose_name_plural = _("avatars")

    def __str__(self) -> str:
        return self.name
