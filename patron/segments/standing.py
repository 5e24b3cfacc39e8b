"""Where shoppers stand: which segments they fit, and which one is in force.

One shopper at a time after an event or a choice of theirs, or many in one statement. The choice stays while it fits;
else the first fitting one takes its place. Source: 2-segments.
"""

from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from patron.kernel import clock, transactions
from patron.kernel.errors import Refusal
from patron.segments import reads, roster
from patron.segments.models import Standing
from patron.segments.roster import FACTS, Roster

NOT_AVAILABLE: Final = "segment_100_1"
_LARGEST_ID: Final = 2**63 - 1
# Whoever writes a standing holds its row first and evaluates in the next statement, which sees all that was committed
# before: so the last of several writers knows the newest facts.
_HOLD: Final = """
INSERT INTO segments_standing AS st (shopper_id, available, is_manual, computed_at, version)
SELECT id, '{}', false, %(now)s, 1 FROM accounts_shopper WHERE id = %(shopper)s AND is_active
ON CONFLICT (shopper_id) DO UPDATE SET version = st.version + 1
RETURNING shopper_id
"""
_WRITE: Final = """
UPDATE segments_standing AS st
SET available = e.available, chosen_id = {chosen}, is_manual = {manual}, computed_at = %(now)s
FROM (SELECT {available} AS available FROM accounts_shopper u {facts} WHERE u.id = %(shopper)s) AS e
WHERE st.shopper_id = %(shopper)s {only}
RETURNING st.chosen_id
"""
_KEPT: Final = "CASE WHEN st.chosen_id = ANY(e.available) THEN st.chosen_id ELSE e.available[1] END"
_STILL_MANUAL: Final = "st.is_manual AND coalesce(st.chosen_id = ANY(e.available), false)"
# Rows that would stay as they are are not even locked. One that changed since it was read here belongs to a newer
# evaluation and stays.
_MANY: Final = """
INSERT INTO segments_standing AS st (shopper_id, available, chosen_id, is_manual, computed_at, version)
SELECT e.id, e.available, e.available[1], false, %(now)s, coalesce(old.version, 0) + 1
FROM (
    SELECT u.id, {available} AS available FROM accounts_shopper u {facts}
    WHERE u.id > %(after)s AND u.id <= %(upto)s AND u.is_active
) AS e LEFT JOIN segments_standing old ON old.shopper_id = e.id
WHERE e.available IS DISTINCT FROM coalesce(old.available, '{{}}')
    OR old.chosen_id IS DISTINCT FROM CASE WHEN old.chosen_id = ANY(e.available) THEN old.chosen_id
                                           ELSE e.available[1] END
ON CONFLICT (shopper_id) DO UPDATE SET
    available = EXCLUDED.available,
    chosen_id = CASE WHEN st.chosen_id = ANY(EXCLUDED.available) THEN st.chosen_id ELSE EXCLUDED.chosen_id END,
    is_manual = st.is_manual AND coalesce(st.chosen_id = ANY(EXCLUDED.available), false),
    computed_at = EXCLUDED.computed_at,
    version = EXCLUDED.version
WHERE st.version = EXCLUDED.version - 1
"""


def settle(shopper_id: int) -> None:
    """Look at one shopper again; who is gone or no longer active stands nowhere."""

    def work() -> None:
        if _hold(shopper_id):
            _write(shopper_id, chosen=_KEPT, manual=_STILL_MANUAL)
        else:
            Standing.objects.filter(shopper_id=shopper_id).delete()

    transactions.run(work)


def settle_first(shopper_id: int) -> None:
    """The same, and the first fitting segment takes the place of whatever was chosen."""

    def work() -> None:
        if _hold(shopper_id):
            _write(shopper_id, chosen="e.available[1]", manual="false")

    transactions.run(work)


def choose(shopper_id: int, segment_id: int, language: str) -> reads.Chosen:
    """Make a segment the chosen one. Raises Refusal for one the shopper does not fit now, or that is not there."""

    def work() -> reads.Chosen:
        if segment_id <= _LARGEST_ID and _hold(shopper_id):
            found = _write(
                shopper_id,
                chosen="%(segment)s::bigint",
                manual="true",
                only="AND %(segment)s::bigint = ANY(e.available)",
                segment=segment_id,
            )
            answer = reads.chosen(segment_id, language) if found else None
            if answer is not None:
                return answer
        raise _not_available(segment_id, shopper_id)  # and the transaction leaves nothing behind

    return transactions.run(work)


def settle_many(current: Roster, after: int, upto: int) -> int:
    """Look at the shoppers with ids above `after` up to `upto` again; how many rows were written."""
    statement = _MANY.format(available=current.available, facts=FACTS)
    with connection.cursor() as cursor:
        cursor.execute(statement, current.at(clock.now(), after=after, upto=upto))
        written: int = cursor.rowcount
        return written


def _hold(shopper_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"shopper": shopper_id, "now": clock.now()})
        return cursor.fetchone() is not None


def _write(shopper_id: int, *, chosen: str, manual: str, only: str = "", **parameters: Any) -> bool:
    current = roster.current()
    statement = _WRITE.format(available=current.available, facts=FACTS, chosen=chosen, manual=manual, only=only)
    with connection.cursor() as cursor:
        cursor.execute(statement, current.at(clock.now(), shopper=shopper_id, **parameters))
        return cursor.fetchone() is not None


def _not_available(segment_id: int, shopper_id: int) -> Refusal:
    text = _("Segment with ID %(segment)s is not available for user %(shopper)s.")
    return Refusal(NOT_AVAILABLE, text % {"segment": segment_id, "shopper": shopper_id})
