"""Jobs that keep the queue itself in order."""

from typing import Final

from procrastinate.contrib.django import app

KEPT_HOURS: Final = 30 * 24


@app.periodic(cron="23 4 * * *")
@app.task(name="operations.forget_failed_jobs", priority=-50)
async def forget_failed_jobs(timestamp: int) -> None:
    """Drop jobs that failed or were cancelled a month ago; until then staff can look at them and run them again."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
