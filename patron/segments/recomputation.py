"""Everybody's standing is computed anew, in the background: after a change of a segment, on request, as time passes.

A run goes over the shoppers by id, a range in each transaction, and notes how far it came in the same one: so a killed
run goes on where it was, memory stays the same for any number of shoppers, and no lock is held for long. The newest run
is the one that counts: a change of a segment in the middle of a run puts a new one in its place.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection
from django.db.models import F, Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from patron.kernel import clock, transactions
from patron.segments import roster, standing
from patron.segments.models import ONE_QUEUED, Recomputation, Segment

JOB: Final = "segments.recompute"
RANGE: Final = 5_000  # shoppers in one transaction: about a quarter of a second
KEEP: Final = timedelta(days=90)
State = Recomputation.State
Reason = Recomputation.Reason
_FINISHED: Final = (State.DONE, State.REPLACED)
_TOTAL: Final = "SELECT count(*) FROM accounts_shopper"
_NEXT: Final = """
SELECT count(*), max(id) FROM (SELECT id FROM accounts_shopper WHERE id > %s ORDER BY id LIMIT %s) AS range
"""
_MEMBERS: Final = "SELECT segment, count(*) FROM segments_standing, unnest(available) AS segment GROUP BY segment"


def request(reason: Reason, staff_id: int | None = None) -> Recomputation:
    """Ask for a run. Joins the caller's transaction.

    One that has not begun is as good as a new one; for staff, who just want the figures right, so is one that runs.
    """

    good = (State.QUEUED, State.RUNNING) if reason == Reason.STAFF else (State.QUEUED,)

    def work() -> Recomputation:
        # Held until the caller's change is committed: the run must not begin before, or it would not see it.
        newest = _newest_held()
        found = newest if newest is not None and newest.state in good else _queue(reason, staff_id)
        _defer()
        return found

    return transactions.run(work)


def latest() -> Recomputation | None:
    """The run that counts."""
    return Recomputation.objects.order_by("-id").first()


def keep_up() -> None:
    """Ask for a run when time alone changed who fits, and again for one that was left unfinished."""
    newest, now = latest(), clock.now()
    if newest is None:
        if Segment.objects.exists():
            request(Reason.TIME)
    elif _is_outdated(newest.started_at or newest.requested_at, now):
        request(Reason.TIME)
    elif newest.state not in _FINISHED:
        _defer()


def run() -> None:
    """Do the run that counts, from where it was left, until none is left to do. Called by the worker, one at a time.

    Raises whatever stops it; the run is shown as failed and taken up again by `keep_up`.
    """
    while (current := transactions.run(_begin)) is not None:
        try:
            while transactions.run(lambda run_id=current.pk: _step(run_id)):  # type: ignore[misc]
                pass
        except Exception:  # whatever it was: shown to whoever waits for the run, and raised to the job that tells of it
            Recomputation.objects.filter(pk=current.pk, state=State.RUNNING).update(state=State.FAILED)
            raise


def sweep() -> None:
    """Drop the runs of long ago."""
    Recomputation.objects.filter(requested_at__lt=clock.now() - KEEP, state__in=(*_FINISHED, State.FAILED)).delete()


def _is_outdated(since: datetime, now: datetime) -> bool:
    """Whether a day (UTC) or a segment's period began or ended in between."""
    turned = Q(starts_at__gt=since, starts_at__lte=now) | Q(ends_at__gt=since, ends_at__lte=now)
    return since.date() != now.date() or Segment.objects.filter(turned, is_active=True).exists()


def _queue(reason: Reason, staff_id: int | None) -> Recomputation:
    fields: dict[str, Any] = {"reason": reason, "staff_id": staff_id, "requested_at": clock.now()}
    try:
        return transactions.run(lambda: Recomputation.objects.create(**fields))
    except IntegrityError as error:
        if transactions.constraint_of(error) != ONE_QUEUED:
            raise
    # Somebody else asked at the same moment; by now theirs may have begun.
    newest = _newest_held()
    return newest if newest is not None and newest.state == State.QUEUED else _queue(reason, staff_id)


def _newest_held() -> Recomputation | None:
    return Recomputation.objects.select_for_update().order_by("-id").first()


def _defer() -> None:
    try:
        transactions.run(lambda: app.configure_task(JOB, lock=JOB, queueing_lock=JOB).defer())
    except AlreadyEnqueued:
        return  # the job that waits will find the run


def _begin() -> Recomputation | None:
    newest = _newest_held()
    if newest is None or newest.state in _FINISHED:
        return None
    Recomputation.objects.filter(state=State.RUNNING).exclude(pk=newest.pk).update(state=State.REPLACED)
    if newest.started_at is None:
        newest.started_at, newest.total = clock.now(), _fetch(_TOTAL)[0]
    newest.state = State.RUNNING
    newest.save()
    return newest


def _step(run_id: int) -> bool:
    """One range, or the end; False when there is nothing more to do in this run."""
    newest = _newest_held()
    if newest is None or newest.pk != run_id:
        return False
    count, upto = _fetch(_NEXT, newest.position, RANGE)
    mine = Recomputation.objects.filter(pk=run_id)
    if not count:
        mine.update(state=State.DONE, finished_at=clock.now(), done=F("total"), members=_members())
        return False
    standing.settle_many(roster.current(), newest.position, upto)
    mine.update(position=upto, done=F("done") + count)
    return True


def _members() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS)
        return {str(segment): count for segment, count in cursor.fetchall()}


def _fetch(statement: str, *parameters: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
