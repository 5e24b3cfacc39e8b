"""What the contact form offers."""

from typing import Final

import msgspec

from patron.kernel import rows

_SUBJECTS: Final = """
SELECT id, coalesce(nullif(text ->> %s, ''), text ->> 'en', ''), is_order_needed
FROM support_subject WHERE is_active ORDER BY "order", id
"""


class SubjectRow(msgspec.Struct):
    """A subject as the documented list shows it."""

    id: int
    text: str
    is_order_needed: bool


def subjects(language: str) -> bytes:
    """The active subjects in their order, as JSON, in `language` where it has them."""
    found = rows.every(_SUBJECTS, (language,))
    return msgspec.json.encode([SubjectRow(*row) for row in found])
