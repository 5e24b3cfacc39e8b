"""Customers of twenty channels, made in the database, as many as are asked for."""

import json
import random
from typing import Final

from django.db import connection
from django.http import QueryDict

from bench.load import Request
from patron.channels import staff, tokens
from patron.channels.access import EVERYWHERE
from patron.channels.models import Channel
from patron.customers import cursors, ordering, reads
from patron.customers.cursors import Cursor
from patron.kernel import clock

CHANNELS: Final = 20
LIST: Final = "/api/v1/customers/"
DEEP: Final = 10_000  # the page that a cursor leads to
_STEP: Final = 1_000_000
# Fifty are alike in their JSON key, however many there are; one came in every twelve seconds.
_CUSTOMERS: Final = """
INSERT INTO customers_customer (channel_id, channel_code, email, first_name, last_name, phone_number, erp_code,
    is_active, email_allowed, sms_allowed, call_allowed, gender, user_type, date_of_birth, date_joined, extra_field,
    attributes, attributes_kwargs, localized_attributes, localized_attributes_kwargs, created_date, modified_date)
SELECT %(channel)s + n %% 20, substr(md5(n::text), 1, 16), 'user' || n::bigint * 7919 %% %(count)s || '.' || n
        || '@mail' || n %% 1000 || '.example', 'First' || n %% 5000, 'Last' || n %% 20000,
    '+90' || 5300000000 + n, CASE WHEN n %% 2 = 0 THEN 'E' || n END, n %% 2 = 0, n %% 3 = 0, n %% 5 = 0, n %% 7 = 0,
    CASE n %% 3 WHEN 0 THEN 'male' WHEN 1 THEN 'female' END, CASE n %% 10 WHEN 0 THEN 'guest' ELSE 'registered' END,
    date '1950-01-01' + n %% 20000, CASE WHEN n %% 2 = 0 THEN now() - n * interval '12 seconds' END,
    jsonb_build_object('id', 'r-' || n),
    CASE WHEN n %% 2 = 0 THEN jsonb_build_object('tier', 'basic', 'ref', n / 2 %% (%(count)s / 100)) ELSE '{}' END,
    '{}', '{}', '{}', now() - n * interval '12 seconds', now() - n * interval '12 seconds'
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_MAPPINGS: Final = """
INSERT INTO customers_customermapping (customer_id, integration_type, code, created_date, modified_date)
SELECT id, 'sales_channel', 'M' || id, now(), now() FROM customers_customer WHERE id % 5 = 0
"""
_INDEXES: Final = """
SELECT indexname, indexdef
FROM pg_indexes JOIN pg_class ON relname = indexname JOIN pg_index ON indexrelid = pg_class.oid
WHERE tablename IN ('customers_customer', 'customers_customermapping') AND NOT indisunique
"""


class Shop:
    """What was planted. `key`: of a staff member who sees all. `first`: the least id."""

    def __init__(self, count: int, key: str, channel: int, first: int) -> None:
        self.count, self.key, self.channel, self.first = count, key, channel, first
        self._made = 0
        self._chance = random.Random(7)

    def numbers(self, many: int) -> list[int]:
        """Numbers of customers, by chance but always the same."""
        return [self._chance.randrange(1, self.count) for _each in range(many)]

    def ask(self, query: str) -> Request:
        """A list."""
        return Request(f"{LIST}?{query}", headers=self._headers())

    def creations(self, many: int) -> list[Request]:
        """New customers, none of which is there."""
        made = range(self._made, self._made + many)
        self._made += many
        return [
            Request(
                LIST,
                "POST",
                self._headers() | {"Content-Type": "application/json"},
                json.dumps(
                    {
                        "email": f"new{number}@test.com",
                        "channel": self.channel + number % CHANNELS,
                        "channel_code": f"new-{number}",
                        "gender": "male",
                        "user_type": "registered",
                        "phone_number": "05555555555",
                        "attributes": {"logged_ip": "127.0.0.1"},
                        "extra_field": {"id": f"n-{number}"},
                        "date_of_birth": "2001-01-01",
                    }
                ),
            )
            for number in made
        ]

    def deep(self, sort: str, many: int) -> list[Request]:
        """The page behind DEEP others of ten, by cursor; each a row further."""
        query = f"sort={sort}"
        words, order = QueryDict(query), ordering.read([sort])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {reads.COLUMNS} FROM customers_customer c ORDER BY {order.sql('c')} LIMIT %s OFFSET %s",
                [many, min(DEEP * 10, self.count // 2)],
            )
            rows = [reads.customer(row) for row in cursor.fetchall()]
        known = cursors.digest(words, order, EVERYWHERE)
        sealed = [cursors.seal(Cursor(known, self.count, True, False, cursors.place_of(row, order))) for row in rows]
        return [self.ask(f"{query}&cursor={each}") for each in sealed]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.key}", "Accept-Language": "en"}


def plant(count: int) -> Shop:
    """Put this many customers in the place of those there are, in a database that is migrated."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET patron.sandbox_reset = 'on'")
        cursor.execute("TRUNCATE channels_channel, procrastinate_jobs RESTART IDENTITY CASCADE")
        now = clock.now()
        channels = Channel.objects.bulk_create(
            Channel(name=f"Channel {number}", created_at=now, modified_at=now) for number in range(CHANNELS)
        )
        # built once at the end: row by row they would take most of an hour at ten million
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(1, count + 1, _STEP):
            last = min(first + _STEP - 1, count)
            cursor.execute(_CUSTOMERS, {"channel": channels[0].pk, "count": count, "first": first, "last": last})
        cursor.execute(_MAPPINGS)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE customers_customer, customers_customermapping")
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT min(id) FROM customers_customer")
        first_id = cursor.fetchone()[0]
    username = f"bench-{count}"
    member = staff.create(username, "correct horse battery", is_superuser=True)
    return Shop(count, tokens.issue(member, "bench"), channels[0].pk, first_id)
