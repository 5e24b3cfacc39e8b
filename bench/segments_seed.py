"""A shop whose shoppers differ: in domain, age, tier, orders and points, as rules ask for them."""

from typing import Any, Final

from django.db import connection

from bench import seed
from patron.kernel import clock
from patron.segments.models import Segment

_SHOPPERS: Final = """
INSERT INTO accounts_shopper (username, email, password, first_name, last_name, email_allowed, sms_allowed,
    call_allowed, gender, date_of_birth, language_code, attributes, user_type, client_type, is_active, date_joined,
    modified_date)
SELECT encode(sha256(n::text::bytea), 'hex'),
    'shopper' || n || '@' || CASE WHEN n % 200 = 0 THEN 'shop.example' WHEN n % 100 < 55 THEN 'gmail.example'
                                  WHEN n % 100 < 75 THEN 'hotmail.example' ELSE 'mail' || n % 1000 || '.example' END,
    '', 'Ay' || chr(97 + n % 26) || 'e', 'Y' || chr(97 + n % 26) || 'lmaz', n % 2 = 0, n % 3 = 0,
    CASE n % 5 WHEN 0 THEN true WHEN 1 THEN false END, CASE n % 9 WHEN 0 THEN NULL WHEN 1 THEN 'unknown'
        WHEN 2 THEN 'male' WHEN 3 THEN 'male' WHEN 4 THEN 'male' ELSE 'female' END,
    CASE WHEN n % 7 > 0 THEN date '1950-01-01' + (n::bigint * 7919 % 20000)::int END,
    CASE n % 10 WHEN 0 THEN 'en-us' WHEN 1 THEN 'de' ELSE 'tr' END,
    jsonb_build_object('register_client_type', 'default', 'logged_ip', '198.51.100.7', 'kvkk_flat_page_version', '1',
        'confirm', true, 'store', n % 100, 'has_loyalty', n % 4 = 0,
        'tier', CASE WHEN n % 50 = 0 THEN 'gold' WHEN n % 10 = 0 THEN 'silver' ELSE 'basic' END),
    CASE n % 20 WHEN 0 THEN 'guest' ELSE 'registered' END, 'default', true,
    now() - n::bigint * 7919 % 2000 * interval '1 day' - n % 86400 * interval '1 second', now()
FROM generate_series(1, {count:d}) AS n
"""
_FACTS: Final = """
INSERT INTO segments_facts (shopper_id, loyalty_points, order_count, order_totals, last_order_date, channels)
SELECT id, CASE WHEN id % 4 = 0 THEN id * 7919 % 20000 END, id % 12, jsonb_build_object('try', id * 7919 % 100000,
        'usd', id % 900), current_date - (id * 104729 % 1500)::int,
    CASE id % 6 WHEN 0 THEN '{6,7}' ELSE '{6}' END::text[]
FROM accounts_shopper WHERE id % 10 < 6
"""
INDEXED: Final[dict[str, dict[str, Any]]] = {
    "email_domain eq (0.5 %)": {"field": "email_domain", "op": "eq", "value": "shop.example"},
    "email_domain startswith": {"field": "email_domain", "op": "startswith", "value": "mail99"},
    "attributes.tier eq (2 %)": {"field": "attributes.tier", "op": "eq", "value": "gold"},
    "date_joined gte (30 days)": {"field": "date_joined", "op": "gte", "value": "{recent}"},
    "loyalty_points gte (2 %)": {"field": "loyalty_points", "op": "gte", "value": 18_000},
    "order_count gte (5 %)": {"field": "order_count", "op": "gte", "value": 11},
    "last_order_date gte (1 %)": {"field": "last_order_date", "op": "gte", "value": "{recent}"},
}
OTHERS: Final[dict[str, dict[str, Any]]] = {
    "gender eq": {"field": "gender", "op": "eq", "value": "female"},
    "age gte": {"field": "age", "op": "gte", "value": 30},
    "age in": {"field": "age", "op": "in", "value": [18, 19, 20, 40, 60]},
    "language_code startswith": {"field": "language_code", "op": "startswith", "value": "en"},
    "user_type ne": {"field": "user_type", "op": "ne", "value": "guest"},
    "call_allowed isnull": {"field": "call_allowed", "op": "isnull", "value": True},
    "email_domain ne": {"field": "email_domain", "op": "ne", "value": "gmail.example"},
    "date_joined lt": {"field": "date_joined", "op": "lt", "value": "{recent}"},
    "has_loyalty eq false": {"field": "has_loyalty", "op": "eq", "value": False},
    "attributes.store gte": {"field": "attributes.store", "op": "gte", "value": 50},
    "attributes.tier in": {"field": "attributes.tier", "op": "in", "value": ["gold", "silver"]},
    "attributes.tier startswith": {"field": "attributes.tier", "op": "startswith", "value": "g"},
    "loyalty_points isnull": {"field": "loyalty_points", "op": "isnull", "value": True},
    "order_count lt": {"field": "order_count", "op": "lt", "value": 3},
    "order_total.try gte": {"field": "order_total.try", "op": "gte", "value": 50_000},
    "channel eq": {"field": "channel", "op": "eq", "value": "7"},
    "five fields together": {
        "all": [
            {"field": "gender", "op": "eq", "value": "female"},
            {"field": "age", "op": "lt", "value": 40},
            {"not": {"field": "attributes.tier", "op": "eq", "value": "basic"}},
            {"any": [
                {"field": "order_total.try", "op": "gte", "value": 90_000},
                {"field": "loyalty_points", "op": "gte", "value": 10_000},
            ]},
        ]
    },
}  # fmt: skip


def plant(shoppers: int, sessions: int) -> None:
    """Put this shop in the place of whatever is in the database, which must be migrated."""
    seed.clear()
    with connection.cursor() as cursor:
        cursor.execute(_SHOPPERS.format(count=shoppers))
        cursor.execute(_FACTS)
        cursor.execute(seed._SESSIONS, {"count": sessions})
        cursor.execute("VACUUM ANALYZE")
    _segments()


def _segments() -> None:
    """Twenty segments over all the fields, most of which fit some and none of which fits all."""
    now = clock.now()
    several = list(rules().values())
    Segment.objects.bulk_create(
        Segment(
            name={"en": f"Segment {number}", "tr": f"Grup {number}"},
            priority=number,
            rule=several[number],
            created_at=now,
            modified_at=now,
        )
        for number in range(20)
    )


def rules() -> dict[str, dict[str, Any]]:
    """Every rule that is previewed, with the days put in."""
    recent = str((clock.now().date()).replace(day=1))
    return {
        name: {**rule, "value": recent} if rule.get("value") == "{recent}" else rule
        for name, rule in (INDEXED | OTHERS).items()
    }
