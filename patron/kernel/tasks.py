"""Jobs of the kernel: delivery of events (found by the queue when it imports this module) and the broom."""

from datetime import timedelta

from procrastinate.contrib.django import app

from patron.kernel import clock, events
from patron.kernel.models import Counter, KeptAnswer

__all__ = ["events"]


@app.periodic(cron="17 * * * *")
@app.task(name="kernel.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop counters whose longest window (a day) is over, and answers kept for more than 24 hours."""
    Counter.objects.filter(started_at__lt=clock.now() - timedelta(days=2)).delete()
    KeptAnswer.objects.filter(created_at__lt=clock.now() - timedelta(hours=24)).delete()
