"""What other systems call a customer: staff and the programs of channels say it, and find the customer by it.

Whoever writes holds the customer's row, so that mappings are counted exactly and a merge, which moves them, waits. The
customer itself stays as it was, `modified_date` too: who maps a customer must not see it as one that changed.
Source: omnitron-customers, Filters (`mapping`); 5-omnitron, Customers.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django.db import IntegrityError
from django.db.models import QuerySet

from patron.channels.access import Scope
from patron.customers import history
from patron.customers.errors import MappingTaken, TooManyMappings
from patron.customers.models import MAPPING_TAKEN, Change, Customer, CustomerMapping
from patron.kernel import clock, transactions
from patron.kernel.errors import NotFound

MOST: Final = 100  # of one customer; a merge may leave more
FIELDS: Final = ("integration_type", "code")
T = TypeVar("T")


def of(customer_id: int, scope: Scope) -> QuerySet[CustomerMapping]:
    """The mappings of one customer. Raises NotFound, the same for another channel's customer and for none."""
    if not scope.of(Customer.objects.filter(pk=customer_id)).exists():
        raise NotFound
    return CustomerMapping.objects.filter(customer_id=customer_id)


def one(customer_id: int, mapping_id: int, scope: Scope) -> CustomerMapping:
    """One of them. Raises NotFound."""
    rows = CustomerMapping.objects.filter(pk=mapping_id, customer_id=customer_id)
    mapping = scope.of(rows).first()
    if mapping is None:
        raise NotFound
    return mapping


def create(
    customer_id: int,
    wish: Mapping[str, str],
    scope: Scope,
    *,
    staff_id: int | None,
    source: Change.Source = Change.Source.API,
) -> CustomerMapping:
    """A new one. `wish`: all of FIELDS. Raises NotFound, MappingTaken, TooManyMappings."""

    def work() -> CustomerMapping:
        _hold(customer_id, scope)
        if CustomerMapping.objects.filter(customer_id=customer_id).count() >= MOST:
            raise TooManyMappings(MOST)
        now = clock.now()
        made = CustomerMapping(customer_id=customer_id, created_date=now, modified_date=now)
        for name in FIELDS:
            setattr(made, name, wish[name])
        made.save(force_insert=True)
        history.record(customer_id, {"mapping": (None, _said(made))}, source, staff_id)
        return made

    return _written(work)


def change(
    customer_id: int,
    mapping_id: int,
    wish: Mapping[str, str],
    scope: Scope,
    *,
    staff_id: int | None,
    source: Change.Source = Change.Source.API,
) -> CustomerMapping:
    """Set what the wish holds of FIELDS; one that changes nothing leaves `modified_date` too.

    Raises NotFound, MappingTaken.
    """

    def work() -> CustomerMapping:
        _hold(customer_id, scope)
        mapping = one(customer_id, mapping_id, scope)
        before = _said(mapping)
        after = before | {name: wish[name] for name in FIELDS if name in wish}
        if after == before:
            return mapping
        for name, value in after.items():
            setattr(mapping, name, value)
        mapping.modified_date = clock.now()
        mapping.save(update_fields=[*FIELDS, "modified_date"])
        history.record(customer_id, {"mapping": (before, after)}, source, staff_id)
        return mapping

    return _written(work)


def delete(
    customer_id: int,
    mapping_id: int,
    scope: Scope,
    *,
    staff_id: int | None,
    source: Change.Source = Change.Source.API,
) -> None:
    """Take it away. Raises NotFound, also for one that is gone already."""

    def work() -> None:
        _hold(customer_id, scope)
        mapping = one(customer_id, mapping_id, scope)
        history.record(customer_id, {"mapping": (_said(mapping), None)}, source, staff_id)
        mapping.delete()

    transactions.run(work)


def _hold(customer_id: int, scope: Scope) -> None:
    rows = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id)
    if scope.of(rows).values_list("pk", flat=True).first() is None:
        raise NotFound


def _said(mapping: CustomerMapping) -> dict[str, Any]:
    return {name: getattr(mapping, name) for name in FIELDS}


def _written(work: Callable[[], T]) -> T:
    try:
        return transactions.run(work)
    except IntegrityError as error:
        if transactions.constraint_of(error) != MAPPING_TAKEN:
            raise
        raise MappingTaken from error
