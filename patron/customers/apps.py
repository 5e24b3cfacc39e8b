from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "patron.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from patron.customers import holdings, storefront

        holdings.declare()
        storefront.listen()
