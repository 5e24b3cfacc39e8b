"""Jobs of the segments: the run over everybody, and what keeps it up with the time."""

from procrastinate.contrib.django import app

from patron.segments import recomputation


@app.task(name=recomputation.JOB, priority=-40)
def recompute() -> None:
    """Do the run that was asked for."""
    recomputation.run()


@app.periodic(cron="*/5 * * * *")
@app.task(name="segments.keep_up", priority=-40)
def keep_up(timestamp: int) -> None:
    """A new day and the ends of periods change who fits."""
    recomputation.keep_up()


@app.periodic(cron="23 4 * * *")
@app.task(name="segments.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop the runs of long ago."""
    recomputation.sweep()
