"""Dynamic settings of the gateways."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning
from patron.kernel.dynamic import BadValue, declare

BUILT_IN_SMS = ("inbox", "console")


def _gateways(value: Any) -> dict[str, Any]:
    cleaned: dict[str, Any] = cleaning.mapping_to(
        cleaning.shaped(
            {
                "base_url": cleaning.http_url,
                "username": cleaning.text(200),
                "password": cleaning.text(200),
                "sender": cleaning.text(50),
                "timeout": cleaning.integer(1, 60),
            },
            optional=("timeout",),
        )
    )(value)
    taken = set(cleaned) & set(BUILT_IN_SMS)
    if taken:
        raise BadValue(f"{', '.join(sorted(taken))} always exists and cannot be configured")
    return cleaned


declare(
    "SMS_GATEWAY",
    "inbox",
    _("The SMS gateway in use: one of SMS_GATEWAYS, inbox or console."),
    cleaning.text(50, pattern=r"[A-Za-z0-9_-]{1,50}", expected="the name of a gateway"),
    group="sms",
)
declare(
    "SMS_GATEWAYS",
    {},
    _("SMS providers by name: base_url, username, password, sender and timeout in seconds."),
    _gateways,
    group="sms",
)
declare(
    "NO_REPLY_EMAIL",
    "no-reply@shop.example",
    _("The address mails come from."),
    cleaning.text(254, pattern=r"[^@\s<>]+@[^@\s<>]+", expected="an e-mail address"),
    group="mail",
)
