"""Jobs of the kernel: delivery of events (found by the queue when it imports this module) and the broom."""

from datetime import timedelta

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from patron.kernel import clock, events, files
from patron.kernel.models import Counter, KeptAnswer

__all__ = ["events"]


@app.periodic(cron="17 * * * *")
@app.task(name="kernel.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop counters whose longest window (a day) is over, and answers kept for more than 24 hours."""
    Counter.objects.filter(started_at__lt=clock.now() - timedelta(days=2)).delete()
    KeptAnswer.objects.filter(created_at__lt=clock.now() - timedelta(hours=24)).delete()


@app.task(name=files.DISCARD, queue=files.QUEUE, retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def discard_files(keys: list[str]) -> None:
    """Take away files whose rows were dropped."""
    files.remove(keys)


@app.periodic(cron="47 * * * *")
@app.task(name="kernel.sweep_files", priority=-50)
def sweep_files(timestamp: int) -> None:
    """Take away files that nobody refers to, left by a crash in the middle of an upload."""
    files.sweep()
