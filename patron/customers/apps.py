from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "patron.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from django.contrib.postgres.indexes import OpClass
        from django.db.models.expressions import OrderBy
        from django.db.models.functions import Collate
        from django.db.models.indexes import IndexExpression

        from patron.channels import channel_apps
        from patron.customers import holdings, storefront

        channel_apps.offer(*(f"customers.{verb}_customer" for verb in ("view", "add", "change")))
        holdings.declare()
        storefront.listen()
        # All that is wanted of `django.contrib.postgres`, which also asks every new connection for types of its own.
        IndexExpression.register_wrappers(OrderBy, OpClass, Collate)
