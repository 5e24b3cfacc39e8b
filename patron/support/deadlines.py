"""What the time does to conversations: unanswered ones become overdue, answered ones are closed in the end.

Each is a set at a time, at most BATCH rows a statement, so that a backlog holds nobody up; rows somebody else has in
hand are left for the next time.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import connection

from patron.kernel import clock, dynamic, events, transactions

BATCH: Final = 1_000
MOST_BATCHES: Final = 50
_OVERDUE: Final = """
UPDATE support_conversation SET is_overdue = true
WHERE id IN (SELECT id FROM support_conversation WHERE NOT is_overdue AND due_at IS NOT NULL AND due_at < %(before)s
             ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
RETURNING id, shopper_id, datasource_id"""
_QUIET: Final = """
UPDATE support_conversation SET state = 'closed', closed_at = %(now)s
WHERE id IN (SELECT id FROM support_conversation
             WHERE state = 'open' AND waiting_since IS NULL AND active_at < %(before)s
             ORDER BY active_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
RETURNING id, shopper_id, datasource_id"""


def mark_overdue() -> int:
    """Mark what should have been answered by now; how many."""
    return _in_batches(_OVERDUE, "conversation.overdue", before=clock.now())


def close_quiet() -> int:
    """Close what was answered and has been quiet for CONVERSATION_CLOSE_DAYS; how many."""
    days = dynamic.get("CONVERSATION_CLOSE_DAYS")
    now = clock.now()
    return _in_batches(_QUIET, "conversation.closed", now=now, before=now - timedelta(days=days)) if days else 0


def _in_batches(statement: str, event: str, **parameters: Any) -> int:
    total = 0
    for _turn in range(MOST_BATCHES):
        changed = transactions.run(lambda: _batch(statement, event, parameters))
        total += changed
        if changed < BATCH:
            break
    return total


def _batch(statement: str, event: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | {"batch": BATCH})
        found = cursor.fetchall()
    for conversation_id, shopper_id, datasource_id in found:
        events.put(event, conversation_id=conversation_id, shopper_id=shopper_id, datasource_id=datasource_id)
    return len(found)
