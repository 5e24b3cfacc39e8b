"""Many at once, with real threads and connections, against the provider in memory and the simulator."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel.errors import Refusal
from patron.loyalty import deletion, enrolment, reads, showing
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import Enrolment, LoyaltyCard
from tests.loyalty.members import PHONE, wish

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 25


def together(number: int, work: Callable[[int], Any]) -> list[Any]:
    """`work` so often, in THREADS at a time that begin at once; each closes what it opened."""
    barrier = threading.Barrier(THREADS)

    def run(first: int) -> list[Any]:
        try:
            barrier.wait(30)
            return [work(each) for each in range(first, number, THREADS)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [each for some in pool.map(run, range(THREADS)) for each in some]


def test_enrolments_of_one_shopper(member: Shopper, provider: MemoryProvider) -> None:
    """200 clicks make one card and one account; the others hear that there is one."""

    def click(_number: int) -> str:
        try:
            enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
        except Refusal as refused:
            return refused.code
        return "made"

    assert Counter(together(200, click)) == {"made": 1, "loyalty_100_1": 199}
    assert LoyaltyCard.objects.count() == len(provider.accounts) == 1
    assert provider.calls["create"] == 1
    assert Enrolment.objects.filter(state="linked").count() == Enrolment.objects.count() == 1


def test_readers_of_one_card(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """500 readers of a card whose points are due ask the provider once, and each is answered with the points."""
    card = enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
    provider.balances[card.account_number] = Decimal(150)
    key = sign_in(member).cookies["osessionid"].value
    answers = together(500, lambda _: showing.own_card(key, "en"))
    assert provider.calls["points"] == 1
    assert {b'"points":150,"errors":null' in answer.body for answer in answers} == {True}
    assert isinstance(reads.own_card(key, "en"), reads.Answer)


def test_deleting_while_enrolling(member: Shopper, provider: MemoryProvider) -> None:
    """However the two come together, in the end a card has an account that is open, and no account is left over."""

    def either(number: int) -> None:
        try:
            if number % 2:
                deletion.delete(member.pk)
            else:
                enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
        except Refusal:
            return

    together(60, either)
    from patron.loyalty import reconciliation

    reconciliation.run()
    cards = list(LoyaltyCard.objects.values_list("account_number", flat=True))
    assert cards == list(provider.accounts)
