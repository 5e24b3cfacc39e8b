"""Jobs of the shopper's room: the mail of a forgotten password, and the broom."""

from datetime import timedelta
from typing import Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.accounts import password
from patron.accounts.models import Challenge, Session
from patron.gateways import outbox
from patron.kernel import clock

# A code lives for minutes; its row is kept a while for whoever asks why a shopper could not get in.
KEEP_CHALLENGES: Final = timedelta(days=1)


@app.task(name=password.SEND_LINK, queue=outbox.MESSAGES, retry=RetryStrategy(max_attempts=6, exponential_wait=3))
def send_password_link(shopper_id: int, site: str) -> None:
    """One mail; the job is put for unknown e-mails too, with an id of nobody."""
    password.send_link(shopper_id, site)


@app.periodic(cron="29 * * * *")
@app.task(name="accounts.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop sessions that are over, and challenges that have been for a day."""
    now = clock.now()
    Session.objects.filter(expires_at__lt=now).delete()
    Challenge.objects.filter(expires_at__lt=now - KEEP_CHALLENGES).delete()
