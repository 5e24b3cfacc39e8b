"""Jobs of the loyalty room: what the provider is told after commit, and the reconciler."""

from typing import Final

from procrastinate.contrib.django import app

from patron.gateways import outbox
from patron.gateways.delivery import Postponed
from patron.gateways.tasks import WhileItHelps
from patron.kernel.errors import GatewayTrouble, Refusal
from patron.loyalty import deletion, enrolment, linking, points, reconciliation, update

# The reconciler comes by every minute and takes what is left, so that a job need not try for ever.
WAIT_SECONDS: Final = 15


@app.task(name=enrolment.FINISH, queue=outbox.MESSAGES, retry=WhileItHelps())
def finish_enrolment(enrolment_id: int) -> None:
    """Go on with an enrolment the provider was away for. One that is refused is over, which the journal shows."""
    taken = enrolment.take(enrolment_id)
    if taken is None:
        return
    try:
        enrolment.go_on(taken, retry=False)
    except Refusal as refused:
        if refused.code == linking.PROVIDER_AWAY:
            raise Postponed(WAIT_SECONDS, refused.code) from refused


@app.task(name=deletion.TELL, queue=outbox.MESSAGES, retry=WhileItHelps())
def tell_farewell(farewell_id: int) -> None:
    """The provider closes an account."""
    try:
        deletion.tell(farewell_id)
    except GatewayTrouble as trouble:
        raise Postponed(WAIT_SECONDS, trouble.reason) from trouble


@app.task(name=update.TELL, queue=outbox.MESSAGES, retry=WhileItHelps())
def tell_change(card_id: int) -> None:
    """The provider hears of new details."""
    try:
        update.tell(card_id)
    except GatewayTrouble as trouble:
        raise Postponed(WAIT_SECONDS, trouble.reason) from trouble


@app.task(name=linking.PRIME_POINTS, queue=outbox.MESSAGES)
def refresh_points(card_id: int) -> None:
    """The points of a new card, so that the first who looks need not wait."""
    points.refresh(card_id)


@app.periodic(cron="* * * * *")
@app.task(name="loyalty.reconcile", priority=-20, queueing_lock="loyalty.reconcile")
def reconcile(timestamp: int) -> None:
    """Bring what is held here and at the provider together."""
    reconciliation.run()


@app.periodic(cron="11 4 * * *")
@app.task(name="loyalty.sweep", priority=-50)
def sweep(timestamp: int) -> None:
    """Drop reports of long ago."""
    reconciliation.sweep()
