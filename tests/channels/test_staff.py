from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from patron.channels import staff, tokens
from patron.channels.models import Staff
from patron.kernel.errors import Invalid
from tests.channels.conftest import PASSWORD


def test_create_opens_the_console(clerk: Staff) -> None:
    """A new staff member is active, may open the console and is no superuser; the password is stored as a hash."""
    stored = Staff.objects.get(username="clerk")
    assert (stored.is_active, stored.is_staff, stored.is_superuser) == (True, True, False)
    assert stored.check_password(PASSWORD)
    assert PASSWORD not in stored.password


@pytest.mark.parametrize(
    ("username", "password", "email", "field"),
    [
        ("two words", PASSWORD, "", "username"),
        ("", PASSWORD, "", "username"),
        ("x" * 151, PASSWORD, "", "username"),
        ("boss", "12345678", "", "password"),
        ("boss", "short", "", "password"),
        ("bossy-boss", "bossy-boss", "", "password"),
        ("boss", PASSWORD, "no address", "email"),
    ],
)
def test_create_refuses_by_field(db: None, username: str, password: str, email: str, field: str) -> None:
    """Each bad value is refused on its own field, and nobody is made."""
    with pytest.raises(Invalid) as refused:
        staff.create(username, password, email=email)
    assert list(refused.value.fields) == [field]
    assert not Staff.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_create_gives_a_username_once() -> None:
    """Of parallel creations of one username exactly one succeeds; the others are refused on the username."""

    def attempt(_: int) -> list[str]:
        try:
            staff.create("twin", PASSWORD)
        except Invalid as refused:
            return list(refused.fields)
        else:
            return []
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, range(6)))
    assert sorted(outcomes) == [[]] + [["username"]] * 5
    assert Staff.objects.filter(username="twin").count() == 1


def test_change_password_ends_sign_ins_only(clerk: Staff) -> None:
    """What was signed in with the old password ends; a token made for a program stays."""
    sign_in, program = tokens.issue(clerk, tokens.LOGIN), tokens.issue(clerk, "ERP")
    staff.change_password(clerk, "another horse battery")
    assert tokens.owner(sign_in) is None
    assert tokens.owner(program) == clerk
    assert Staff.objects.get(pk=clerk.pk).check_password("another horse battery")
