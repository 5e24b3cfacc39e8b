from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "patron.accounts"
    label = "accounts"
    verbose_name = _("Shoppers")

    def ready(self) -> None:
        from patron.accounts import cookies, facts, holdings, phone_notice
        from patron.kernel import events, idempotency, shoppers

        holdings.declare()
        shoppers.provide(facts.read)
        idempotency.guard(cookies.is_good)
        events.listen(phone_notice.EVENT, phone_notice.hear)
