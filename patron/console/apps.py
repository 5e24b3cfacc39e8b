"""The room, and Django's admin with the room's own site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConsoleConfig(AppConfig):
    default = True
    name = "patron.console"
    label = "console"


class ConsoleAdminConfig(admin.AdminConfig):
    default = False
    default_site = "patron.console.site.ConsoleSite"
