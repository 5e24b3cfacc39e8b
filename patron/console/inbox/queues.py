"""The queues as an agent sees them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from patron.console.inbox import filters, masking
from patron.console.inbox.agents import SEE_SHOPPERS, Agent
from patron.support import inbox_reads
from patron.support.inbox_reads import Row


def page(agent: Agent, query: Mapping[str, str]) -> dict[str, Any]:
    """`rows` of the queue that was asked for, and `has_more`: whether there are rows behind them. Raises Invalid."""
    asked = filters.read(query, agent)
    found = inbox_reads.page(asked.queue, agent.staff_id, asked.wanted, asked.after, asked.size + 1)
    rows = found[: asked.size]
    return {
        "queue": asked.queue,
        "is_newest_first": inbox_reads.QUEUES[asked.queue].is_newest_first,
        "rows": rows if agent.may(SEE_SHOPPERS) else [_masked(row) for row in rows],
        "has_more": len(found) > asked.size,
    }


def counts(agent: Agent) -> dict[str, int]:
    """How long each queue is, no filter asked; `inbox_reads.MOST_COUNTED` + 1 for more than that."""
    return inbox_reads.counts(agent.staff_id)


def _masked(row: Row) -> Row:
    return msgspec.structs.replace(row, shopper=masking.name(row.shopper))
