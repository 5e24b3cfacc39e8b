"""What staff read of segments: the whole map of names, the rule, how far a recomputation is."""

from datetime import datetime
from typing import Any

import msgspec

from patron.kernel import clock, languages
from patron.segments import rules
from patron.segments.models import Recomputation, Segment


class SegmentRow(msgspec.Struct):
    """A segment in the staff's API. `pk` and `id` are the same; `price_list` is a key."""

    pk: int
    id: int
    name: dict[str, str]
    priority: int
    is_active: bool
    starts_at: str | None
    ends_at: str | None
    price_list: int | None
    stock_list_code: str
    rule: dict[str, Any]
    created_date: str
    modified_date: str


class Progress(msgspec.Struct):
    """A run over all shoppers. `members`: segment id → how many fit it, once the run is done."""

    pk: int
    state: str
    reason: str
    total: int
    done: int
    requested_date: str
    started_date: str | None
    finished_date: str | None
    members: dict[str, int]


def segment(row: Segment) -> SegmentRow:
    """One segment."""
    return SegmentRow(
        pk=row.pk,
        id=row.pk,
        name={language: row.name[language] for language in languages.LANGUAGES if language in row.name},
        priority=row.priority,
        is_active=row.is_active,
        starts_at=_iso(row.starts_at),
        ends_at=_iso(row.ends_at),
        price_list=row.price_list_id,
        stock_list_code=row.stock_list_code,
        rule=rules.written(row.rule),
        created_date=clock.iso(row.created_at),
        modified_date=clock.iso(row.modified_at),
    )


def progress(run: Recomputation) -> Progress:
    """One run."""
    return Progress(
        pk=run.pk,
        state=run.state,
        reason=run.reason,
        total=run.total,
        done=run.done,
        requested_date=clock.iso(run.requested_at),
        started_date=_iso(run.started_at),
        finished_date=_iso(run.finished_at),
        members=run.members,
    )


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None
