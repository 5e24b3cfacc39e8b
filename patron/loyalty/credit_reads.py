"""What shoppers and staff read of store credit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
from django.db.models import F, Q, QuerySet

from patron.accounts import currency
from patron.accounts.reads import Answer
from patron.accounts.sessions import SEEN_EVERY
from patron.kernel import clock, rows, secrets
from patron.loyalty.models_credit import CreditAccount, CreditEntry

_BALANCES: Final = """
SELECT s.id, s.last_seen_at < %s, s.currency_code,
    (SELECT json_object_agg(a.currency, a.balance::text) FROM loyalty_creditaccount a WHERE a.shopper_id = u.id)
FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
WHERE s.key_digest = %s AND s.expires_at > %s"""


class Balance(msgspec.Struct):
    """The body of `/account/loyalty-account-balance/`."""

    balance: float


def balance(key: str, header: str | None) -> Answer | None:
    """What a session key's shopper may spend in the currency in force; None when it signs nobody in.

    `header`: `x-currency`. Zero where there is no account.
    """
    now = clock.now()
    row = rows.one(_BALANCES, (now - SEEN_EVERY, secrets.digest(key), now))
    if row is None:
        return None
    session_id, is_stale, chosen, balances = row
    amount = Decimal((balances or {}).get(currency.of(chosen, header), 0))
    return Answer(msgspec.json.encode(Balance(float(amount))), session_id if is_stale else None)


def transfers(shopper_id: int, code: str) -> QuerySet[CreditEntry, Any]:
    """What came into and went out of a shopper's account of that currency, newest first."""
    found = CreditEntry.objects.filter(account__shopper_id=shopper_id, account__currency=code)
    return found.order_by("-id").values(
        "amount", "created_at", "transaction__created_at", "transaction__order", currency=F("account__currency")
    )


def transfer(row: Mapping[str, Any]) -> dict[str, Any]:
    """One of them as `/account/loyalty/` shows it."""
    return {
        "amount": str(row["amount"]),
        "currency": row["currency"],
        "created_date": row["created_at"],
        "transaction": {"created_date": row["transaction__created_at"], "order": row["transaction__order"]},
    }


def movements() -> QuerySet[CreditEntry]:
    """The shoppers' side of every transaction."""
    shown = CreditEntry.objects.filter(~Q(account__shopper=None))
    return shown.select_related("transaction", "account")


def movement(entry: CreditEntry) -> dict[str, Any]:
    """One of them as `/api/v1/loyalty_transactions/` shows it."""
    return {
        "pk": entry.pk,
        "uuid": str(entry.transaction.uuid),
        "transaction_type": entry.transaction.transaction_type,
        "order": entry.transaction.order,
        "customer": entry.account.shopper_id,
        "account": entry.account.number,
        "amount": str(entry.amount),
        "currency": entry.account.currency,
        "created_date": entry.created_at,
    }


def account(row: CreditAccount, email: str) -> dict[str, Any]:
    """An account as the back office is answered. `email`: the shopper's."""
    return {
        "pk": row.pk,
        "number": row.number,
        "user": row.shopper_id,
        "user_email": email,
        "balance": str(row.balance),
        "debit_allowed": row.debit_allowed,
        "currency": row.currency,
        "created_date": row.created_at,
        "modified_date": row.modified_at,
    }
