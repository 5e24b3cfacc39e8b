"""Mail: the adapters and which of them is active (`EMAIL_URL`; without it the sandbox captures)."""

from typing import Final

from django.conf import settings

from patron.gateways.mail.contract import MailGateway
from patron.gateways.mail.inbox import InboxGateway
from patron.gateways.mail.smtp import SmtpGateway
from patron.kernel.errors import GatewayTrouble

_GATEWAYS: Final[dict[str, MailGateway]] = {"inbox": InboxGateway(), "smtp": SmtpGateway()}


def active_name() -> str:
    """The name of the gateway in use."""
    return str(settings.MAIL_GATEWAY)


def named(name: str) -> MailGateway:
    """The gateway called `name`. Raises GatewayTrouble when it cannot be used; an operator can change that."""
    if name == "inbox" and not settings.SANDBOX:
        raise GatewayTrouble("inbox works in the sandbox only: set EMAIL_URL", permanent=False)
    return _GATEWAYS[name]
