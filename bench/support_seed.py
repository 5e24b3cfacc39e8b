"""A shop whose shoppers write to sellers: conversations with a hundred messages each, or very many conversations."""

from typing import Any, Final

from django.db import connection

from bench import seed
from bench.load import Request
from bench.seed import Size

MESSAGES: Final = 100
PER_SHOPPER: Final = 10
_SELLERS: Final = """
INSERT INTO reference_datasource (name, title, supplier_code, is_active, email, extras, created_at, modified_at)
SELECT 'seller-' || n, 'Seller ' || n, 'Code' || n, true, 'seller' || n || '@shop.example', '{}', now(), now()
FROM generate_series(1, 50) AS n"""
_PRODUCTS: Final = """
WITH made AS (
    INSERT INTO reference_product (sku, name, is_active, created_at, modified_at)
    SELECT 'sku' || n, 'Oversized Sweatshirt ' || n, true, now(), now() FROM generate_series(1, 5000) AS n RETURNING id)
INSERT INTO reference_productimage (product_id, image, "order", height, width)
SELECT id, 'products/2021/05/21/134/d192331113a.jpg', 0, 80, 101 FROM made"""
# Every third waits for an answer; a tenth of these is overdue; a fifth of all is closed.
_CONVERSATIONS: Final = """
INSERT INTO support_conversation (shopper_id, datasource_id, type, product_id, subject, state, visibility, rejection,
    public_upto, assignee_id, created_at, active_at, waiting_since, due_at, is_overdue, message_count, last_message_id,
    last_message_at, last_sender, last_excerpt, seen_by_shopper, seen_by_seller)
SELECT 1 + (n - 1) %% %(shoppers)s, 1 + n %% 50, CASE n %% 3 WHEN 0 THEN 'question' ELSE 'message' END,
    CASE WHEN n %% 4 < 3 THEN 1 + (n + (n - 1) / %(shoppers)s * 13) %% 5000 END, 'About order ' || n,
    CASE WHEN n %% 5 = 4 THEN 'closed' ELSE 'open' END,
    CASE WHEN n %% 60 = 0 THEN 'asked' ELSE 'private' END, '', 0, NULL, moment, moment,
    CASE WHEN n %% 5 < 4 AND n %% 3 = 0 THEN moment END,
    CASE WHEN n %% 5 < 4 AND n %% 3 = 0 THEN moment + interval '2 days' END, n %% 5 < 4 AND n %% 30 = 0, %(messages)s,
    NULL, moment, CASE WHEN n %% 3 = 0 THEN 'user' ELSE 'datasource' END, 'Where is my parcel?', 0, 0
FROM (SELECT n, now() - n * interval '7 seconds' AS moment FROM generate_series(1, %(count)s) AS n) AS of_time
"""
# In the order of time and not of conversations, so that a conversation's messages lie far apart, as they would.
_MESSAGES: Final = """
INSERT INTO support_message (conversation_id, content, sender, created_at)
SELECT c.id,
    'This is message ' || m || ': is the "Oversized Sweatshirt" there in blue as well, and when would it come?',
    CASE m %% 2 WHEN 0 THEN 'user' ELSE 'datasource' END, now() - (%(messages)s - m) * interval '1 hour'
FROM generate_series(1, %(messages)s) AS m, support_conversation AS c"""


def plant(conversations: int, sessions: int, *, messages: int) -> Size:
    """Put such a shop in the place of the one there is; ten conversations a shopper."""
    size = Size(shoppers=conversations // PER_SHOPPER, sessions=sessions, walked=sessions)
    seed.clear()
    values: dict[str, Any] = {"count": conversations, "shoppers": size.shoppers, "messages": messages}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the foreign keys of ten million rows
        cursor.execute(
            "TRUNCATE support_conversation, support_message, reference_datasource, reference_product"
            " RESTART IDENTITY CASCADE"
        )
        cursor.execute(_SELLERS)
        cursor.execute(_PRODUCTS)
        cursor.execute(_CONVERSATIONS, values)
        if messages > 1:
            cursor.execute(_MESSAGES, values)
        cursor.execute("SET session_replication_role = DEFAULT")
    seed.plant(size)
    return size


def posts(size: Size) -> list[Request]:
    """One message of each shopper into each of their open conversations that take one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, shopper_id FROM support_conversation WHERE state = 'open' AND shopper_id <= %s"
            " ORDER BY id %% 7, id",
            [size.walked],
        )
        found = cursor.fetchall()
    return [
        Request(
            "/users/messages/",
            "POST",
            seed._headers(shopper) | {"Content-Type": "application/json", "x-csrftoken": seed.CSRF},
            f'{{"conversation":{conversation},"message_content":"Hello again, and when would it come?"}}',
        )
        for conversation, shopper in found
    ]
