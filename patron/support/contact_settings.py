"""Dynamic settings of the contact form."""

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning
from patron.kernel.dynamic import BadValue, declare

DEFAULT_OPERATION: Final = "contact_us"
_GROUP: Final = "support"
_ADDRESS: Final = cleaning.text(254, pattern=r"[^@\s<>,;]+@[^@\s<>,;]+", expected=_("an e-mail address"))
_ADDRESSES: Final = cleaning.list_of(_ADDRESS, most=20)


def _routes(value: Any) -> dict[str, list[str]]:
    routes: dict[str, list[str]] = cleaning.mapping_to(_ADDRESSES)(value)
    if DEFAULT_OPERATION not in routes or not all(routes.values()):
        raise BadValue(gettext("expected contact_us and an address for every operation"))
    return routes


declare(
    "CONTACT_US_EMAIL_TO",
    {DEFAULT_OPERATION: ["contact@shop.example"], "franchise": ["franchise@shop.example"]},
    _("Where messages of the contact form go: operation to e-mail addresses; contact_us is the default operation."),
    _routes,
    group=_GROUP,
)
declare(
    "CONTACT_US_SEND_USER",
    False,
    _("Whether whoever sends the contact form gets a copy by mail."),
    cleaning.boolean,
    group=_GROUP,
)
declare(
    "CONTACT_US_REPLY_TO_ONLY_USER",
    True,
    _("Whether a reply to a mail of the contact form goes to its sender only, not also to where the mail went."),
    cleaning.boolean,
    group=_GROUP,
)
declare(
    "EMAIL_BCC_AND_CC",
    {"cc": [], "bcc": []},
    _("Who else gets the mails of the contact form: cc and bcc, lists of e-mail addresses."),
    cleaning.shaped({"cc": _ADDRESSES, "bcc": _ADDRESSES}),
    group=_GROUP,
)
declare(
    "CONTACT_MESSAGE_KEEP_DAYS",
    0,
    _("Days after which a message of the contact form is deleted with its file; 0: it is kept."),
    cleaning.integer(0, 36_500),
    group=_GROUP,
)
