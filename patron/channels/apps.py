from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "patron.channels"
    label = "channels"
    verbose_name = _("Staff and channels")

    def ready(self) -> None:
        from patron.channels import authentication, channel_apps
        from patron.kernel import idempotency

        idempotency.guard(authentication.is_good)
        channel_apps.offer("channels.view_channel", *(f"reference.view_{table}" for table in _SHARED))


# What the programs of all channels read and none of them changes.
_SHARED = ("catalog", "pricelist", "stocklist", "product", "datasource")
