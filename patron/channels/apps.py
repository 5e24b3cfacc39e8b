from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "patron.channels"
    label = "channels"
    verbose_name = _("Staff and channels")

    def ready(self) -> None:
        from patron.channels import authentication
        from patron.kernel import idempotency

        idempotency.guard(authentication.is_good)
