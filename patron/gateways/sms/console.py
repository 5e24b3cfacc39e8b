"""A terminal in place of a provider, for a developer who would rather read than ask the inbox."""

import sys

from patron.gateways import calls
from patron.gateways.sms import magic
from patron.gateways.sms.contract import Sms


class ConsoleGateway:
    """Writes each SMS to the error output of the worker."""

    def send(self, sms: Sms) -> None:
        """See the contract. Some numbers have a fate of their own (`magic`)."""
        fate = magic.fate(sms.to)
        with calls.call("sms", seconds=magic.TIMEOUT):
            fate.wait(sms.attempt)
            if fate.delivers(sms.attempt):
                sys.stderr.write(f"SMS {sms.message_id} to {sms.to}\n{sms.text}\n\n")
                sys.stderr.flush()
            fate.answer(sms.attempt)
