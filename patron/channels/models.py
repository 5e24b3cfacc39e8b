"""Channels, and the staff who work in them. Shoppers are other people in another table: neither can sign in as the
other.
"""

from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from patron.reference.models import Catalog


class Channel(models.Model):
    """Where the shop sells: its own storefront (`web`), a marketplace, a store.

    `conf` and `schema` belong to the program that serves the channel; `category_tree` is a number of its own keeping.
    Whoever may see the channel sees `conf`.
    """

    class Type(models.TextChoices):
        WEB = "web", _("own storefront")
        MOBILE = "mobile", _("app")
        SALES_CHANNEL = "sales_channel", _("marketplace")
        STORE = "store", _("store")
        CALL_CENTER = "call_center", _("call center")

    name = models.CharField(_("name"), max_length=255)
    channel_type = models.CharField(_("type"), max_length=16, choices=Type, default=Type.SALES_CHANNEL)
    catalog = models.ForeignKey(
        Catalog, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("catalog")
    )
    is_active = models.BooleanField(_("active"), default=True)
    conf = models.JSONField(_("configuration"), default=dict, blank=True)
    schema = models.JSONField(_("schema"), default=dict, blank=True)
    category_tree = models.PositiveBigIntegerField(_("category tree"), null=True, blank=True)
    groups = models.ManyToManyField(Group, blank=True, related_name="channels", verbose_name=_("groups"))
    created_at = models.DateTimeField(_("created at"), editable=False)
    modified_at = models.DateTimeField(_("modified at"), editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return f"{self.name} (#{self.pk})"


class Staff(AbstractUser):
    """A person or a program of the back office; `is_staff` opens the console.

    `is_restricted`: sees only the `channels` given here and those of the groups. It stands by itself, so that losing
    the last channel opens none. A superuser sees all whatever it says. `totp_since`: when the second step of signing in
    was set up.
    """

    is_restricted = models.BooleanField(
        _("only some channels"),
        default=False,
        help_text=_("Sees only the channels chosen below and those of the groups, and changes nothing they share."),
    )
    channels = models.ManyToManyField(Channel, blank=True, related_name="staff", verbose_name=_("channels"))
    totp_since = models.DateTimeField(_("two-step sign-in since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    @property
    def opens_console(self) -> bool:
        """The console shows every channel, so it lets nobody in who may see some only."""
        return self.is_active and self.is_staff and (self.is_superuser or not self.is_restricted)

    def get_session_auth_hash(self) -> str:
        """What a console session must know: with the second step set up or taken away, all others end."""
        return self._with_second_step(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Any:
        """The same under the former secret keys."""
        for each in super().get_session_auth_fallback_hash():
            yield self._with_second_step(each)

    def _with_second_step(self, auth_hash: str) -> str:
        if self.totp_since is None:
            return auth_hash
        return salted_hmac("patron.totp", f"{auth_hash}{self.totp_since.timestamp()}", algorithm="sha256").hexdigest()


class StaffToken(models.Model):
    """A key for `Authorization: Token …`. Only its digest is stored; `name` says what it is for."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="tokens", verbose_name=_("staff member"))
    name = models.CharField(_("name"), max_length=100)
    key_digest = models.CharField(_("key digest"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff token")
        verbose_name_plural = _("staff tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.staff_id})"


class Authenticator(models.Model):
    """The app that shows one staff member's codes: its secret, sealed, and the last time step that was used up."""

    staff = models.OneToOneField(
        Staff, models.CASCADE, primary_key=True, related_name="authenticator", verbose_name=_("staff member")
    )
    sealed_secret = models.BinaryField(_("sealed secret"))
    last_step = models.BigIntegerField(_("last time step"))
    last_used_at = models.DateTimeField(_("last used at"))

    class Meta:
        verbose_name = _("authenticator")
        verbose_name_plural = _("authenticators")

    def __str__(self) -> str:
        return f"#{self.staff_id}"


class RecoveryCode(models.Model):
    """A code that works once where the app is lost. Random enough to be kept as a plain digest."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="recovery_codes", verbose_name=_("staff member"))
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["staff", "digest"], name="channels_recoverycode_digest")]

    def __str__(self) -> str:
        return f"#{self.pk}"
