from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "patron.support"
    label = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from patron.support import conversation_holdings, holdings

        holdings.declare()
        conversation_holdings.declare()
