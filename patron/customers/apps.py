from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "patron.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from patron.channels import channel_apps
        from patron.customers import holdings, storefront

        channel_apps.offer(*(f"customers.{verb}_customer" for verb in ("view", "add", "change")))
        holdings.declare()
        storefront.listen()
