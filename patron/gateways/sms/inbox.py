"""The captured inbox: what the sandbox has in place of a provider."""

from typing import Final

from django.db import connection

from patron.gateways import calls
from patron.gateways.sms import magic
from patron.gateways.sms.contract import Sms
from patron.kernel import clock

SENDER: Final = "PATRON"
_CAPTURE: Final = """
INSERT INTO gateways_capturedsms (message_id, "to", sender, text, is_otp, created_date)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO NOTHING
"""


class InboxGateway:
    """Keeps each SMS where `GET /sandbox/sms/` finds it; one that comes twice is kept once."""

    def send(self, sms: Sms) -> None:
        """See the contract. Some numbers have a fate of their own (`magic`)."""
        fate = magic.fate(sms.to)
        with calls.call("sms", seconds=magic.TIMEOUT):
            fate.wait(sms.attempt)
            if fate.delivers(sms.attempt):
                with connection.cursor() as cursor:
                    cursor.execute(_CAPTURE, [sms.message_id, sms.to, SENDER, sms.text, sms.is_otp, clock.now()])
            fate.answer(sms.attempt)
