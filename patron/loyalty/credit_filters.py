"""What the list of credit transactions can be searched by."""

from typing import Final

from django_filters import (
    CharFilter,
    ChoiceFilter,
    DateFilter,
    FilterSet,
    IsoDateTimeFilter,
    NumberFilter,
    UUIDFilter,
)

from patron.loyalty.models_credit import CreditTransaction

_LARGEST_ID: Final = 2**63 - 1
_MOMENT: Final = "created_at"


class MovementFilters(FilterSet):  # type: ignore[misc]
    """Exact values, and moments. `customer`: the shopper's id."""

    uuid = UUIDFilter("transaction__uuid")
    transaction_type = ChoiceFilter(field_name="transaction__transaction_type", choices=CreditTransaction.Type.choices)
    order = CharFilter("transaction__order", max_length=128)
    customer = NumberFilter("account__shopper_id", min_value=0, max_value=_LARGEST_ID, decimal_places=0)
    created_date = IsoDateTimeFilter(_MOMENT)
    created_date__gt = IsoDateTimeFilter(_MOMENT, "gt")
    created_date__gte = IsoDateTimeFilter(_MOMENT, "gte")
    created_date__lt = IsoDateTimeFilter(_MOMENT, "lt")
    created_date__lte = IsoDateTimeFilter(_MOMENT, "lte")
    created_date__date = DateFilter(_MOMENT, "date")
