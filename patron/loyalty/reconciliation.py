"""What is held here and what the provider holds are brought together, and what cannot be is reported.

It goes on where somebody was killed: an enrolment nobody is at, a closing or a change that was not told. A few cards a
run are compared with the provider, those first that were not for longest.
Source: 3-loyalty, "Remote created, local failed" heals itself.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db.models import F, Q

from patron.gateways import loyalty_provider
from patron.gateways.loyalty_provider.contract import UnknownAccount
from patron.kernel import clock
from patron.kernel.errors import GatewayTrouble, Refusal
from patron.loyalty import deletion, enrolment, linking, update
from patron.loyalty.models import Enrolment, Farewell, LoyaltyCard, Reconciliation

MOST_A_RUN: Final = 200  # of each kind
MOST_TROUBLES: Final = 3
COMPARED_A_RUN: Final = 20
COMPARE_AFTER: Final = timedelta(days=1)
MOST_FINDINGS: Final = 100
KEEP: Final = timedelta(days=90)
_log = structlog.get_logger("patron.loyalty")


def run() -> Reconciliation | None:
    """One run, and its report if there was anything to do."""
    report = Reconciliation(started_at=clock.now())
    for waiting, step in (
        (_open_enrolments(), _finish_enrolment),
        (_waiting_farewells(), _tell_farewell),
        (_untold_changes(), _tell_change),
        (_uncompared_cards(), _compare),
    ):
        _each(report, waiting, step)
    report.waiting = _waiting()
    counts = (report.linked, report.refused, report.waiting, report.farewells, report.changes, report.checked)
    if not any(counts) and not report.findings:
        return None
    report.finished_at = clock.now()
    report.save()
    return report


def sweep() -> None:
    """Drop reports older than three months."""
    Reconciliation.objects.filter(started_at__lt=clock.now() - KEEP).delete()


def _each(report: Reconciliation, waiting: list[int], step: Callable[[Reconciliation, int], None]) -> None:
    """One after the other; troubles in a row mean that the rest would meet them too."""
    troubles = 0
    for row_id in waiting:
        try:
            step(report, row_id)
            troubles = 0
        except GatewayTrouble as trouble:
            troubles += 1
            _log.warning("not_reconciled", step=step.__name__, id=row_id, reason=trouble.reason)
            if troubles == MOST_TROUBLES:
                _find(report, "the provider cannot be reached", "", 0)
                return


def _open_enrolments() -> list[int]:
    waiting = Enrolment.objects.filter(_unclaimed("claimed_until"), state=Enrolment.State.OPEN)
    return list(waiting.order_by("tries", "id").values_list("pk", flat=True)[:MOST_A_RUN])


def _finish_enrolment(report: Reconciliation, enrolment_id: int) -> None:
    taken = enrolment.take(enrolment_id)
    if taken is None:
        return
    try:
        enrolment.go_on(taken, retry=False)
    except Refusal as refused:
        if refused.code == linking.PROVIDER_AWAY:
            raise GatewayTrouble(refused.code, permanent=False) from refused
        report.refused += 1
        if taken.is_new:
            _find(report, "an account may be left at the provider", "enrolment", enrolment_id)
    else:
        report.linked += 1


def _waiting_farewells() -> list[int]:
    waiting = Farewell.objects.filter(_unclaimed("claimed_until"), state=Farewell.State.WAITING)
    return list(waiting.order_by("tries", "id").values_list("pk", flat=True)[:MOST_A_RUN])


def _tell_farewell(report: Reconciliation, farewell_id: int) -> None:
    if deletion.tell(farewell_id):
        report.farewells += 1
    elif Farewell.objects.filter(pk=farewell_id, state=Farewell.State.REFUSED).exists():
        _find(report, "the provider refuses to close an account", "farewell", farewell_id)


def _untold_changes() -> list[int]:
    waiting = LoyaltyCard.objects.filter(_unclaimed("change_claimed_until"), change_key__isnull=False)
    return list(waiting.order_by("modified_date").values_list("pk", flat=True)[:MOST_A_RUN])


def _tell_change(report: Reconciliation, card_id: int) -> None:
    if update.tell(card_id):
        report.changes += 1
    elif LoyaltyCard.objects.filter(pk=card_id).exclude(change_trouble="").exists():
        _find(report, "the provider refuses a change", "card", card_id)


def _uncompared_cards() -> list[int]:
    old = clock.now() - COMPARE_AFTER
    due = LoyaltyCard.objects.filter(Q(checked_at=None) | Q(checked_at__lt=old), created_date__lt=old)
    return list(due.order_by(F("checked_at").asc(nulls_first=True)).values_list("pk", flat=True)[:COMPARED_A_RUN])


def _compare(report: Reconciliation, card_id: int) -> None:
    card = LoyaltyCard.objects.filter(pk=card_id).first()
    if card is None:
        return
    report.checked += 1
    try:
        account = loyalty_provider.active().get(card.account_number)
    except UnknownAccount:
        report.missing += 1
        _find(report, "the provider has no such account", "card", card.pk)
    else:
        if account.number != card.number:
            _find(report, "the card number differs", "card", card.pk)
        unchanged = LoyaltyCard.objects.filter(pk=card.pk, modified_date=card.modified_date, change_key=None)
        unchanged.update(details=linking.plain(account.details))
    LoyaltyCard.objects.filter(pk=card.pk).update(checked_at=clock.now())


def _unclaimed(column: str) -> Q:
    now = clock.now()
    # one far in the future was made before the sandbox's clock went back
    return Q(**{column: None}) | Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + linking.FARTHEST})


def _waiting() -> int:
    return (
        Enrolment.objects.filter(state=Enrolment.State.OPEN).count()
        + Farewell.objects.filter(state=Farewell.State.WAITING).count()
        + LoyaltyCard.objects.filter(change_key__isnull=False).count()
    )


def _find(report: Reconciliation, what: str, table: str, row_id: int) -> None:
    finding: dict[str, Any] = {"what": what} | ({"table": table, "id": row_id} if table else {})
    if len(report.findings) < MOST_FINDINGS:
        report.findings.append(finding)
