"""Tables that are only added to."""

import pytest
from django.db import IntegrityError, connection, transaction

from patron.kernel import dynamic
from patron.kernel.models import SettingChange

# TRUNCATE is refused for another reason in the transaction that added the rows
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def change(transactional_db: None) -> SettingChange:
    dynamic.put("ENABLE_X_COOKIE_HEADER", True, staff_id=None, source="test")
    return SettingChange.objects.get()


def run(statement: str, sandbox_reset: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL patron.sandbox_reset = '{sandbox_reset}'")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_settingchange SET source = 'forged'",
        "UPDATE kernel_settingchange SET source = ''",
        "DELETE FROM kernel_settingchange",
        "TRUNCATE kernel_settingchange",
    ],
)
def test_the_audit_of_settings_refuses(change: SettingChange, statement: str) -> None:
    """A row of the audit is neither changed nor removed, whoever asks."""
    with pytest.raises(IntegrityError, match="append only"):
        run(statement, "off")
    assert SettingChange.objects.get().source == "test"


def test_the_sandbox_may_start_anew(change: SettingChange) -> None:
    """A transaction that says it resets the sandbox may empty the table, but not pick rows out of it."""
    with pytest.raises(IntegrityError, match="append only"):
        run("DELETE FROM kernel_settingchange", "on")
    run("TRUNCATE kernel_settingchange", "on")
    assert not SettingChange.objects.exists()
