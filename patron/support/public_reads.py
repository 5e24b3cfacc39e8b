"""What everybody may read: questions and reviews of a product that were published, and their answers.

Nobody is named: of the shopper the initials are shown, and of what they wrote only what was published.
"""

from typing import Final

from patron.kernel import rows
from patron.support import conversation_json as shape
from patron.support.pages import Window

_MESSAGE: Final = shape.structure(
    id=shape.plain("m.id"),
    message_content=shape.text("m.content"),
    content_type=shape.text("m.sender"),
    created_date=shape.moment("m.created_at"),
)
_SHOWN: Final = f"""(
    SELECT * FROM (
        SELECT * FROM support_message
        WHERE conversation_id = c.id AND (id <= c.public_upto OR sender = 'datasource')
        ORDER BY id LIMIT {shape.MOST_LISTED}) n
    ORDER BY n.id) m"""  # noqa: S608 -- words of our own
_CONVERSATION: Final = shape.structure(
    id=shape.plain("c.id"),
    conversation_type=shape.text("c.type"),
    product=shape.plain("c.product_id"),
    subject=shape.text("NULLIF(c.subject, '')"),
    author=shape.text(
        "concat_ws(' ', NULLIF(left(u.first_name, 1) || '.', '.'), NULLIF(left(u.last_name, 1) || '.', '.'))"
    ),
    datasource=shape.structure(pk=shape.plain("d.id"), name=shape.text("d.name"), title=shape.text("d.title")),
    created_date=shape.moment("c.created_at"),
    message_set=shape.array(_MESSAGE, _SHOWN),
)
_WANTED: Final = """
c.public_upto > 0 AND c.product_id = %(product)s AND (%(type)s::text IS NULL OR c.type = %(type)s)"""
_LIST: Final = rows.Statement(f"""
SELECT (SELECT count(*) FROM support_conversation c WHERE {_WANTED}), (
    SELECT string_agg({_CONVERSATION}, ',' ORDER BY c.active_at DESC, c.id DESC)
    FROM (SELECT * FROM support_conversation c WHERE {_WANTED} ORDER BY c.active_at DESC, c.id DESC
          LIMIT %(limit)s::int OFFSET %(offset)s::int) c
    JOIN accounts_shopper u ON u.id = c.shopper_id JOIN reference_datasource d ON d.id = c.datasource_id)
""")  # noqa: S608 -- as above


def published(product_id: int, conversation_type: str | None, window: Window) -> bytes:
    """A page of what was published about a product, the newest activity first. Raises NoSuchPage."""
    place = {"limit": window.limit, "offset": window.offset}
    row = rows.one(_LIST, {"product": product_id, "type": conversation_type} | place)
    count, results = row or (0, None)
    return window.page_of(count, results)
