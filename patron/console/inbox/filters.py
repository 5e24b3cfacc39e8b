"""What a page of the inbox was asked for, read from its query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.admin import site
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.console.inbox.agents import SEE_ORDERS, SEE_SHOPPERS, Agent
from patron.kernel import rows
from patron.kernel.errors import Invalid
from patron.kernel.tables import as_id
from patron.reference.models import Datasource
from patron.support import inbox_reads
from patron.support.inbox_reads import Wanted
from patron.support.models import Conversation

FIRST_QUEUE: Final = "waiting"
MOST_FOUND: Final = 100  # shoppers, sellers or conversations that words stand for
MOST_SHOWN: Final = 200
LONGEST_WORDS: Final = 200
_SHORTEST_PHONE: Final = 9
_ANSWERED: Final = {"yes": True, "no": False}
_POSITION: Final = re.compile(r"[0-9T:.Z-]{20,40}_[0-9]{1,18}")
_OF_ORDER: Final = """
SELECT c.id FROM orders_order o JOIN orders_orderitem i ON i.order_id = o.id
JOIN support_conversation c ON c.shopper_id = o.shopper_id AND c.order_item_id = i.id
WHERE o.number = %s LIMIT %s"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a queue. `after`: the position of the row before it. `size`: rows, as many as the reader has."""

    queue: str
    wanted: Wanted
    after: str | None
    size: int


def read(query: Mapping[str, str], agent: Agent) -> Asked:
    """Raises Invalid by parameter."""
    words = _one_of("q", query, lambda text: text if len(text) <= LONGEST_WORDS and "\x00" not in text else None) or ""
    ids, shoppers = _search(words, agent) if words else (None, None)
    return Asked(
        queue=_one_of("queue", query, lambda text: text if text in inbox_reads.QUEUES else None) or FIRST_QUEUE,
        wanted=Wanted(
            type=_one_of("type", query, lambda text: text if text in Conversation.Type.values else None),
            is_answered=_one_of("answered", query, _ANSWERED.get),
            since=_one_of("since", query, _moment),
            until=_one_of("until", query, _moment),
            datasource_ids=_sellers(query.get("seller", "").strip()),
            ids=ids,
            shopper_ids=shoppers,
        ),
        after=_one_of("after", query, lambda text: text if _POSITION.fullmatch(text) else None),
        size=_one_of("size", query, _size) or inbox_reads.PAGE,
    )


def whole(name: str, query: Mapping[str, str]) -> int | None:
    """A number that an id can be. Raises Invalid."""
    number: int | None = _one_of(name, query, as_id)
    return number


def _one_of(name: str, query: Mapping[str, str], understood: Any) -> Any:
    """The parameter as it is understood; None where it is not given. Raises Invalid where it is not understood."""
    text = query.get(name, "").strip()
    if not text:
        return None
    value = understood(text)
    if value is None:
        raise Invalid({name: [_("This is not understood: %(text)s") % {"text": text[:LONGEST_WORDS]}]})
    return value


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _size(text: str) -> int | None:
    return min(int(text), MOST_SHOWN) if re.fullmatch(r"[1-9][0-9]{0,5}", text) else None


def _sellers(words: str) -> tuple[int, ...] | None:
    """The sellers that words name: by number or code exactly, else by the beginning of their names."""
    if not words:
        return None
    if "\x00" in words or len(words) > LONGEST_WORDS:
        return ()
    number = as_id(words)
    exactly = Q(supplier_code=words) | Q(slug=words) | Q(name__iexact=words) | Q(title__iexact=words)
    if number is not None:
        exactly |= Q(pk=number)
    sellers = Datasource.objects.order_by("pk").values_list("pk", flat=True)
    found = tuple(sellers.filter(exactly)[:MOST_FOUND])
    return found or tuple(sellers.filter(Q(name__istartswith=words) | Q(title__istartswith=words))[:MOST_FOUND])


def _search(words: str, agent: Agent) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The conversations and the shoppers that words stand for: a conversation's number, an order's, a shopper.

    Those whom the agent may not look up are not found by what is masked, since finding them would tell it.
    """
    number = as_id(words)
    ids = [] if number is None else [number]
    if agent.may(SEE_ORDERS) and not words.startswith("#"):
        ids += [pk for (pk,) in rows.every(_OF_ORDER, (words, MOST_FOUND))]
    is_person = number is None or (len(words) >= _SHORTEST_PHONE and not words.startswith("#"))
    shoppers: tuple[int, ...] = ()
    if agent.may(SEE_SHOPPERS) and is_person:
        table: Any = site._registry[Shopper]
        shoppers = tuple(table.search(Shopper.objects.order_by(), words).values_list("pk", flat=True)[:MOST_FOUND])
    return tuple(ids), shoppers
