"""Loyalty: the own card beside the floor, and while the provider is out of order; 500 readers of one card."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from django.db import connection

from bench import load, processes, report, rounds, seed
from bench.load import Spoiled
from bench.processes import Server
from bench.rounds import Plan, Side
from bench.seed import Size
from patron.gateways import faults
from patron.loyalty import reads
from patron.loyalty.models import LoyaltyCard
from patron.sandbox.models import SimulatedAccount

PATH: Final = "/loyalty-card/loyalty_card/"
CARDS: Final = 5_000
READERS: Final = 500
AT_ONCE: Final = 100
FLOOR: Final = "bench.loyalty_floor:application"
_ACCOUNTS: Final = """
INSERT INTO sandbox_simulatedaccount (account_number, number, first_name, last_name, email, email_key, phone, phone_key,
    gender, points, is_duplicate, calls, points_calls, created_date)
SELECT (3839200 + id)::text, phone_e164, first_name, last_name, email, lower(email), phone_e164,
    regexp_replace(phone_e164, '[^0-9]', '', 'g'), gender, 150, FALSE, 0, 0, now()
FROM accounts_shopper ORDER BY id LIMIT %s
"""
_CARDS: Final = """
INSERT INTO loyalty_loyaltycard (shopper_id, number, account_number, details, created_date, modified_date, points,
    points_as_of, points_due_at, is_in_trouble, change_trouble)
SELECT s.id, s.phone_e164, (3839200 + s.id)::text, '{}', now(), now(), 150, now(), now(), FALSE, ''
FROM accounts_shopper s ORDER BY s.id LIMIT %s
"""
_WARM: Final = """
UPDATE loyalty_loyaltycard SET points_due_at = now() + interval '119 seconds', is_in_trouble = FALSE,
    refresh_token = NULL, refresh_until = NULL"""
# as in a shop that has been read for a while: the points of some are always just falling due
_SPREAD: Final = """
UPDATE loyalty_loyaltycard SET points_due_at = now() + id % 120 * interval '1 second', is_in_trouble = FALSE,
    refresh_token = NULL, refresh_until = NULL"""


def measure(folder: Path, plan: Plan) -> Iterator[str]:
    """Put a shop of its own in the place of the one there is, measure, give the parts of the report. Raises Spoiled."""
    size = Size(shoppers=CARDS * 2, sessions=CARDS, walked=CARDS)
    _plant(size)
    yield f"{CARDS:,} cards of {size.shoppers:,} shoppers, the simulated provider:\n"
    requests = seed.reads(PATH, size)
    file = load.write(requests, folder / "requests")
    with processes.patron(folder) as patron, processes.floor(folder, _given(), FLOOR) as floor:
        _do(_WARM)
        answers = [requests[0].send(server.port) for server in (patron, floor)]
        if answers[0] != answers[1]:
            raise Spoiled(f"Patron and the floor do not answer the same: {answers!r}")
        warm, floors = rounds.in_turn((patron, floor), file, plan)
        usual = _while(patron, file, plan, outage=False)
        away = _while(patron, file, plan, outage=True)
        calls = _readers_of_one(patron, requests[0])
    yield report.table(
        [
            ("GET loyalty_card, warm points", warm, floors, "0.25 of the floor"),
            ("GET loyalty_card, points falling due", usual, None, ""),
            ("the same, provider out of order", away, None, f"p99 {2 * usual.p99_ms:.1f} ms (2 x usual)"),
        ]
    )
    yield f"\n{READERS} readers of one card whose points are due: {calls} call of the provider (target: 1).\n"


def _plant(size: Size) -> None:
    seed.clear()
    _do("TRUNCATE sandbox_simulatedaccount, sandbox_simulatedwrite, gateways_fault RESTART IDENTITY CASCADE")
    seed.plant(size)
    _do(_ACCOUNTS, CARDS)
    _do(_CARDS, CARDS)
    _do("VACUUM ANALYZE loyalty_loyaltycard")


def _given() -> str:
    return json.dumps({"own_card": reads._OWN_CARD, "user_fields": reads.User.__struct_fields__})


def _while(patron: Server, file: Path, plan: Plan, *, outage: bool) -> Side:
    _do(_SPREAD)
    faults.put("loyalty_provider", latency_ms=0, error_rate=0, outage=outage)
    try:
        return rounds.in_turn((patron,), file, plan)[0]
    finally:
        faults.put("loyalty_provider", latency_ms=0, error_rate=0, outage=False)


def _readers_of_one(patron: Server, request: load.Request) -> int:
    """How often the provider was asked. The breaker that the outage opened is closed again by one that succeeds."""
    card = LoyaltyCard.objects.order_by("shopper_id")[0]
    _await_provider(patron, request, card)
    LoyaltyCard.objects.filter(pk=card.pk).update(points_due_at=card.created_date, points=None, refresh_until=None)
    account = SimulatedAccount.objects.filter(account_number=card.account_number)
    before = account.get().points_calls
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: request.send(patron.port), range(READERS)))
    if any(b'"points":150,"errors":null' not in answer for answer in answers):
        raise Spoiled("a reader was not answered with the points")
    return account.get().points_calls - before


def _await_provider(patron: Server, request: load.Request, card: LoyaltyCard) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        LoyaltyCard.objects.filter(pk=card.pk).update(points_due_at=card.created_date, is_in_trouble=False)
        if b'"errors":null' in request.send(patron.port):
            return
        time.sleep(1.5)
    raise Spoiled("the provider is still out of order a minute after its outage")


def _do(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
