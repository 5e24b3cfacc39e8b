"""The room, and Django's admin with the room's own site."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    default = True
    name = "patron.console"
    label = "console"

    def ready(self) -> None:
        from patron.console.middleware import is_still_signed_in
        from patron.kernel import idempotency

        apps.get_app_config("procrastinate").verbose_name = _("Queue")
        idempotency.guard(is_still_signed_in)


class ConsoleAdminConfig(admin.AdminConfig):
    default = False
    default_site = "patron.console.site.ConsoleSite"
