"""Price lists are made, changed and deleted by staff."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError

from patron.kernel import clock, transactions
from patron.kernel.errors import Invalid, NotFound
from patron.reference.models import CODE_TAKEN, CURRENCY_FORM, CURRENCY_TEXT, TAKEN_TEXT, PriceList

FIELDS: Final = ("name", "code", "currency")
_REFUSED: Final = {CODE_TAKEN: ("code", TAKEN_TEXT), CURRENCY_FORM: ("currency", CURRENCY_TEXT)}


def create(data: Mapping[str, Any]) -> PriceList:
    """A new one of `data` (FIELDS). Raises Invalid for a code that is taken."""
    now = clock.now()
    made = PriceList(**{field: data[field] for field in FIELDS}, created_at=now, modified_at=now)
    _save(made)
    return made


def change(price_list_id: int, data: Mapping[str, Any]) -> PriceList:
    """Set the fields in `data`. Raises NotFound, and Invalid for a code that is taken."""

    def work() -> PriceList:
        row = _locked(price_list_id)
        for field in FIELDS:
            if field in data:
                setattr(row, field, data[field])
        row.modified_at = clock.now()
        _save(row)
        return row

    return transactions.run(work)


def delete(price_list_id: int) -> None:
    """Delete it; what refers to it refers to none from then on. Raises NotFound."""
    transactions.run(lambda: _locked(price_list_id).delete())


def _locked(price_list_id: int) -> PriceList:
    # Whoever is about to refer to the row waits, and finds it gone.
    row = PriceList.objects.select_for_update().filter(pk=price_list_id).first()
    if row is None:
        raise NotFound
    return row


def _save(row: PriceList) -> None:
    try:
        transactions.run(row.save)
    except IntegrityError as error:
        refused = _REFUSED.get(transactions.constraint_of(error) or "")
        if refused is None:
            raise
        raise Invalid({refused[0]: [refused[1]]}) from error
