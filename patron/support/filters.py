"""What staff can search conversations by."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django_filters import ChoiceFilter, DateFilter, FilterSet, IsoDateTimeFilter

from patron.support.conversing import ORDER_ITEM, PRODUCT
from patron.support.filter_fields import LARGEST_ID, FlagFilter, IdFilter
from patron.support.models import Conversation
from patron.support.models.conversations import Sender


class ConversationFilters(FilterSet):  # type: ignore[misc]
    """Those of the shopper's list, and whose, when, in which state."""

    conversation_type = ChoiceFilter(field_name="type", choices=Conversation.Type.choices)
    is_answered = FlagFilter(method="answered")
    item_content = ChoiceFilter(choices=[(PRODUCT, PRODUCT), (ORDER_ITEM, ORDER_ITEM)], method="about")
    item_id = IdFilter(method="about_one")
    datasource = IdFilter(field_name="datasource_id")
    user = IdFilter(field_name="shopper_id")
    overdue = FlagFilter(field_name="is_overdue")
    state = ChoiceFilter(choices=Conversation.State.choices)
    visibility = ChoiceFilter(choices=Conversation.Visibility.choices)
    assignee = IdFilter(field_name="assignee_id")
    created_date = IsoDateTimeFilter(field_name="created_at")
    created_date__gt = IsoDateTimeFilter(field_name="created_at", lookup_expr="gt")
    created_date__gte = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_date__lt = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    created_date__lte = IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")
    created_date__date = DateFilter(method="on_day")

    class Meta:
        model = Conversation
        fields: tuple[str, ...] = ()

    def on_day(self, rows: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """On a day of UTC, as two moments between which an index finds them."""
        first, last = (datetime.combine(value, moment, UTC) for moment in (time.min, time.max))
        return rows.filter(created_at__gte=first, created_at__lte=last)

    def answered(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """The newest message is the seller's."""
        return rows.filter(last_sender=Sender.DATASOURCE) if value else rows.exclude(last_sender=Sender.DATASOURCE)

    def about(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What an item's id belongs to."""
        if value == ORDER_ITEM:
            return rows.filter(order_item__isnull=False)
        return rows.filter(order_item=None, product__isnull=False)

    def about_one(self, rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """A product or an order item, as `item_content` says; without it either."""
        if not 0 < value <= LARGEST_ID:
            return rows.none()
        found: QuerySet[Any] = rows.annotate(item=Coalesce(F("order_item_id"), F("product_id")))
        return found.filter(item=value)
