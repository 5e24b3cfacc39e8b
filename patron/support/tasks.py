"""Jobs of the room: the notices of conversations, and what the time does to these."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.gateways import outbox
from patron.gateways.tasks import WhileItHelps
from patron.support import contact, deadlines, notices, posting

_AGAIN = RetryStrategy(max_attempts=12, exponential_wait=2)


@app.task(name=posting.TELL_SELLER, queue=outbox.MESSAGES, retry=_AGAIN)
def tell_seller(conversation_id: int, message_id: int) -> None:
    """One mail to a seller."""
    notices.tell_seller(conversation_id, message_id)


@app.task(name=posting.TELL_SHOPPER, queue=outbox.MESSAGES, retry=_AGAIN)
def tell_shopper(conversation_id: int, message_id: int) -> None:
    """One mail to a shopper and, where allowed, an SMS."""
    notices.tell_shopper(conversation_id, message_id)


@app.periodic(cron="* * * * *")
@app.task(name="support.keep_deadlines", priority=-40)
def keep_deadlines(timestamp: int) -> None:
    """Every minute: what is overdue by now, what was quiet for long."""
    deadlines.mark_overdue()
    deadlines.close_quiet()


@app.task(name=contact.SCAN, queue=outbox.MESSAGES, retry=WhileItHelps())
def scan_contact_file(file_id: int) -> None:
    """One try to show a file to the antivirus."""
    contact.scan_waiting(file_id)


@app.periodic(cron="23 4 * * *")
@app.task(name="support.sweep_contact", priority=-50)
def sweep_contact(timestamp: int) -> None:
    """Delete messages of the contact form that are older than the shop keeps them."""
    contact.drop_old()
