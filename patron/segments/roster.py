"""The segments in force, compiled into one expression that says which of them a shopper fits.

Each process keeps the compiled form. Every statement that uses it also reads the token which the database changes with
each change of a segment; where that differs, the statement is asked again with the new rules. So an answer never comes
from rules that were replaced before the question, and costs no query more than the question itself.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from django.db import connection

from patron.kernel import languages, rows
from patron.segments import rules
from patron.segments.conditions import Parameters

_log = structlog.get_logger("patron.segments")
TOKEN: Final = "(SELECT token FROM segments_revision)"  # noqa: S105 -- SQL, no secret
FACTS: Final = "LEFT JOIN segments_facts f ON f.shopper_id = u.id"
MOST_PARAMETERS: Final = 20_000  # PostgreSQL takes 65,535 in one statement
_SESSION: Final = f"""
FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active {FACTS}
WHERE s.key_digest = %(key)s AND s.expires_at > %(now)s"""
# A left join, so that the token comes also where there is no segment.
_SEGMENTS: Final = """
SELECT r.token, s.id, s.priority, s.name, s.starts_at, s.ends_at, s.rule
FROM (SELECT 1) AS always LEFT JOIN segments_revision r ON true LEFT JOIN segments_segment s ON s.is_active
ORDER BY s.priority, s.id
"""


class Listed(msgspec.Struct):
    """A segment as the documented list shows it."""

    priority: int
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active segment, in its period or not."""

    id: int
    priority: int
    names: Mapping[str, str]
    starts_at: datetime | None
    ends_at: datetime | None
    rule: rules.Rule


class Roster:
    """All active segments in their order.

    `available`: SQL of type bigint[], over `u` and FACTS. `of_session`: session id, whether it was not seen since
    `seen`, the token, what is available; for the session of digest `key`.
    """

    def __init__(self, token: UUID | None, candidates: list[Candidate]) -> None:
        self.token = token
        self.candidates = candidates
        self._parameters = Parameters()
        self.available = _available(candidates, self._parameters)
        self.of_session = rows.Statement(
            f"SELECT s.id, s.last_seen_at < %(seen)s, {TOKEN}, {self.available} {_SESSION}"
        )
        self._listed: dict[str, dict[int, msgspec.Raw]] = {}

    @property
    def size(self) -> int:
        """How many parameters the expression has."""
        return len(self._parameters.values)

    def at(self, now: datetime, **others: Any) -> dict[str, Any]:
        """The parameters of a statement with the expression."""
        return self._parameters.at(now, **others)

    def listed(self, language: str) -> dict[int, msgspec.Raw]:
        """Each segment's entry of the documented list, as JSON, in a language."""
        found = self._listed.get(language)
        if found is None:
            found = self._listed[language] = {
                each.id: msgspec.Raw(msgspec.json.encode(Listed(each.priority, each.id, name_in(each.names, language))))
                for each in self.candidates
            }
        return found


_lock = threading.Lock()
_kept: Roster | None = None


def kept() -> Roster:
    """The roster this process knows, which may be out of date: compare its token with the one you read."""
    return _kept or renewed(None)


def renewed(old: Roster | None) -> Roster:
    """The roster as it is now. `old` is the one found out of date; another thread may have renewed it already."""
    global _kept
    with _lock:
        if _kept is None or _kept is old:
            _kept = load()
        return _kept


def current() -> Roster:
    """The roster in force at this moment, for work that is not counted in statements."""
    roster = kept()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TOKEN}")
        (token,) = cursor.fetchone()
    return roster if roster.token == token else renewed(roster)


def load() -> Roster:
    """Read and compile; token and segments in one statement, so that they belong together."""
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS)
        rows = cursor.fetchall()
    found = [_candidate(row[1:]) for row in rows if row[1] is not None]
    return Roster(rows[0][0], [each for each in found if each is not None])


def name_in(names: Mapping[str, str], language: str) -> str:
    """A segment's name in a language, else in English, else in any."""
    others = (names[each] for each in languages.LANGUAGES if names.get(each))
    return names.get(language) or names.get("en") or next(others, "")


def _candidate(row: tuple[Any, ...]) -> Candidate | None:
    pk, priority, names, starts_at, ends_at, rule = row
    try:
        tree = rules.parse(msgspec.json.decode(rule))
    except rules.BadRule as bad:
        # Written by another version or by hand: it fits nobody, and the others go on.
        _log.error("segment_rule_unreadable", segment_id=pk, path=bad.path)
        return None
    return Candidate(pk, priority, msgspec.json.decode(names), starts_at, ends_at, tree)


def _available(candidates: list[Candidate], bound: Parameters) -> str:
    if not candidates:
        return "'{}'::bigint[]"
    cases = ", ".join(f"CASE WHEN {_fits(each, bound)} THEN {each.id:d}::bigint END" for each in candidates)
    return f"array_remove(ARRAY[{cases}], NULL)"


def _fits(candidate: Candidate, bound: Parameters) -> str:
    parts = []
    if candidate.starts_at is not None:
        parts.append(f"%(now)s::timestamptz >= {bound.bind(candidate.starts_at, 'timestamptz')}")
    if candidate.ends_at is not None:
        parts.append(f"%(now)s::timestamptz < {bound.bind(candidate.ends_at, 'timestamptz')}")
    return " AND ".join([*parts, candidate.rule.sql(bound)])
