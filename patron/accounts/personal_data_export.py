"""All that is held about a shopper, gathered for the shopper.

Each room has said in its `holdings` what it shows. Danger: the answer is built in memory, attachments included; tables
give at most MAX_ROWS rows each, the newest, and an answer that had to stop there says so.
Source: 1-shopper, `GET /users/personal-data/`.
"""

import base64
import io
import zipfile
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from patron.accounts import sessions
from patron.accounts.models import Session
from patron.kernel import clock, limits
from patron.kernel.encoding import encode
from patron.kernel.errors import Forbidden
from patron.kernel.personal_data import ATTACHMENTS, HOLDINGS, Holding

MAX_ROWS: Final = 10_000
DATA_FILE: Final = "data.json"
_PER_SHOPPER: Final = limits.Limit(20, 3600)


@dataclass(frozen=True, slots=True)
class Export:
    """`data`: table → rows, `incomplete`: the tables that hold more than is shown, `attachments`: name → content."""

    shopper_id: int
    data: dict[str, list[dict[str, Any]]]
    incomplete: list[str]
    attachments: dict[str, bytes]


def export(session: Session) -> Export:
    """Everything about the shopper of a session.

    Raises Forbidden unless the shopper signed in a short while ago: a browser left open must not give a life away.
    Raises TooMany.
    """
    if session.shopper_id is None or not sessions.is_fresh(session):
        raise Forbidden(_("Please sign in again to see your personal data."))
    limits.hit("personal-data", str(session.shopper_id), _PER_SHOPPER)
    shopper_id = session.shopper_id
    data = {holding.model._meta.label_lower: _rows(holding, shopper_id) for holding in HOLDINGS}
    incomplete = [name for name, rows in data.items() if len(rows) > MAX_ROWS]
    attachments = {name: content for files_of in ATTACHMENTS for name, content in files_of(shopper_id).items()}
    return Export(shopper_id, {name: rows[:MAX_ROWS] for name, rows in data.items()}, incomplete, attachments)


def as_json(found: Export) -> bytes:
    """One JSON document, attachments in it as base64."""
    attachments = [
        {"name": name, "content": base64.b64encode(content).decode()} for name, content in found.attachments.items()
    ]
    return encode(_head(found) | {"attachments": attachments})


def as_zip(found: Export) -> bytes:
    """The document as `data.json`, with the attachments as files beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DATA_FILE, encode(_head(found) | {"attachments": list(found.attachments)}))
        for name, content in found.attachments.items():
            archive.writestr(f"attachments/{name}", content)
    return out.getvalue()


def _head(found: Export) -> dict[str, Any]:
    return {
        "shopper": found.shopper_id,
        "created_date": clock.now(),
        "data": found.data,
        "incomplete": found.incomplete,
    }


def _rows(holding: Holding, shopper_id: int) -> list[dict[str, Any]]:
    rows = holding.model._default_manager.filter(**{holding.owner: shopper_id}).order_by("-pk")
    return list(rows.values(*sorted(holding.exported))[: MAX_ROWS + 1])
