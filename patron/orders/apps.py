from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "patron.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from patron.orders import holdings

        holdings.declare()
