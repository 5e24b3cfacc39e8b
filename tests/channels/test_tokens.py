from datetime import timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from patron.channels import tokens
from patron.channels.models import Staff, StaffToken
from patron.kernel import clock
from patron.kernel.errors import NotFound


def test_issue_stores_only_a_digest(clerk: Staff) -> None:
    """The key is 40 hex characters and stands in no column."""
    key = tokens.issue(clerk, "ERP")
    assert len(key) == 40
    assert int(key, 16) >= 0
    assert key not in str(StaffToken.objects.values().get())


def test_owner_is_found_in_one_statement(clerk: Staff, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """A key leads to its staff member in one statement, plus one an hour that notes the use."""
    key = tokens.issue(clerk, "ERP")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with django_assert_num_queries(2):
            assert tokens.owner(key) == clerk
        with django_assert_num_queries(1):
            assert tokens.owner(key) == clerk
        traveller.shift(timedelta(hours=1))
        with django_assert_num_queries(2):
            assert tokens.owner(key) == clerk
    assert StaffToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("key", ["", "x" * 40, "A" * 40, "0" * 39, "0" * 41, "é" * 40, "0" * 39 + "\n"])
def test_malformed_keys_cost_no_statement(
    db: None, key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A text that can be no key is refused without asking the database."""
    with django_assert_num_queries(0):
        assert tokens.owner(key) is None


def test_expired_keys_are_refused(clerk: Staff) -> None:
    """A key works until its last moment and not at it."""
    moment = clock.now()
    key = tokens.issue(clerk, "ERP", expires_at=moment + timedelta(minutes=5))
    with time_machine.travel(moment + timedelta(minutes=4, seconds=59), tick=False):
        assert tokens.owner(key) == clerk
    with time_machine.travel(moment + timedelta(minutes=5), tick=False):
        assert tokens.owner(key) is None


def test_keys_of_inactive_staff_are_refused(clerk: Staff) -> None:
    """Switching a staff member off ends their keys at once; switching on brings them back."""
    key = tokens.issue(clerk, "ERP")
    Staff.objects.update(is_active=False)
    assert tokens.owner(key) is None
    Staff.objects.update(is_active=True)
    assert tokens.owner(key) == clerk


def test_revoke_is_for_ones_own_and_once(clerk: Staff) -> None:
    """A revoked key is refused; another's token and a revoked one cannot be found."""
    key = tokens.issue(clerk, "ERP")
    token = StaffToken.objects.get()
    stranger = Staff.objects.create(username="stranger")
    with pytest.raises(NotFound):
        tokens.revoke(stranger, token.pk)
    tokens.revoke(clerk, token.pk)
    assert tokens.owner(key) is None
    with pytest.raises(NotFound):
        tokens.revoke(clerk, token.pk)
