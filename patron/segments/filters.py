"""What the list of segments can be searched by."""

from typing import Any, ClassVar

from django_filters import FilterSet

from patron.segments.models import Segment

_ORDERED = ["exact", "gt", "gte", "lt", "lte"]


class SegmentFilters(FilterSet):  # type: ignore[misc]
    """Exact values and ranges."""

    class Meta:
        model = Segment
        fields: ClassVar[dict[str, Any]] = {
            "is_active": ["exact"],
            "priority": _ORDERED,
            "price_list": ["exact", "isnull"],
            "stock_list_code": ["exact"],
            "starts_at": _ORDERED,
            "ends_at": _ORDERED,
        }
