"""`kill -9` of server and worker in the middle of enrolments: here and at the provider all is the same in the end."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Thread

import httpx
import pytest

from tests.config.running import Running, environment, is_alive, new_folder, until

# Latency and errors spread the enrolments over time and over server and worker, so that a kill meets every step.
_FAULT = """
INSERT INTO gateways_fault (gateway, latency_ms, error_rate, outage) VALUES ('loyalty_provider', %s, %s, false)
ON CONFLICT (gateway) DO UPDATE SET latency_ms = EXCLUDED.latency_ms, error_rate = EXCLUDED.error_rate"""
_LONGEST_ENROLMENT = 0.25
_SHOPPERS = """
import sys, json, django; django.setup()
from patron.accounts import sessions
from patron.accounts.models import Shopper
from patron.kernel import clock, secrets
made = []
for number in range(int(sys.argv[1])):
    now, phone = clock.now(), f"+9053288{number:05d}"
    shopper = Shopper.objects.create(username=secrets.digest(phone), email=f"member{number}@shop.example", password="",
        phone=phone, phone_e164=phone, phone_claim=phone, phone_verified_at=now, date_joined=now, modified_date=now)
    made.append([shopper.pk, phone, sessions.sign_in(None, shopper).key])
print(json.dumps(made))
"""
_RECONCILE = """
import django; django.setup()
from patron.loyalty import reconciliation
for _ in range(3):
    reconciliation.run()
"""


@pytest.fixture
def running() -> Iterator[Running]:
    """A Patron of its own."""
    server = Running(new_folder())
    server.start()
    yield server
    server.stop()
    server.cluster.stop()
    shutil.rmtree(server.data_dir.parent)


def _program(running: Running, text: str, *words: str) -> str:
    env = environment(
        running.data_dir, DATABASE_URL=running.cluster.url(), DJANGO_SETTINGS_MODULE="patron.config.settings"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, *words], env=env, check=True, text=True, timeout=300, capture_output=True
    )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _worker(running: Running) -> int:
    """One that dies often comes back after pauses of up to half a minute, as long as `Running` is patient."""
    with contextlib.suppress(AssertionError):
        return running.worker
    return running.worker


def _enrol(running: Running, number: int, phone: str, key: str, answers: dict[int, int]) -> None:
    token = "proofproofproofproofproof"
    form = {
        "first_name": "John",
        "last_name": "Doe",
        "email": f"member{number}@shop.example",
        "gender": "male",
        "date_of_birth": "1990-12-10",
        "phone": phone,
    }
    try:
        answer = httpx.post(
            f"http://127.0.0.1:{running.port}/loyalty-card/add_loyalty_card_otp/",
            json=form,
            headers={"x-csrftoken": token, "cookie": f"osessionid={key}; csrftoken={token}"},
            timeout=30,
        )
        answers[number] = answer.status_code
    except httpx.TransportError:
        answers[number] = 0  # killed under it


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.prove)])
def test_enrolments_survive_kills(running: Running, kills: int) -> None:
    """Each kill comes at a random point of an enrolment; after all of them every account has its card and each card
    its account, one a shopper, and whoever was told of a card has it."""
    people = json.loads(_program(running, _SHOPPERS, str(kills)))
    dice = random.Random(4)
    answers: dict[int, int] = {}
    with running.database() as database:
        database.execute("TRUNCATE loyalty_loyaltycard, loyalty_enrolment, sandbox_simulatedaccount CASCADE")
        database.execute(_FAULT, (20, 0.2))
    for number, (_shopper, phone, key) in enumerate(people):
        until(lambda: running.get("/readyz")[0] == 200, 60)
        clicking = Thread(target=_enrol, args=(running, number, phone, key, answers))
        clicking.start()
        time.sleep(dice.uniform(0, _LONGEST_ENROLMENT))
        victim = _worker(running) if number % 4 == 3 else running.answering
        os.kill(victim, signal.SIGKILL)
        until(lambda pid=victim: not is_alive(pid), 10)
        clicking.join(60)
    with running.database() as database:
        database.execute(_FAULT, (0, 0.0))
        # what was claimed by the dead is free when the claims are over
        database.execute("UPDATE loyalty_enrolment SET claimed_until = now() WHERE claimed_until IS NOT NULL")
    until(lambda: running.get("/readyz")[0] == 200, 60)
    time.sleep(1)
    _program(running, _RECONCILE)
    with running.database() as database:
        cards = database.execute("SELECT shopper_id, account_number FROM loyalty_loyaltycard ORDER BY 2").fetchall()
        accounts = database.execute(
            "SELECT account_number FROM sandbox_simulatedaccount WHERE closed_date IS NULL ORDER BY 1"
        ).fetchall()
        states = database.execute("SELECT DISTINCT state FROM loyalty_enrolment").fetchall()
        journal = database.execute("SELECT DISTINCT shopper_id FROM loyalty_enrolment").fetchall()
    assert [account for _, account in cards] == [account for (account,) in accounts]
    assert states == [("linked",)]
    assert {shopper for (shopper,) in journal} == {shopper for shopper, _ in cards}
    told = {people[number][0] for number, status in answers.items() if status in (201, 406)}
    assert told <= {shopper for shopper, _ in cards}
    assert told, "some answers came before the kill"
