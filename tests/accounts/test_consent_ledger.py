"""The consent ledger, as the database keeps it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from patron.accounts import consent
from patron.accounts.models import Consent

# TRUNCATE is refused for another reason in the transaction that added the rows
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entry(make_shopper: Any) -> Consent:
    shopper = make_shopper()
    consent.record(shopper, consent.snapshot(shopper) | {"sms_allowed": None}, source="test")
    return Consent.objects.get()


def run(statement: str, sandbox_reset: str = "off") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL patron.sandbox_reset = '{sandbox_reset}'")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_consent SET new_value = NOT new_value",
        "UPDATE accounts_consent SET is_proven = true, ip = ''",
        "UPDATE accounts_consent SET ip = '10.0.0.1'",
        "DELETE FROM accounts_consent",
        "TRUNCATE accounts_consent",
        "TRUNCATE accounts_shopper CASCADE",
    ],
)
def test_a_row_is_never_changed_or_removed(entry: Consent, statement: str) -> None:
    """The database itself refuses, whoever asks."""
    with pytest.raises(IntegrityError, match="append only"):
        run(statement)
    assert Consent.objects.filter(pk=entry.pk, new_value=entry.new_value, is_proven=False, ip=entry.ip).exists()


def test_the_address_may_be_emptied(entry: Consent) -> None:
    """Anonymising takes the address out of a row and leaves the rest."""
    run("UPDATE accounts_consent SET ip = ''")
    assert Consent.objects.get(pk=entry.pk).ip == ""


def test_the_sandbox_may_start_anew(entry: Consent) -> None:
    """Its reset may empty the table, but not pick rows out of it."""
    with pytest.raises(IntegrityError, match="append only"):
        run("DELETE FROM accounts_consent", "on")
    run("TRUNCATE accounts_consent", "on")
    assert not Consent.objects.exists()
