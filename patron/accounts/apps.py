from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "patron.accounts"
    label = "accounts"
    verbose_name = _("Shoppers")

    def ready(self) -> None:
        from patron.accounts import cookies, holdings
        from patron.kernel import idempotency

        holdings.declare()
        idempotency.guard(cookies.is_good)
