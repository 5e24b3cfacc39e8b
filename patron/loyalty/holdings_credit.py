"""Which columns of the store credit hold personal data. The ledger itself is kept: it names nobody."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from patron.kernel.personal_data import Holding, hold
from patron.loyalty.models_credit import CreditAccount, CreditEntry, CreditTransaction


def declare() -> None:
    """Called when the room is ready."""
    account = {"number", "currency", "debit_allowed", "balance", "created_at", "modified_at"}
    # another system may use a phone as number
    erased = {"number": lambda: f"anonymized-{secrets.token_hex(16)}"}
    hold(_holding(CreditAccount, "shopper_id", account, {"id", "shopper_id"}, erased))
    entry = {"amount", "created_at"}
    hold(_holding(CreditEntry, "account__shopper_id", entry, {"id", "transaction_id", "account_id"}, {}))
    movement = {"uuid", "transaction_type", "order", "created_at"}
    inner = {"id", "key", "channel_id", "staff_id"}
    hold(_holding(CreditTransaction, "entries__account__shopper_id", movement, inner, {}))


def _holding(model: type[Model], owner: str, shown: set[str], inner: set[str], erased: Mapping[str, Any]) -> Holding:
    return Holding(
        model=model,
        owner=owner,
        exported=frozenset(shown),
        withheld=frozenset(inner),
        erased=erased,
        kept=frozenset((shown | inner) - set(erased)),
    )
