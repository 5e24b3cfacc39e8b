"""A shopper is erased: what merges hold of the person goes too.

A record that was merged into another is in no table of its own, but its values stand in the merge and in both
histories. So the person's customers are gathered through the merges that made them one, before their columns go.
"""

from typing import Any, Final

from patron.customers import history
from patron.customers.models import Change
from patron.kernel import rows

_RECORDS: Final = """
WITH RECURSIVE record (id) AS (
    SELECT c.id FROM customers_customer c WHERE c.shopper_id = %(shopper)s
    UNION
    SELECT m.gone_id FROM customers_merge m JOIN record ON record.id = m.kept_id WHERE m.undone_at IS NULL
)
SELECT id FROM record
"""
# A customer of somebody else, with whom one of these was put together by mistake, got their values and lost them again.
_FORGET_MISTAKES: Final = """
UPDATE customers_change ch SET "values" = '""'
FROM customers_merge m
WHERE m.gone_id = ANY (%(records)s::bigint[]) AND m.undone_at IS NOT NULL AND ch.customer_id = m.kept_id
    AND ch.source = ANY (%(sources)s::text[]) AND ch."values" <> '""'
"""
_DELETE_MERGES: Final = """
DELETE FROM customers_merge
WHERE gone_id = ANY (%(records)s::bigint[]) OR kept_id = ANY (%(records)s::bigint[])
"""


def forget_merges(shopper_id: int) -> None:
    """Take the person out of every merge of their customers, and out of the history of those that are gone."""
    records = [row[0] for row in rows.every(_RECORDS, {"shopper": shopper_id})]
    if not records:
        return
    history.forget(records)
    found: dict[str, Any] = {"records": records, "sources": [Change.Source.MERGE.value, Change.Source.UNDO.value]}
    rows.changed(_FORGET_MISTAKES, found)
    rows.changed(_DELETE_MERGES, found)
