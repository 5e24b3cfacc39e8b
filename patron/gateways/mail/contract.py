"""What a mail gateway does, whoever stands behind it."""

from datetime import datetime
from typing import Protocol

import msgspec

from patron.gateways.outbox import Content


class Letter(msgspec.Struct, frozen=True):
    """One mail to one address.

    `message_id` and `created_at` are the same for every try and make its Message-ID, by which a repeat is known.
    """

    message_id: int
    sender: str
    to: str
    subject: str
    content: Content
    created_at: datetime


class MailGateway(Protocol):
    """An adapter. One instance is used by many threads."""

    def send(self, letter: Letter) -> None:
        """Hand the mail over. Returns when it was accepted. Raises GatewayTrouble and nothing else."""
