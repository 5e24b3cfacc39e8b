"""One suite for every adapter of a loyalty provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from patron.gateways import faults, loyalty_provider
from patron.gateways.loyalty_provider.contract import (
    AccountExists,
    Changes,
    Details,
    LoyaltyProvider,
    UnknownAccount,
)
from patron.gateways.loyalty_provider.http import HttpProvider
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel.errors import GatewayTrouble
from patron.sandbox.simulator import accounts, server
from tests.gateways.loyalty_servers import serving

JOHN = Details(
    first_name="John",
    last_name="Doe",
    email="John@doe.example",
    phone="+966123457799",
    gender="male",
    date_of_birth=date(1990, 12, 10),
    email_allowed=False,
    sms_allowed=True,
)
JANE = msgspec.structs.replace(JOHN, first_name="Jane", email="jane@doe.example", phone="+966123457700")


@dataclass
class Subject:
    """An adapter, and how to make its provider fail and give points."""

    provider: LoyaltyProvider
    fail: Callable[[], None]
    give: Callable[[str, Decimal], Any]


@pytest.fixture(
    params=[
        pytest.param("memory"),
        pytest.param("simulator", marks=pytest.mark.django_db),
        pytest.param("http", marks=pytest.mark.django_db(transaction=True)),
    ]
)
def subject(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
    """Each adapter in turn; the HTTP one over a socket."""
    if request.param == "memory":
        memory = MemoryProvider()

        def fail() -> None:
            memory.trouble = GatewayTrouble("out of order", permanent=False)

        yield Subject(memory, fail, memory.balances.__setitem__)
        return

    def outage() -> None:
        faults.put("loyalty_provider", latency_ms=0, error_rate=0, outage=True)

    if request.param == "simulator":
        loyalty_provider.forget()
        yield Subject(loyalty_provider.active(), outage, accounts.put_points)
        return
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(server.answer) as url:
        provider = HttpProvider(url, server.USERNAME, server.PASSWORD, 2)
        yield Subject(provider, outage, accounts.put_points)
        provider._client.close()


def key() -> str:
    return uuid4().hex


def test_a_new_account_is_found_by_what_it_was_made_of(subject):
    """By e-mail in any letter case, with a phone in another spelling and the date of birth; by a wrong one not."""
    account = subject.provider.create(JOHN, key())

    assert account.number
    assert account.details == JOHN
    for wish in (
        {"email": "john@DOE.example"},
        {"email": JOHN.email, "phone": "+966 12 345 77 99"},
        {"email": JOHN.email, "phone": JOHN.phone, "date_of_birth": JOHN.date_of_birth},
    ):
        assert subject.provider.search(**wish) == account
    assert subject.provider.search(JOHN.email, JANE.phone) is None
    assert subject.provider.search(JOHN.email, None, date(1990, 12, 11)) is None
    assert subject.provider.search("nobody@doe.example") is None


def test_a_phone_in_arabic_digits_is_the_same_phone(subject):
    """Kept as it was given, found by either."""
    account = subject.provider.create(msgspec.structs.replace(JOHN, phone="+٩٦٦١٢٣٤٥٧٧٩٩"), key())

    assert subject.provider.search(JOHN.email, JOHN.phone) == account


def test_a_repeated_creation_makes_one_account(subject):
    """The same key is the same wish, and is answered the same."""
    wish = key()

    assert subject.provider.create(JOHN, wish) == subject.provider.create(JOHN, wish)


@pytest.mark.parametrize("shared", ["email", "phone"])
def test_an_email_and_a_phone_have_one_account(subject, shared):
    """Another wish for the same person is refused for good, in whatever letter case."""
    subject.provider.create(JOHN, key())
    twin = msgspec.structs.replace(JANE, **{shared: getattr(JOHN, shared).upper()})

    with pytest.raises(AccountExists):
        subject.provider.create(twin, key())


def test_what_changes_is_kept_and_the_rest_stays(subject):
    """The answer and the next look agree; null is a value."""
    account = subject.provider.create(JOHN, key())
    changes = Changes(last_name="Smith", date_of_birth=None, call_allowed=False)

    changed = subject.provider.change(account.account_number, changes, key())

    expected = msgspec.structs.replace(JOHN, last_name="Smith", date_of_birth=None, call_allowed=False)
    assert changed.details == expected
    assert subject.provider.get(account.account_number) == changed
    assert changed.number == account.number


def test_nobody_takes_the_phone_of_another(subject):
    """A change to it is refused for good and changes nothing."""
    subject.provider.create(JOHN, key())
    jane = subject.provider.create(JANE, key())

    with pytest.raises(AccountExists):
        subject.provider.change(jane.account_number, Changes(first_name="X", phone=JOHN.phone), key())

    assert subject.provider.get(jane.account_number).details == JANE


@pytest.mark.parametrize("points", [Decimal("0.00"), Decimal("150.00"), Decimal("12.50")])
def test_points_are_what_the_provider_says(subject, points):
    """Whole ones and parts."""
    account = subject.provider.create(JOHN, key())
    subject.give(account.account_number, points)

    assert subject.provider.points(account.account_number) == points


def test_an_unknown_account_is_said_to_be_unknown(subject):
    """For good: a retry is waste."""
    for call in (
        lambda: subject.provider.get("0"),
        lambda: subject.provider.points("0"),
        lambda: subject.provider.change("0", Changes(first_name="X"), key()),
    ):
        with pytest.raises(UnknownAccount) as trouble:
            call()
        assert trouble.value.permanent


def test_a_closed_account_is_gone_and_may_be_opened_anew(subject):
    """Closing again, with the same key or another, is no trouble; the new account has another number."""
    account, wish = subject.provider.create(JOHN, key()), key()
    for each in (wish, wish, key()):
        subject.provider.delete(account.account_number, each)

    with pytest.raises(UnknownAccount):
        subject.provider.get(account.account_number)
    assert subject.provider.search(JOHN.email) is None
    assert subject.provider.create(JOHN, key()).account_number != account.account_number


def test_a_failure_may_pass(subject):
    """A provider that is out of order is trouble that a retry can end."""
    account = subject.provider.create(JOHN, key())
    subject.fail()

    for call in (
        lambda: subject.provider.search(JOHN.email),
        lambda: subject.provider.create(JANE, key()),
        lambda: subject.provider.delete(account.account_number, key()),
    ):
        with pytest.raises(GatewayTrouble) as trouble:
            call()
        assert not trouble.value.permanent
