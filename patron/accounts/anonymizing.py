"""A shopper is erased: what says who they are goes from every room, ids and totals stay.

Each room has said in its `holdings` what goes; this journey does it, in one transaction.
Source: 1-shopper, `PATCH /users/anonymize/`.
"""

from typing import Any

from django.db.models import Q

from patron.accounts import consent
from patron.accounts.models import Shopper
from patron.gateways import holdings
from patron.gateways.models import OutgoingMail, OutgoingSms
from patron.kernel import clock, events, transactions
from patron.kernel.errors import NotFound
from patron.kernel.personal_data import ERASERS, HOLDINGS, Holding


def anonymize(shopper_id: int, *, staff_id: int | None = None) -> None:
    """Erase the person; the account is closed for good and every session of it ends.

    Permissions are withdrawn through the ledger, whose rows stay as proof under the id alone. Done a second time it
    changes nothing. `staff_id`: who does it in the console. Raises NotFound.
    """
    transactions.run(lambda: _erase(shopper_id, staff_id))


def _erase(shopper_id: int, staff_id: int | None) -> None:
    shopper = Shopper.objects.select_for_update().filter(pk=shopper_id).first()
    if shopper is None:
        raise NotFound
    if shopper.anonymized_at is not None:
        return
    _withdraw_permissions(shopper, staff_id)
    _find_unowned_messages(shopper)
    holdings.forget_captured(shopper_id)
    for eraser in ERASERS:
        eraser(shopper_id)
    for holding in HOLDINGS:
        _apply(holding, shopper_id)
    now = clock.now()
    Shopper.objects.filter(pk=shopper_id).update(anonymized_at=now, modified_date=now)
    events.put("shopper.anonymized", shopper_id=shopper_id)


def _withdraw_permissions(shopper: Shopper, staff_id: int | None) -> None:
    before = consent.snapshot(shopper)
    for field, value in before.items():
        if value:
            setattr(shopper, field, False)
    consent.record(shopper, before, staff_id=staff_id, source="staff" if staff_id else None)


def _find_unowned_messages(shopper: Shopper) -> None:
    """Claim what was sent to the shopper's address and phone for somebody unknown (a code before a sign-in)."""
    OutgoingMail.objects.filter(shopper_id=None, to__iexact=shopper.email).update(shopper_id=shopper.pk)
    if shopper.phone_e164:
        OutgoingSms.objects.filter(Q(to=shopper.phone_e164), shopper_id=None).update(shopper_id=shopper.pk)


def _apply(holding: Holding, shopper_id: int) -> None:
    rows = holding.model._default_manager.filter(**{holding.owner: shopper_id})
    if holding.erased is None:
        rows.delete()
        return
    values: dict[str, Any] = {column: value() if callable(value) else value for column, value in holding.erased.items()}
    rows.update(**values)
