from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GatewaysConfig(AppConfig):
    name = "patron.gateways"
    label = "gateways"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from patron.gateways import holdings

        holdings.declare()
