"""Which columns hold data of a shopper, said by the room that owns them.

Every column of a model that belongs to a shopper stands in exactly one of: exported (shown to the person who asks),
withheld (secrets and bookkeeping). And in exactly one of: erased, kept (ids and totals that stay after anonymising).
A test compares both maps with the database, so a new column cannot be forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table holds of a shopper.

    `owner`: the column that names the shopper (`id` for the shopper's own row, `session__shopper_id` by way of another
    table). `erased`: column → value after anonymising, or a function that makes it; None for the whole map means the
    rows are deleted.
    """

    model: type[Model]
    owner: str
    exported: frozenset[str]
    withheld: frozenset[str]
    erased: Mapping[str, Any] | None
    kept: frozenset[str] = field(default_factory=frozenset)


HOLDINGS: list[Holding] = []
ATTACHMENTS: list[Callable[[int], dict[str, bytes]]] = []
ERASERS: list[Callable[[int], None]] = []


def hold(holding: Holding) -> None:
    """Declare a table. Called once, when the room is ready."""
    HOLDINGS.append(holding)


def attach(files_of: Callable[[int], dict[str, bytes]]) -> None:
    """Declare files that belong in the export: shopper id → name → content."""
    ATTACHMENTS.append(files_of)


def before_erasing(eraser: Callable[[int], None]) -> None:
    """Declare what a room does with a shopper's id before its columns are erased, in the same transaction.

    For what is held elsewhere than in columns of an owner: files, and rows that name the person by an address only.
    """
    ERASERS.append(eraser)
