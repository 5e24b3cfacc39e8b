"""Dynamic settings of the gateways."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning, dynamic
from patron.kernel.dynamic import BadValue, declare

BUILT_IN_SMS = ("inbox", "console")
LOYALTY_PROVIDERS = ("simulator", "http")
CAPTCHA_PROVIDERS = ("embedded", "recaptcha", "hcaptcha", "turnstile")


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
        names = ", ".join(sorted(taken))
        raise BadValue(gettext("%(names)s always exists and cannot be configured") % {"names": names})
    return cleaned


def _agree(active: str, declared: dict[str, Any]) -> None:
    if active not in declared and active not in BUILT_IN_SMS:
        raise BadValue(gettext("SMS_GATEWAY must be one of SMS_GATEWAYS, inbox or console"))


def _captcha(value: Any) -> dict[str, Any]:
    cleaned: dict[str, Any] = cleaning.shaped(
        {
            "provider": cleaning.choice(CAPTCHA_PROVIDERS),
            "site_key": cleaning.text(200, pattern=r"[A-Za-z0-9_.-]*", expected=_("a site key")),
            "secret": cleaning.text(200),
            "url": cleaning.http_url,
        },
        optional=("site_key", "secret", "url"),
    )(value)
    if cleaned["provider"] != "embedded" and not (cleaned.get("site_key") and cleaned.get("secret")):
        raise BadValue(gettext("%(provider)s needs site_key and secret") % {"provider": cleaned["provider"]})
    return cleaned


def _loyalty(value: Any) -> dict[str, Any]:
    cleaned: dict[str, Any] = cleaning.shaped(
        {
            "provider": cleaning.choice(LOYALTY_PROVIDERS),
            "base_url": cleaning.http_url,
            "username": cleaning.text(200),
            "password": cleaning.text(200),
            "is_sync": cleaning.boolean,
            "timeout": cleaning.integer(1, 10, why=_("a shopper waits as long")),
        },
        optional=("base_url", "username", "password", "is_sync", "timeout"),
    )(value)
    missing = [name for name in ("base_url", "username", "password") if name not in cleaned]
    if cleaned["provider"] == "http" and missing:
        raise BadValue(gettext("http needs %(fields)s") % {"fields": ", ".join(missing)})
    return cleaned


# The providers stand first: a form that brings a new one and chooses it is taken in this order.
declare(
    "SMS_GATEWAYS",
    {},
    _("SMS providers by name: base_url, username, password, sender and timeout in seconds."),
    _gateways,
    group="sms",
    agree=lambda value: _agree(dynamic.get("SMS_GATEWAY"), value),
)
declare(
    "SMS_GATEWAY",
    "inbox",
    _("The SMS gateway in use: one of SMS_GATEWAYS, inbox or console."),
    cleaning.text(50, pattern=r"[A-Za-z0-9_-]{1,50}", expected=_("the name of a gateway")),
    group="sms",
    agree=lambda value: _agree(value, dynamic.get("SMS_GATEWAYS")),
)
declare(
    "NO_REPLY_EMAIL",
    "no-reply@shop.example",
    _("The address mails come from."),
    cleaning.text(254, pattern=r"[^@\s<>]+@[^@\s<>]+", expected=_("an e-mail address")),
    group="mail",
)
declare(
    "CAPTCHA_GATEWAY",
    {"provider": "embedded"},
    _(
        "Who checks that a caller is a person: provider (embedded, recaptcha, hcaptcha or turnstile), site_key, secret "
        "and, where the provider is asked at another address, url."
    ),
    _captcha,
    group="limits",
)
declare(
    "MESSAGE_KEEP_DAYS",
    90,
    _("Days after which the record of an SMS or mail that was sent or failed is deleted."),
    cleaning.integer(1, 3650),
    group="sms",
)
declare(
    "CUSTOMER_LOYALTY_CARD_SERVICE",
    {"provider": "simulator", "is_sync": False, "timeout": 2},
    _(
        "The loyalty provider in use: provider (simulator, which works in the sandbox only, or http), for http "
        "base_url, username and password, timeout in seconds, and is_sync: whether what a shopper tells the provider "
        "is written to their profile as well."
    ),
    _loyalty,
    group="loyalty",
)
