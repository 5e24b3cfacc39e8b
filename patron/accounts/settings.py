"""Dynamic settings of the shopper's room. The names and defaults are the contract's (conventions, Settings)."""

from typing import Any, Final

import phonenumbers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patron.kernel import cleaning, dynamic, limits
from patron.kernel.dynamic import BadValue, declare

REGISTRATION_MODES: Final = ("direct", "sms_otp", "kvkk")
THROTTLES: Final[dict[str, dict[str, Any]]] = {
    "login": {"count": 60, "duration": "1m"},
    "login-failed": {"count": 5, "duration": "5m"},
    "register": {"count": 20, "duration": "1h"},
    "register-with-loyalty": {"count": 20, "duration": "1h"},
    "password-reset": {"count": 5, "duration": "1h"},
    "profile-update": {"count": 60, "duration": "1m"},
    "contact-us": {"count": 5, "duration": "1h"},
}
PROFILE_FIELDS: Final = frozenset(
    [
        "first_name",
        "last_name",
        "email_allowed",
        "sms_allowed",
        "call_allowed",
        "gender",
        "date_of_birth",
        "phone",
        "attributes",
        "language_code",
    ]
)


def throttle(scope: str) -> limits.Limit:
    """The limit of a scope; one that the setting does not name keeps its default."""
    found = dynamic.get("THROTTLING_SETTINGS").get(scope) or THROTTLES[scope]
    return limits.Limit(int(found["count"]), limits.parse_duration(found["duration"]))


def _windows(value: Any) -> list[dict[str, Any]]:
    window = cleaning.shaped({"count": cleaning.integer(0, 1_000_000), "duration": cleaning.duration})
    cleaned: list[dict[str, Any]] = cleaning.list_of(window, most=5)(value)
    return cleaned


def _country(value: Any) -> str:
    return cleaning.text(2, pattern=r"[A-Z]{2}", expected=_("a country code such as TR"))(value)


def _currency(value: Any) -> str:
    return cleaning.text(3, pattern="[a-z]{3}", expected=_("a currency code such as try"))(value)


def _agree(default: str, available: list[str]) -> None:
    if default not in available:
        raise BadValue(gettext("DEFAULT_CURRENCY must be one of AVAILABLE_CURRENCIES"))


_ACCOUNT: Final = "account"
_SMS: Final = "sms"
_LIMITS: Final = "limits"

declare("SHOP_NAME", "Patron", _("The name of the shop, as SMS and mails say it."), cleaning.text(60), group=_ACCOUNT)
declare(
    "USER_PHONE_REGEX",
    r"^\+?1?\d{9,15}$",
    _("The expression a phone number must match to be accepted."),
    cleaning.regular_expression,
    group=_ACCOUNT,
)
declare(
    "DEFAULT_PHONE_REGION",
    "TR",
    _("The country in which a phone number without a country code is read."),
    cleaning.choice(phonenumbers.SUPPORTED_REGIONS),
    group=_ACCOUNT,
)
declare(
    "PHONE_NUMBER_UNIQUE_VALIDATOR_ACTIVE",
    True,
    _("Whether two active shoppers may not have the same phone."),
    cleaning.boolean,
    group=_ACCOUNT,
)
declare(
    "USER_REQUIRED_FIELDS",
    [],
    _("The fields a profile change must carry."),
    cleaning.list_of(cleaning.choice(PROFILE_FIELDS)),
    group=_ACCOUNT,
)
declare(
    "REGISTRATION_MODE",
    "direct",
    _("Which way a shopper registers: direct, sms_otp (a code by SMS) or kvkk (a code that binds the permissions)."),
    cleaning.choice(REGISTRATION_MODES),
    group=_ACCOUNT,
)
declare(
    "KVKK_FLAT_PAGE_VERSION",
    "1",
    _("The version of the consent text that a new shopper agrees to."),
    cleaning.text(50),
    group=_ACCOUNT,
)
declare(
    "NOTIFY_OLD_PHONE",
    True,
    _("Whether the old number and the e-mail are told of a changed phone."),
    cleaning.boolean,
    group=_ACCOUNT,
)
declare(
    "PREVENT_ENUMERATION",
    False,
    _("Whether a taken or unknown phone or e-mail is answered like a free or known one, where that is possible."),
    cleaning.boolean,
    group=_ACCOUNT,
)
declare(
    "FRESH_LOGIN_SECONDS",
    900,
    _("How long ago a shopper may have signed in to fetch all their personal data."),
    cleaning.integer(60, 86_400),
    group=_ACCOUNT,
)
declare(
    "SESSION_DAYS",
    14,
    _("Days until a shopper who stays away must sign in again."),
    cleaning.integer(1, 365),
    group=_ACCOUNT,
)
declare(
    "STOREFRONT_URL",
    "",
    _("The address of the storefront for links in mails; empty: the address the request came to."),
    lambda value: "" if value == "" else cleaning.http_url(value),
    group=_ACCOUNT,
)
declare(
    "MAIL_LINK_HOURS",
    24,
    _("Hours a link in a mail works: to reset a password, to confirm an e-mail."),
    cleaning.integer(1, 168),
    group=_ACCOUNT,
)
declare(
    "SMS_OTP_EXPIRE_TIME",
    180,
    _("Seconds a code lives, at most 600."),
    cleaning.integer(1, 600, why="a code that never lives cannot be confirmed and one that lives long can be guessed"),
    group=_SMS,
)
declare("SMS_OTP_LENGTH", 6, _("Digits of a code, 4 to 10."), cleaning.integer(4, 10), group=_SMS)
declare(
    "SMS_OTP_MAX_ATTEMPTS",
    5,
    _("Tries after which a code is dead."),
    cleaning.integer(1, 20),
    group=_SMS,
)
declare(
    "SMS_OTP_RESEND_SECONDS",
    30,
    _("Seconds until another code can be asked for."),
    cleaning.integer(0, 3600),
    group=_SMS,
)
declare(
    "SMS_SENDS_PER_NUMBER",
    [{"count": 5, "duration": "10m"}, {"count": 10, "duration": "1d"}],
    _("How many codes one number may be sent."),
    _windows,
    group=_SMS,
)
declare(
    "SMS_SENDS_PER_USER",
    [{"count": 10, "duration": "1h"}],
    _("How many codes one shopper may ask for."),
    _windows,
    group=_SMS,
)
declare(
    "SMS_SENDS_PER_IP",
    [{"count": 20, "duration": "1h"}],
    _("How many codes may be asked for from one address."),
    _windows,
    group=_SMS,
)
declare(
    "SMS_BUDGET_PER_HOUR",
    10_000,
    _("How many codes the whole shop may send in an hour."),
    cleaning.integer(0, 10_000_000),
    group=_SMS,
)
declare(
    "SMS_ALLOWED_COUNTRIES",
    [
        "TR",
        "AE",
        "AT",
        "AZ",
        "BE",
        "BH",
        "CH",
        "DE",
        "EG",
        "FR",
        "GB",
        "IQ",
        "JO",
        "KW",
        "KZ",
        "NL",
        "OM",
        "QA",
        "RU",
        "SA",
        "US",
    ],
    _("The countries codes are sent to."),
    cleaning.list_of(_country, most=260),
    group=_SMS,
)
declare(
    "THROTTLING_SETTINGS",
    THROTTLES,
    _("Limits by scope: login, login-failed, register, password-reset, profile-update, contact-us and others."),
    cleaning.mapping_to(
        cleaning.shaped({"count": cleaning.integer(1, 1_000_000), "duration": cleaning.duration}),
        key_pattern="|".join(THROTTLES),
    ),
    group=_LIMITS,
)
declare(
    "READ_CURRENCY_FROM_HEADER",
    False,
    _("Whether the x-currency header chooses the currency of a request."),
    cleaning.boolean,
    group=_ACCOUNT,
)
declare(
    "DEFAULT_CURRENCY",
    "try",
    _("The currency of a session that chose none."),
    _currency,
    group=_ACCOUNT,
    agree=lambda value: _agree(value, dynamic.get("AVAILABLE_CURRENCIES")),
)
declare(
    "AVAILABLE_CURRENCIES",
    ["try", "usd", "eur", "gbp", "aed", "sar", "rub"],
    _("The currencies a session may choose."),
    cleaning.list_of(_currency),
    group=_ACCOUNT,
    agree=lambda value: _agree(dynamic.get("DEFAULT_CURRENCY"), value),
)
