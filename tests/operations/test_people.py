import pytest

from patron.channels import access, channel_apps, tokens, totp
from patron.channels.models import Channel, Staff
from patron.kernel import clock
from patron.kernel.errors import Invalid
from patron.operations import people
from patron.operations.errors import CannotStart

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def bazaar() -> Channel:
    now = clock.now()
    return Channel.objects.create(name="Bazaar", created_at=now, modified_at=now)


def test_a_channels_program_sees_its_channel_and_works_with_it(bazaar: Channel) -> None:
    """In the group of such programs, restricted, and not for the console; its token opens the API."""
    people.create("app", PASSWORD, email="", is_superuser=False, channels=[bazaar.pk])
    member = Staff.objects.get()
    assert access.of(member).scope.ids == {bazaar.pk}
    assert access.of(member).holds(["channels.view_channel", "reference.view_catalog", "customers.add_customer"])
    assert not access.of(member).holds(["channels.change_channel"])
    assert (member.is_staff, member.opens_console) == (False, False)
    assert tokens.owner(people.token("app", "sync", None)) == member


def test_the_group_is_the_operators_once_it_is_made(bazaar: Channel) -> None:
    """What was taken out of it does not come back with the next program."""
    channel_apps.group().permissions.clear()
    people.create("app", PASSWORD, email="", is_superuser=False, channels=[bazaar.pk])
    assert access.of(Staff.objects.get()).permissions == frozenset()


def test_a_channel_that_is_none_makes_nobody(bazaar: Channel) -> None:
    """All of the channels must be there; a superuser has no use for any."""
    with pytest.raises(Invalid) as refused:
        people.create("app", PASSWORD, email="", is_superuser=False, channels=[bazaar.pk, bazaar.pk + 1])
    assert list(refused.value.fields) == ["channel"]
    with pytest.raises(CannotStart):
        people.create("app", PASSWORD, email="", is_superuser=True, channels=[bazaar.pk])
    assert not Staff.objects.exists()


def test_the_second_step_is_reset_at_the_command_line() -> None:
    """For the last superuser, who has nobody to ask; an unknown username is said."""
    people.create("boss", PASSWORD, email="", is_superuser=True)
    secret = totp.propose()
    totp.set_up(Staff.objects.get(), secret, totp.code_at(secret, totp.now_step()))
    people.reset_totp("boss")
    assert Staff.objects.get().totp_since is None
    with pytest.raises(CannotStart):
        people.reset_totp("nobody")
