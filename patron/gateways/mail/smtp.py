"""A mail server, reached by SMTP (`EMAIL_URL`)."""

import smtplib
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from patron.gateways import calls
from patron.gateways.mail.contract import Letter
from patron.kernel.errors import GatewayTrouble

_REFUSED_FOR_GOOD: Final = 500


class SmtpGateway:
    """One connection a mail, with a timeout at every step."""

    def __init__(self) -> None:
        self._breaker = calls.new_breaker()

    def send(self, letter: Letter) -> None:
        """See the contract. A full mailbox or a login that fails may pass; a refused recipient or content does not."""
        with calls.call("mail", seconds=settings.EMAIL_TIMEOUT, breaker=self._breaker):
            try:
                sent = EmailBackend(timeout=settings.EMAIL_TIMEOUT).send_messages([_message(letter)])
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                raise _trouble("recipient refused", min(codes), permanent=min(codes) >= _REFUSED_FOR_GOOD) from error
            except smtplib.SMTPDataError as error:
                permanent = error.smtp_code >= _REFUSED_FOR_GOOD
                raise _trouble("content refused", error.smtp_code, permanent=permanent) from error
            except smtplib.SMTPResponseException as error:
                raise _trouble(type(error).__name__, error.smtp_code, permanent=False) from error
            except OSError as error:  # smtplib's other exceptions are OSErrors too
                raise GatewayTrouble(f"the connection failed ({type(error).__name__})", permanent=False) from error
            except ValueError as error:  # an address or header that cannot be written; UnicodeError is one as well
                raise GatewayTrouble("the address or a header is malformed", permanent=True) from error
            if not sent:  # Django sends a mail to nobody by doing nothing
                raise GatewayTrouble("the mail has no recipient", permanent=True)


def _trouble(what: str, code: int, *, permanent: bool) -> GatewayTrouble:
    return GatewayTrouble(f"SMTP {code}: {what}", permanent=permanent)  # the server's words may hold the address


def _message(letter: Letter) -> EmailMultiAlternatives:
    domain = letter.sender.rpartition("@")[2]
    headers = {"Message-ID": f"<{letter.message_id}.{int(letter.created_at.timestamp())}@{domain}>"}
    shown = {"To": letter.content.shown_to, "Cc": letter.content.shown_cc}
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.content.text,
        from_email=letter.sender,
        to=[letter.to],
        reply_to=letter.content.reply_to,
        # in the place of the envelope's one recipient, to whom alone this copy goes
        headers=headers | {name: ", ".join(addresses) for name, addresses in shown.items() if addresses},
    )
    if letter.content.html:
        message.attach_alternative(letter.content.html, "text/html")
    for file in letter.content.attachments:
        message.attach(file.name, file.content, file.content_type)
    return message
