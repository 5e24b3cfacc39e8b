"""Dynamic settings of the loyalty room; the provider itself is a setting of the gateways."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning
from patron.kernel.dynamic import declare

_GROUP: Final = "loyalty"

declare(
    "LOYALTY_VERIFY_SMS",
    True,
    _("Whether a code by SMS must prove the phone of a new loyalty card."),
    cleaning.boolean,
    group=_GROUP,
)
declare(
    "LOYALTY_LINK_REQUIRES_PROOF",
    True,
    _("Whether an account found at the loyalty provider is linked only by a verified phone or e-mail of the shopper."),
    cleaning.boolean,
    group=_GROUP,
)
declare(
    "LOYALTY_CLEAR_FLAG_ON_DELETE",
    False,
    _("Whether deleting a loyalty card also sets has_loyalty of the shopper to false."),
    cleaning.boolean,
    group=_GROUP,
)
