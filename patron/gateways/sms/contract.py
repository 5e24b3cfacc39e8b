"""What an SMS gateway does, whoever stands behind it."""

from typing import Protocol

import msgspec


class Sms(msgspec.Struct, frozen=True):
    """One SMS to send.

    `message_id`: the same for every try, for a provider that drops repeats. `to`: E.164. `attempt`: from 1.
    """

    message_id: int
    to: str
    text: str
    is_otp: bool
    attempt: int


class SmsGateway(Protocol):
    """An adapter. One instance is used by many threads."""

    def send(self, sms: Sms) -> None:
        """Hand the SMS over. Returns when it was accepted. Raises GatewayTrouble and nothing else."""
