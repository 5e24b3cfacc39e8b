"""What staff read of reference data."""

import msgspec

from patron.kernel import clock
from patron.reference.models import PriceList


class PriceListRow(msgspec.Struct):
    """A price list in the staff's API. `pk` and `id` are the same: some clients read one, some the other."""

    pk: int
    id: int
    name: str
    code: str
    currency: str
    created_date: str
    modified_date: str


def price_list(row: PriceList) -> PriceListRow:
    """One row."""
    return PriceListRow(
        row.pk, row.pk, row.name, row.code, row.currency, clock.iso(row.created_at), clock.iso(row.modified_at)
    )
