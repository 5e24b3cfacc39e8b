"""What must not be started, and what a person should know before: Django checks with the tag `patron`."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 -- Django's own name
from django.db import connection

from patron.kernel import dynamic

TAG: Final = "patron"
_CAPTURED: Final = ("inbox", "console")


def declare() -> None:
    """Called once, when the room is ready."""
    checks.register(environment, TAG)
    checks.register(gateways, TAG)


def environment(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What the environment alone shows."""
    found: list[CheckMessage] = []
    if settings.SANDBOX and settings.MAIL_GATEWAY != "inbox":
        found.append(
            Error(
                "The sandbox is on and EMAIL_URL names a real mail server.",
                hint="Unset EMAIL_URL, or set PATRON_SANDBOX=0.",
                id="patron.E001",
            )
        )
    if len(settings.SECRET_KEY) < 32 or any(len(key) < 32 for key in settings.SECRET_KEY_FALLBACKS):
        found.append(
            Error(
                "A secret key is shorter than 32 characters.",
                hint="Make one with `openssl rand -hex 32`.",
                id="patron.E003",
            )
        )
    if not settings.SANDBOX and "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "PATRON_ALLOWED_HOSTS holds *, so links in mails can be made to point anywhere.",
                hint="Name the hosts the shop is reached by, comma separated.",
                id="patron.E004",
            )
        )
    if not settings.SANDBOX and settings.MAIL_GATEWAY == "inbox":
        found.append(
            Warning(
                "EMAIL_URL is not set, so mails reach nobody.",
                hint="Set it to smtp://user:password@host:port.",
                id="patron.W001",
            )
        )
    return found


def gateways(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """What the dynamic settings show; only where the database may be asked."""
    if not databases or "constance_constance" not in connection.introspection.table_names():
        return []  # before the first migration there are none
    return [*_sms(dynamic.get("SMS_GATEWAY")), *_loyalty(dynamic.get("CUSTOMER_LOYALTY_CARD_SERVICE"))]


def found() -> list[CheckMessage]:
    """Everything the checks have to say. The database must be up to date."""
    return checks.run_checks(tags=[TAG], databases=["default"])


def _loyalty(service: Mapping[str, Any]) -> list[CheckMessage]:
    # one on this machine is what a developer tries out
    if not settings.SANDBOX or service["provider"] == "simulator" or _is_here(service["base_url"]):
        return []
    return [
        Error(
            "The sandbox is on and CUSTOMER_LOYALTY_CARD_SERVICE names a provider on another machine.",
            hint='`patron settings set CUSTOMER_LOYALTY_CARD_SERVICE \'{"provider": "simulator"}\'`, or set '
            "PATRON_SANDBOX=0.",
            id="patron.E006",
        )
    ]


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sms(gateway: str) -> list[CheckMessage]:
    if settings.SANDBOX and gateway not in _CAPTURED:
        return [
            Error(
                f"The sandbox is on and SMS_GATEWAY is {gateway}, a real provider.",
                hint="`patron settings set SMS_GATEWAY '\"inbox\"'`, or set PATRON_SANDBOX=0.",
                id="patron.E002",
            )
        ]
    if not settings.SANDBOX and gateway in _CAPTURED:
        return [
            Warning(
                f"SMS_GATEWAY is {gateway}, so codes reach nobody.",
                hint="Declare a provider in SMS_GATEWAYS and name it in SMS_GATEWAY.",
                id="patron.W002",
            )
        ]
    if gateway not in _CAPTURED and gateway not in dynamic.get("SMS_GATEWAYS"):
        return [
            Error(
                f"SMS_GATEWAY is {gateway} and SMS_GATEWAYS declares no such provider.",
                hint="Declare it, or name one that is.",
                id="patron.E005",
            )
        ]
    return []
