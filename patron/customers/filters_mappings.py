"""What the list of one customer's mappings can be searched by."""

from typing import Any, ClassVar

from django_filters import FilterSet

from patron.customers.models import CustomerMapping


class MappingFilters(FilterSet):  # type: ignore[misc]
    """Exact values, letter case included."""

    class Meta:
        model = CustomerMapping
        fields: ClassVar[dict[str, Any]] = {"integration_type": ["exact"], "code": ["exact"]}
