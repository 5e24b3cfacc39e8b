"""Store credit moves, and the ledger keeps its promises whoever writes to it."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patron.accounts.models import Shopper
from patron.kernel import clock, secrets
from patron.kernel.errors import Invalid, Refusal
from patron.loyalty import credit
from patron.loyalty.credit import NOT_ENOUGH, Reason, Type
from patron.loyalty.models import CreditAccount, CreditEntry, CreditTransaction

LOAD, SPEND = Reason(Type.LOAD), Reason(Type.SPEND)


def filled(shopper: Shopper, amount: str, **fields: Any) -> CreditAccount:
    """The shopper's account with that much in it."""
    account = credit.purse(shopper.pk, "try")
    CreditAccount.objects.filter(pk=account.pk).update(**fields)
    credit.move(account.pk, Decimal(amount), LOAD)
    account.refresh_from_db()
    return account


def is_balanced() -> bool:
    """Every transaction adds up to zero and every shopper's balance is the sum of its entries."""
    sums = CreditEntry.objects.values("transaction").annotate(total=Sum("amount")).values_list("total", flat=True)
    accounts = CreditAccount.objects.exclude(shopper=None).annotate(total=Sum("entries__amount"))
    return set(sums) <= {Decimal(0)} and all(each.balance == (each.total or 0) for each in accounts)


@pytest.mark.django_db
def test_an_amount_moves_between_two_accounts(make_shopper: Any) -> None:
    """The shopper has what the shop has given."""
    account = filled(make_shopper(), "12.50")

    done = credit.move(account.pk, Decimal("-2.25"), Reason(Type.SPEND, order="100045"))

    account.refresh_from_db()
    assert account.balance == Decimal("10.25")
    assert sorted(done.entries.values_list("amount", flat=True)) == [Decimal("-2.25"), Decimal("2.25")]
    assert is_balanced()


@pytest.mark.django_db
def test_nobody_spends_what_they_do_not_have(make_shopper: Any) -> None:
    """Refused with its code, and nothing is written."""
    account = filled(make_shopper(), "5.00")

    with pytest.raises(Refusal) as refused:
        credit.move(account.pk, Decimal("-5.01"), SPEND)

    assert (refused.value.status, refused.value.code) == (406, NOT_ENOUGH)
    assert CreditTransaction.objects.count() == 1
    credit.move(account.pk, Decimal("-5.00"), SPEND)


@pytest.mark.django_db
def test_an_account_that_may_be_overdrawn_is(make_shopper: Any) -> None:
    """Below zero, by its own wish only."""
    account = filled(make_shopper(), "5.00", debit_allowed=True)

    credit.move(account.pk, Decimal("-7.00"), SPEND)

    account.refresh_from_db()
    assert account.balance == Decimal("-2.00")


@pytest.mark.django_db
def test_a_key_names_one_movement(make_shopper: Any) -> None:
    """Asked for again it is answered with what was done; for another amount it is refused."""
    account = filled(make_shopper(), "5.00")
    reason = Reason(Type.SPEND, key="order-100045")

    first = credit.move(account.pk, Decimal("-1.00"), reason)
    assert credit.move(account.pk, Decimal("-1.00"), reason) == first
    with pytest.raises(Invalid):
        credit.move(account.pk, Decimal("-2.00"), reason)

    account.refresh_from_db()
    assert account.balance == Decimal("4.00")


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("0.001"), Decimal(10) ** 12, Decimal(-(10**12))])
def test_no_amount_is_no_movement(amount: Decimal) -> None:
    """Nothing, a part of a cent, more than there is: a bug of the caller's."""
    with pytest.raises(ValueError, match="two decimals"):
        credit.move(1, amount, LOAD)


def _entry(account: CreditAccount, amount: str, written: CreditTransaction) -> CreditEntry:
    return CreditEntry(account=account, amount=Decimal(amount), transaction=written, created_at=clock.now())


def _transaction() -> CreditTransaction:
    return CreditTransaction.objects.create(uuid=uuid4(), transaction_type="load", created_at=clock.now())


def one_side(mine: CreditAccount, shop: CreditAccount) -> None:
    _entry(mine, "5", _transaction()).save()


def no_side(mine: CreditAccount, shop: CreditAccount) -> None:
    _transaction()


def unequal_sides(mine: CreditAccount, shop: CreditAccount) -> None:
    written = _transaction()
    _entry(mine, "5", written).save()
    _entry(shop, "-4", written).save()


def two_currencies(mine: CreditAccount, shop: CreditAccount) -> None:
    euros = credit.purse(mine.shopper_id or 0, "eur")
    written = _transaction()
    _entry(euros, "5", written).save()
    _entry(shop, "-5", written).save()


def one_side_more(mine: CreditAccount, shop: CreditAccount) -> None:
    _entry(mine, "1", CreditTransaction.objects.earliest("id")).save()


@pytest.mark.django_db
@pytest.mark.parametrize("write", [one_side, no_side, unequal_sides, two_currencies, one_side_more])
def test_the_database_commits_no_transaction_that_does_not_add_up(make_shopper: Any, write: Any) -> None:
    """Whoever writes it, past every journey."""
    mine = filled(make_shopper(), "5.00")
    shop = CreditAccount.objects.get(shopper=None)

    def commit() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            write(mine, shop)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit does

    with pytest.raises(IntegrityError, match="do not add up"):
        commit()

    assert is_balanced()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loyalty_creditentry SET amount = amount + 1",
        "DELETE FROM loyalty_creditentry",
        "UPDATE loyalty_credittransaction SET \"order\" = 'x'",
        "DELETE FROM loyalty_credittransaction",
        "SET LOCAL patron.sandbox_reset = 'off'; TRUNCATE loyalty_creditentry",
        "UPDATE loyalty_creditaccount SET balance = balance + 1",
        "UPDATE loyalty_creditaccount SET currency = 'eur' WHERE shopper_id IS NOT NULL",
        "UPDATE loyalty_creditaccount SET shopper_id = NULL, currency = 'eur'",
        "INSERT INTO loyalty_creditaccount (number, currency, balance, debit_allowed, created_at, modified_at)"
        " VALUES ('X', 'usd', 5, true, now(), now())",
        "DELETE FROM loyalty_creditaccount; SET CONSTRAINTS ALL IMMEDIATE",
    ],
)
def test_the_ledger_is_not_rewritten(make_shopper: Any, statement: str) -> None:
    """Not by hand either: entries are only added, and a balance moves by them alone."""
    filled(make_shopper(), "5.00")

    def rewrite() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for each in statement.split("; "):
                cursor.execute(each)

    with pytest.raises(DatabaseError):
        rewrite()

    assert is_balanced()
    assert CreditAccount.objects.exclude(shopper=None).get().balance == Decimal("5.00")


@pytest.mark.django_db(transaction=True)
def test_fifty_debits_at_once_spend_what_is_there(make_shopper: Any) -> None:
    """Ten of fifty are granted where there is enough for ten; the balance ends at zero and adds up."""
    account = filled(make_shopper(), "10.00")

    granted = _at_once(50, lambda number: credit.move(account.pk, Decimal("-1.00"), SPEND))

    account.refresh_from_db()
    assert (granted.count("done"), granted.count(NOT_ENOUGH)) == (10, 40)
    assert account.balance == 0
    assert is_balanced()


@pytest.mark.django_db(transaction=True)
def test_fifty_tries_with_one_key_are_one_debit(make_shopper: Any) -> None:
    """Each is answered; the amount is taken once."""
    account = filled(make_shopper(), "10.00")
    reason = Reason(Type.SPEND, key="k")

    assert _at_once(50, lambda number: credit.move(account.pk, Decimal("-1.00"), reason)).count("done") == 50

    account.refresh_from_db()
    assert account.balance == Decimal("9.00")
    assert is_balanced()


def _at_once(count: int, call: Callable[[int], Any]) -> list[str]:
    """What became of `count` calls in as many threads, 25 of them with a connection at a time."""
    outcomes: list[str] = []
    start, room = threading.Barrier(count), threading.Semaphore(25)

    def run(number: int) -> None:
        start.wait()
        with room:
            try:
                call(number)
                outcomes.append("done")
            except Refusal as refused:
                outcomes.append(refused.code)
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=2).filter(bool)
STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["try", "eur"]), AMOUNTS), max_size=25)


class LedgerInvariants(TestCase):
    """Whatever is asked for in whatever order."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS, may_overdraw=st.integers(0, 2))
    def test_the_ledger_agrees_with_a_plain_sum(self, steps: list[tuple[int, str, Decimal]], may_overdraw: int) -> None:
        """Balances are the sums of what was granted, each transaction is zero, nobody else is below zero."""
        now = clock.now()
        shoppers = [
            Shopper.objects.create(
                username=secrets.digest(str(number)), email=f"s{number}@x.example", date_joined=now, modified_date=now
            )
            for number in range(3)
        ]
        told: dict[tuple[int, str], Decimal] = {}
        for who, currency, amount in steps:
            account = credit.purse(shoppers[who].pk, currency)
            if who == may_overdraw:
                CreditAccount.objects.filter(pk=account.pk).update(debit_allowed=True)
            before = told.get((who, currency), Decimal(0))
            try:
                credit.move(account.pk, amount, SPEND if amount < 0 else LOAD)
                told[who, currency] = before + amount
                assert before + amount >= 0 or who == may_overdraw
            except Refusal:
                assert before + amount < 0
                assert who != may_overdraw
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        kept = {
            (shoppers.index(each.shopper), each.currency): each.balance
            for each in CreditAccount.objects.exclude(shopper=None).select_related("shopper")
            if each.shopper is not None and (each.balance or each.entries.exists())
        }
        assert kept == told
        assert is_balanced()
