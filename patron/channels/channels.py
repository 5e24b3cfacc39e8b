"""Channels are made, changed and deleted by staff."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.channels.models import Channel
from patron.reference.records import Records

NO_CATALOG: Final = _("There is no such catalog.")
CHANNELS: Final = Records(
    Channel,
    ("name", "channel_type", "catalog_id", "is_active", "conf", "category_tree", "schema"),
    {"channels_channel_catalog_id": ("catalog", NO_CATALOG)},
)
