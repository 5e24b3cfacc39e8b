"""What shoppers read of segments: those they fit, and the one they chose."""

from typing import Final

import msgspec

from patron.accounts.reads import Answer
from patron.accounts.sessions import SEEN_EVERY
from patron.kernel import clock, rows, secrets
from patron.segments import roster
from patron.segments.models import Segment

_MOST_RENEWALS: Final = 5


class PriceListOf(msgspec.Struct):
    """A price list as the documented answer shows it."""

    pk: int
    name: str
    code: str
    currency: str


class Chosen(msgspec.Struct):
    """The documented body of `/users/segments/<id>/set/`."""

    priority: int
    pk: int
    price_list: PriceListOf | None
    name: str


def own_segments(key: str, language: str) -> Answer | None:
    """The segments that a session key's shopper fits now, the first first; None when it signs nobody in.

    One statement, and again only when a segment was changed since this process last looked.
    """
    newest = roster.kept()
    for _renewal in range(_MOST_RENEWALS):
        asked, now = newest, clock.now()
        row = rows.one(asked.of_session, asked.at(now, key=secrets.digest(key), seen=now - SEEN_EVERY))
        if row is None:
            return None
        session_id, is_stale, token, available = row
        if token == asked.token:
            break
        newest = roster.renewed(asked)
    listed = asked.listed(language)
    return Answer(msgspec.json.encode([listed[pk] for pk in available]), session_id if is_stale else None)


def chosen(segment_id: int, language: str) -> Chosen | None:
    """A segment with its price list; None when it is gone."""
    row = Segment.objects.select_related("price_list").filter(pk=segment_id).first()
    if row is None:
        return None
    given = row.price_list
    return Chosen(
        row.priority,
        row.pk,
        PriceListOf(given.pk, given.name, given.code, given.currency) if given else None,
        roster.name_in(row.name, language),
    )
