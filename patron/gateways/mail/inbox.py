"""The captured inbox: what the sandbox has in place of a mail server."""

import json
from typing import Final

from django.db import connection

from patron.gateways import calls
from patron.gateways.mail.contract import Letter
from patron.kernel import clock

TIMEOUT: Final = 5.0
_CAPTURE: Final = """
INSERT INTO gateways_capturedmail (message_id, "to", sender, subject, text, html, attachments, created_date)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO NOTHING
"""


class InboxGateway:
    """Keeps each mail where `GET /sandbox/mail/` finds it; of attachments the name, type and size in bytes."""

    def send(self, letter: Letter) -> None:
        """See the contract."""
        content = letter.content
        attachments = [
            {"name": file.name, "content_type": file.content_type, "size": len(file.content)}
            for file in content.attachments
        ]
        with calls.call("mail", seconds=TIMEOUT), connection.cursor() as cursor:
            cursor.execute(
                _CAPTURE,
                [
                    letter.message_id,
                    letter.to,
                    letter.sender,
                    letter.subject,
                    content.text,
                    content.html,
                    json.dumps(attachments),
                    clock.now(),
                ],
            )
