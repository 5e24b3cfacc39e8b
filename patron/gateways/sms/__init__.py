"""SMS: the adapters and which of them is active (dynamic settings SMS_GATEWAY and SMS_GATEWAYS)."""

from functools import lru_cache

from django.conf import settings

from patron.gateways.settings import BUILT_IN_SMS
from patron.gateways.sms.console import ConsoleGateway
from patron.gateways.sms.contract import SmsGateway
from patron.gateways.sms.http import HttpGateway
from patron.gateways.sms.inbox import InboxGateway
from patron.kernel import dynamic
from patron.kernel.errors import GatewayTrouble

DEFAULT_TIMEOUT = 10
_BUILT_IN: dict[str, SmsGateway] = {"inbox": InboxGateway(), "console": ConsoleGateway()}


def active_name() -> str:
    """The name of the gateway in use."""
    return str(dynamic.get("SMS_GATEWAY"))


def named(name: str) -> SmsGateway:
    """The gateway called `name`. Raises GatewayTrouble when it cannot be used now; an operator can change that."""
    if name in BUILT_IN_SMS:
        if not settings.SANDBOX:
            # They show codes in clear: somebody who forgot to name a provider must not find them there.
            raise GatewayTrouble(f"{name} works in the sandbox only: name a provider in SMS_GATEWAY", permanent=False)
        return _BUILT_IN[name]
    found = dynamic.get("SMS_GATEWAYS").get(name)
    if found is None:
        raise GatewayTrouble("SMS_GATEWAY names a gateway that SMS_GATEWAYS does not hold", permanent=False)
    return _http(
        found["base_url"],
        found["username"],
        found["password"],
        found["sender"],
        found.get("timeout", DEFAULT_TIMEOUT),
    )


@lru_cache(maxsize=8)
def _http(base_url: str, username: str, password: str, sender: str, timeout: int) -> HttpGateway:
    return HttpGateway(base_url, username, password, sender, timeout)
