"""Staff make, change and delete segments. Each change that a rule's outcome depends on asks for a recomputation."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from patron.kernel import clock, transactions
from patron.kernel.errors import Invalid, NotFound
from patron.segments import recomputation, roster
from patron.segments.models import PERIOD, PERIOD_TEXT, PRICE_LIST_KEY, Recomputation, Segment

FIELDS: Final = (
    "name",
    "priority",
    "is_active",
    "starts_at",
    "ends_at",
    "price_list_id",
    "stock_list_code",
    "rule",
)
_DECIDING: Final = ("priority", "is_active", "starts_at", "ends_at", "rule")


def create(data: Mapping[str, Any], *, staff_id: int | None) -> Segment:
    """A new segment of cleaned `data` (FIELDS; `rule` was parsed). Raises Invalid."""

    def work() -> Segment:
        now = clock.now()
        made = Segment(**{field: data[field] for field in FIELDS if field in data}, created_at=now, modified_at=now)
        _save(made)
        if made.is_active:
            recomputation.request(Recomputation.Reason.EDIT, staff_id)
        return made

    return transactions.run(work)


def change(segment_id: int, data: Mapping[str, Any], *, staff_id: int | None) -> Segment:
    """Set the fields in `data`. Raises NotFound, Invalid."""

    def work() -> Segment:
        segment = _locked(segment_id)
        before = {field: getattr(segment, field) for field in _DECIDING}
        for field in FIELDS:
            if field in data:
                setattr(segment, field, data[field])
        segment.modified_at = clock.now()
        _save(segment)
        is_decided_anew = any(getattr(segment, field) != before[field] for field in _DECIDING)
        if is_decided_anew and (segment.is_active or before["is_active"]):
            recomputation.request(Recomputation.Reason.EDIT, staff_id)
        return segment

    return transactions.run(work)


def delete(segment_id: int, *, staff_id: int | None) -> None:
    """Delete it; who had chosen it falls back to the first that fits. Raises NotFound."""

    def work() -> None:
        segment = _locked(segment_id)
        segment.delete()
        if segment.is_active:
            recomputation.request(Recomputation.Reason.EDIT, staff_id)

    transactions.run(work)


def _locked(segment_id: int) -> Segment:
    segment = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if segment is None:
        raise NotFound
    return segment


def _save(segment: Segment) -> None:
    try:
        transactions.run(lambda: _write(segment))
    except IntegrityError as error:
        broken = transactions.constraint_of(error) or ""
        if broken == PERIOD:
            raise Invalid({"ends_at": [PERIOD_TEXT]}) from error
        if broken.startswith(PRICE_LIST_KEY):
            raise Invalid({"price_list": [_("There is no such price list.")]}) from error
        raise


def _write(segment: Segment) -> None:
    segment.save()
    connection.check_constraints()  # the key of the price list is looked at here and not at the commit
    if segment.is_active and roster.load().size > roster.MOST_PARAMETERS:
        raise Invalid({"rule": [_("The rules of all active segments together are too large. Make them simpler.")]})
