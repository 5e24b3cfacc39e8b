"""Jobs of the gateways: delivery, and the broom."""

from datetime import timedelta
from typing import Final

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from patron.gateways import delivery, outbox
from patron.gateways.models import CapturedMail, CapturedSms, OutgoingMail, OutgoingSms, State
from patron.kernel import clock, dynamic

MOST_BUGS: Final = 20
BUG_WAIT: Final = 30
# What was given up after a day of trouble can be sent again by staff for so long; then its content is erased.
KEEP_CONTENT: Final = timedelta(days=7)
KEEP_CAPTURED: Final = timedelta(days=30)


class WhileItHelps(BaseRetryStrategy):
    """Again when the delivery says so, and half a minute after a bug or a database that was away."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The queue's hook."""
        if isinstance(exception, delivery.Postponed):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        return RetryDecision(retry_in={"seconds": BUG_WAIT}) if job.attempts < MOST_BUGS else None


@app.task(name=outbox.DELIVER_SMS, queue=outbox.MESSAGES, retry=WhileItHelps())
def deliver_sms(message_id: int) -> None:
    """One try of one SMS."""
    delivery.deliver_sms(message_id)


@app.task(name=outbox.DELIVER_MAIL, queue=outbox.MESSAGES, retry=WhileItHelps())
def deliver_mail(message_id: int) -> None:
    """One try of one mail."""
    delivery.deliver_mail(message_id)


@app.periodic(cron="41 3 * * *")
@app.task(name="gateways.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop old records (MESSAGE_KEEP_DAYS) and captured messages, and content kept for a retry that did not come."""
    now = clock.now()
    old = now - timedelta(days=dynamic.get("MESSAGE_KEEP_DAYS"))
    for outgoing in (OutgoingSms, OutgoingMail):
        done = outgoing.objects.exclude(state=State.QUEUED)
        done.filter(created_at__lt=old).delete()
        done.filter(queued_at__lt=now - KEEP_CONTENT, sealed_content__isnull=False).update(sealed_content=None)
    for captured in (CapturedSms, CapturedMail):
        captured.objects.filter(created_date__lt=now - KEEP_CAPTURED).delete()
