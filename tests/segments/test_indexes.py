"""Fields that have an index are counted by it, however many shoppers there are."""

from typing import Any

import pytest
from django.db import connection

from patron.kernel import clock
from patron.segments import membership, rules
from patron.segments.conditions import Parameters

_SHOPPERS = """
INSERT INTO accounts_shopper (username, email, password, first_name, last_name, email_allowed, sms_allowed, gender,
    language_code, attributes, user_type, client_type, is_active, date_joined, modified_date)
SELECT md5(n::text), 'a' || n || '@d' || n % 1000 || '.example', '', '', '', true, true, 'female', 'tr',
    jsonb_build_object('tier', n % 1000), 'registered', 'default', true, now() - n * interval '1 hour', now()
FROM generate_series(1, 20000) AS n
"""
_FACTS = """
INSERT INTO segments_facts (shopper_id, loyalty_points, order_count, order_totals, last_order_date, channels)
SELECT id, id % 1000, id % 1000, '{}', current_date - (id % 1000)::int, '{}' FROM accounts_shopper
"""


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Twenty thousand shoppers with facts, of whom the database has its statistics."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(_SHOPPERS)
        cursor.execute(_FACTS)
        cursor.execute("ANALYZE accounts_shopper, segments_facts")
        yield
        cursor.execute("TRUNCATE segments_facts, accounts_shopper CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "op", "value", "index"),
    [
        ("email_domain", "eq", "D7.example", "accounts_shopper_email_domain"),
        ("email_domain", "in", ["d7.example", "d8.example"], "accounts_shopper_email_domain"),
        ("email_domain", "startswith", "d77", "accounts_shopper_email_domain"),
        ("attributes.tier", "eq", 7, "accounts_shopper_attributes"),
        ("date_joined", "gte", "recent", "accounts_shopper_joined"),
        ("date_joined", "eq", "recent", "accounts_shopper_joined"),
        ("loyalty_points", "eq", 7, "segments_facts_points"),
        ("loyalty_points", "gte", 998, "segments_facts_points"),
        ("order_count", "eq", 7, "segments_facts_orders"),
        ("order_count", "in", [7, 8], "segments_facts_orders"),
        ("order_count", "gt", 997, "segments_facts_orders"),
        ("last_order_date", "gte", "recent", "segments_facts_last_order"),
    ],
)
def test_an_indexed_field_is_counted_by_its_index(field: str, op: str, value: Any, index: str, filled: None) -> None:
    """No table is read from end to end."""
    plan = plan_of({"field": field, "op": op, "value": str(clock.now().date()) if value == "recent" else value})
    assert index in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db
def test_a_rule_without_facts_does_not_read_them(filled: None) -> None:
    """The join is there for every rule and costs only those that need it."""
    assert "segments_facts" not in plan_of({"field": "gender", "op": "eq", "value": "male"})


def plan_of(rule: dict[str, Any]) -> str:
    bound = Parameters()
    statement = "EXPLAIN SELECT count(*) " + membership._FITTING.format(rule=rules.parse(rule).sql(bound))
    with connection.cursor() as cursor:
        cursor.execute(membership._BOUNDS, ["10s"])
        cursor.execute(statement, bound.at(clock.now()))
        return "\n".join(line for (line,) in cursor.fetchall())
