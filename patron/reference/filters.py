"""What lists of reference data can be searched by."""

from typing import Any, ClassVar

from django_filters import FilterSet

from patron.reference.models import PriceList


class PriceListFilters(FilterSet):  # type: ignore[misc]
    """Exact values."""

    class Meta:
        model = PriceList
        fields: ClassVar[dict[str, Any]] = {"code": ["exact"], "currency": ["exact"], "name": ["exact", "startswith"]}
