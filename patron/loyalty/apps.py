from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "patron.loyalty"
    label = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        from patron.kernel import events
        from patron.loyalty import deletion, holdings, holdings_credit

        holdings.declare()
        holdings_credit.declare()
        events.listen("shopper.anonymized", deletion.person_erased)
