"""Dynamic settings that concern every room."""

from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning
from patron.kernel.dynamic import declare

declare(
    "ENABLE_X_COOKIE_HEADER",
    False,
    _("Whether the X-Cookie header is read as Cookie; for trying calls from a documentation page only."),
    cleaning.boolean,
    group="general",
)
declare(
    "THROTTLE_EXEMPT_NETWORKS",
    [],
    _("Networks of storefront servers, to which no limit per address applies."),
    cleaning.list_of(cleaning.network),
    group="limits",
)
