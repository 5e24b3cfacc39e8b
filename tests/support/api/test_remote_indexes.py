"""`/api/v1/remote/<channel>/conversations/` of very many: filters and orders have their indexes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from patron.kernel import paging
from patron.support.filters import ConversationFilters
from patron.support.models import Conversation

pytestmark = pytest.mark.django_db
_SELLERS = """
INSERT INTO reference_datasource (id, name, title, supplier_code, is_active, extras, created_at, modified_at)
SELECT n, 'bulk-' || n, 'B', 'B' || n, true, '{}', now(), now() FROM generate_series(9001, 9040) n"""
# Every fiftieth is somebody's, every hundredth asked for publication and every thousandth rejected.
_CONVERSATIONS = """
INSERT INTO support_conversation (shopper_id, datasource_id, type, product_id, order_item_id, subject, state,
    visibility, rejection, public_upto, assignee_id, created_at, active_at, waiting_since, is_overdue, message_count,
    last_sender, last_excerpt, seen_by_shopper, seen_by_seller)
SELECT 1 + n % 3000, 9001 + n % 40, 'message', n, CASE WHEN n % 2 = 0 THEN n END, 'S' || n,
    CASE n % 5 WHEN 0 THEN 'open' ELSE 'closed' END,
    CASE WHEN n % 1000 = 0 THEN 'rejected' WHEN n % 100 = 0 THEN 'asked' ELSE 'private' END, '', 0,
    CASE WHEN n % 50 = 0 THEN n % 7 END, now() - n * interval '1 minute',
    now() - (n * 7919 % 50000) * interval '1 minute', CASE WHEN n % 100 = 0 THEN now() END, n % 100 = 0, 1,
    CASE n % 2 WHEN 0 THEN 'user' ELSE 'datasource' END, '', 0, 0
FROM generate_series(1, 50000) AS n"""
_EMPTIED = "TRUNCATE support_conversation, reference_datasource CASCADE"


@pytest.fixture
def base(storefront: Any) -> str:
    return f"/api/v1/remote/{storefront.pk}/conversations/"


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Fifty thousand conversations of forty sellers, of which the database has its statistics."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # their shoppers are not needed
        for statement in (_EMPTIED, _SELLERS, _CONVERSATIONS):
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE support_conversation")
        yield
        cursor.execute(_EMPTIED)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("user=77", "support_conv_shopper"),
        ("item_id=77", "support_conv_item"),
        ("item_content=orderitem&item_id=78", "support_conv_item"),
        ("datasource=9001", "support_conv_seller"),
        ("overdue=true", "support_conv_overdue"),
        ("visibility=asked", "support_conv_visibility"),
        ("visibility=rejected", "support_conv_visibility"),
        ("assignee=3", "support_conv_assigned"),
        ("assignee=3&state=open", "support_conv_assigned"),
        ("created_date=2024-01-01T00:00:00Z", "support_conv_created"),
        ("created_date__gt=2099-01-01", "support_conv_created"),
        ("created_date__gte=2099-01-01", "support_conv_created"),
        ("created_date__lt=2024-01-01", "support_conv_created"),
        ("created_date__lte=2024-01-01", "support_conv_created"),
        ("created_date__date=2024-01-01", "support_conv_created"),
    ],
)
def test_few_are_found_by_the_filters_own_index(query: str, index: str, filled: None) -> None:
    """As the statement that gathers and counts them is planned."""
    wish = ConversationFilters(data=QueryDict(query), queryset=Conversation.objects.all())
    assert wish.is_valid(), wish.errors
    assert index in wish.qs.values("pk")[: paging.MOST_GATHERED + 1].explain()


@pytest.mark.parametrize(
    "query", ["", "is_answered=true", "conversation_type=message", "state=closed", "datasource=9001"]
)
@pytest.mark.parametrize("sort", ["id", "-id", "created_date", "-created_date", "last_activity_date", ""])
def test_many_are_walked_in_an_order_that_an_index_has(
    query: str, sort: str, call: Any, base: str, agent: str, filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page of many is put in order."""
    plans: list[str] = []

    class Explained(paging.LongPages):
        def _read(self, queryset: Any, limit: int, *, is_exact: bool) -> list[Any]:
            plans.append(queryset[: limit + 1].explain())
            return super()._read(queryset, limit, is_exact=is_exact)

    monkeypatch.setattr("patron.support.views.remote.LongPages", Explained)
    answer = call("GET", f"{base}?{query}&sort={sort}", token=agent)
    assert answer.status_code == 200
    assert answer.json()["count"] > paging.MOST_GATHERED
    (plan,) = plans
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
