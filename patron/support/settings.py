"""Dynamic settings of the room; those of the contact form stand in `contact_settings`."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning
from patron.kernel.dynamic import declare
from patron.support import contact_settings

__all__ = ["contact_settings"]

_SUPPORT: Final = "support"
_HOURS: Final = cleaning.integer(0, 8760)
PER_HOUR: Final = "CONVERSATIONS_PER_HOUR"

declare(
    "ANSWER_DEADLINE_HOURS",
    {"message": 24, "question": 48, "review": 72},
    _("Hours in which a seller must answer a message, a question and a review; 0: there is no deadline."),
    cleaning.shaped({"message": _HOURS, "question": _HOURS, "review": _HOURS}),
    group=_SUPPORT,
)
declare(
    "CONVERSATION_CLOSE_DAYS",
    14,
    _("Days without a word after which a conversation that was answered is closed; 0: never."),
    cleaning.integer(0, 3650),
    group=_SUPPORT,
)
declare(
    "REVIEW_REQUIRES_PURCHASE",
    True,
    _("Whether only a product that was delivered to the shopper can be reviewed."),
    cleaning.boolean,
    group=_SUPPORT,
)
declare(
    "MODERATE_PUBLIC",
    True,
    _("Whether questions and reviews that shoppers want published wait for a moderator."),
    cleaning.boolean,
    group=_SUPPORT,
)
declare(
    "REPLY_BY_SMS",
    True,
    _("Whether shoppers who allow SMS are told by SMS, beside the mail, that a seller has answered."),
    cleaning.boolean,
    group=_SUPPORT,
)
declare(
    PER_HOUR,
    200,
    _("Conversations that a shopper can begin in an hour."),
    cleaning.integer(1, 100_000),
    group=_SUPPORT,
)
