"""Staff of the back office. Shoppers are other people in another table: neither can sign in as the other."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Staff(AbstractUser):
    """A person or a program of the back office; `is_staff` opens the console."""

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")


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
