"""What a loyalty provider does wrong, and what the HTTP adapter makes of it."""

import threading
import time
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest
from django.db import connections

from patron.gateways import calls, faults, loyalty_provider
from patron.gateways.loyalty_provider import http, protocol
from patron.gateways.loyalty_provider.contract import MOST_POINTS, Changes, UnknownAccount
from patron.gateways.loyalty_provider.http import HttpProvider
from patron.kernel import metrics
from patron.kernel.dynamic import BadValue
from patron.kernel.errors import GatewayTrouble
from patron.sandbox.models import SimulatedAccount, SimulatedWrite
from patron.sandbox.models_simulator import SimulatorSwitches
from patron.sandbox.simulator import switches
from patron.sandbox.simulator.server import Answer
from tests.gateways.loyalty_servers import serving
from tests.gateways.test_loyalty_adapters import JANE, JOHN

pytestmark = pytest.mark.django_db
ACCOUNT = b'{"number": "1", "account_number": "1", "first_name": "J", "last_name": "D", "email": "j@d.example"%s}'
JSON = {"content-type": "application/json"}


@pytest.fixture
def simulator():
    """The simulator with a breaker that is closed."""
    loyalty_provider.forget()
    return loyalty_provider.active()


@pytest.fixture
def answering(monkeypatch):
    """`answering(answer)` is an adapter whose provider answers so (a function of the request, or the answer)."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    opened = []

    def open_(answer, timeout=2):
        server = serving(answer if callable(answer) else lambda request: answer)
        provider = HttpProvider(server.__enter__(), "shop", "s:cret", timeout)
        opened.append((server, provider))
        return provider

    yield open_
    for server, provider in opened:
        provider._client.close()
        server.__exit__(None, None, None)


def test_the_request_is_the_published_one(answering):
    """Basic auth, request id, version, key of a write, and no more in a search than was asked for."""
    seen = []

    def answer(request):
        seen.append(request)
        return Answer(201, b'{"number": "7", "account_number": "A-7"}', JSON)

    answering(answer).create(JOHN, "wish-1")

    (request,) = seen
    assert (request.method, request.path) == ("POST", "/accounts")
    assert request.headers["authorization"] == "Basic c2hvcDpzOmNyZXQ="
    assert request.headers["x-request-id"]
    assert request.headers["x-api-version"] == "1"
    assert request.headers["idempotency-key"] == "wish-1"
    assert msgspec.json.decode(request.body) == {
        "first_name": "John",
        "last_name": "Doe",
        "email": "John@doe.example",
        "phone": "+966123457799",
        "gender": "male",
        "date_of_birth": "1990-12-10",
        "email_allowed": False,
        "sms_allowed": True,
        "call_allowed": None,
    }
    assert msgspec.json.decode(protocol.body_of(protocol.Search("a@b.example"))) == {"email": "a@b.example"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>We will be back</html>",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 20_000,
        b'{"account": {"number": "1"}}',
        ACCOUNT % b', "gender": "other"',
        ACCOUNT % b', "sms_allowed": "yes"',
        ACCOUNT % b', "date_of_birth": "1990-02-30"',
        ACCOUNT % b', "phone": "\\u0000"',
        ACCOUNT % b', "phone": "\\ud800"',
        ACCOUNT.replace(b'"account_number": "1"', b'"account_number": "../x"') % b"",
        ACCOUNT.replace(b'"account_number": "1"', b'"account_number": 1') % b"",
        (ACCOUNT % b"")[:-1] + b', "extra": "' + b"x" * calls.MAX_ANSWER_BYTES + b'"}',
    ],
)
def test_an_account_that_is_not_as_published_is_trouble(answering, body):
    """Nothing of it is believed, and nothing of it is repeated in the reason; a retry may find the provider well."""
    with pytest.raises(GatewayTrouble, match=r"^the answer is not as published$") as trouble:
        answering(Answer(200, body, JSON)).get("1")

    assert not trouble.value.permanent


def test_members_of_a_till_lack_what_the_web_asks_for(answering):
    """No phone, no gender: an account all the same."""
    details = answering(Answer(200, ACCOUNT % b', "phone": null', JSON)).get("1").details

    assert (details.phone, details.gender, details.date_of_birth) == ("", "unknown", None)


@pytest.mark.parametrize(
    "points", [b"-1", b"-0.01", b"1e30", b"%d" % (MOST_POINTS + 1), b"NaN", b'"5"', b"true", b"null"]
)
def test_points_that_cannot_be_are_trouble(answering, points):
    """Negative, absurd, not a number."""
    with pytest.raises(GatewayTrouble, match="not as published"):
        answering(Answer(200, b'{"points": %s}' % points, JSON)).points("1")


@pytest.mark.parametrize(("sent", "read"), [(b"0", "0.00"), (b"12.999", "12.99"), (b"0.30000000000000004", "0.30")])
def test_points_are_cut_to_two_decimals(answering, sent, read):
    """Nobody is given what they do not have."""
    assert answering(Answer(200, b'{"points": %s}' % sent, JSON)).points("1") == Decimal(read)


@pytest.mark.parametrize(
    ("status", "body", "is_permanent"),
    [
        (400, b'{"errors": [{"code": "invalid", "field": "phone", "message": "+966123457799"}]}', True),
        (422, b"", True),
        (401, b"", False),
        (403, b"", False),
        (404, b"<html>no such page</html>", False),
        (409, b'{"errors": [{"code": "key_in_use"}]}', False),
        (429, b"", False),
        (500, b"<html>", False),
        (302, b"", False),
        (200, b'{"number": "7", "account_number": "A-7"}', False),
    ],
)
def test_a_refusal_says_whether_a_retry_helps(answering, status, body, is_permanent):
    """An operator can mend credentials and addresses; what is refused by its content stays so. No phone is repeated."""
    with pytest.raises(GatewayTrouble) as trouble:
        answering(Answer(status, body, JSON | {"location": "/elsewhere"})).create(JOHN, "k")

    assert type(trouble.value) is GatewayTrouble
    assert trouble.value.permanent == is_permanent
    assert trouble.value.reason.startswith(f"HTTP {status}")
    assert JOHN.phone not in trouble.value.reason


def test_a_wrong_address_does_not_look_like_an_account_that_is_gone(answering):
    """Only the published code says so; another 404 must not close a shopper's card."""
    provider = answering(Answer(404, b'{"detail": "Not found."}', JSON))

    for call in (lambda: provider.search("a@b.example"), lambda: provider.delete("1", "k"), lambda: provider.get("1")):
        with pytest.raises(GatewayTrouble, match="HTTP 404") as trouble:
            call()
        assert not isinstance(trouble.value, UnknownAccount)


def test_a_slow_provider_is_left(answering):
    """After the timeout of the setting."""
    started = time.monotonic()

    def slow(request):
        time.sleep(1.5)
        return Answer(200, b'{"points": 1}', JSON)

    with pytest.raises(GatewayTrouble, match="no answer within 1 s"):
        answering(slow, timeout=1).points("1")

    assert time.monotonic() - started < 1.4


def test_after_five_failures_the_provider_is_left_alone(answering):
    """The next call fails at once and reaches nobody; what the provider refuses for good is no failure."""
    seen = []
    answer = Answer(404, b'{"errors": [{"code": "account_not_found"}]}', JSON)

    def respond(request):
        seen.append(request)
        return answer

    provider = answering(respond)
    for _ in range(6):
        with pytest.raises(UnknownAccount):
            provider.points("1")
    answer = Answer(200, b"<html>", JSON)
    for _ in range(5):
        with pytest.raises(GatewayTrouble, match="not as published"):
            provider.points("1")

    with pytest.raises(GatewayTrouble, match="not called: 5 failures"):
        provider.points("1")
    assert len(seen) == 11


def test_sixteen_calls_at_once_and_no_more(answering):
    """Those beyond fail at once, and that is not held against the provider."""
    release, entered = threading.Event(), threading.Semaphore(0)

    def hold(request):
        entered.release()
        release.wait(5)
        return Answer(200, b'{"points": 1}', JSON)

    provider, got = answering(hold, timeout=5), []

    def call():
        try:
            got.append(provider.points("1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(http.MOST_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        entered.acquire(timeout=5)
    before = metrics.gateway_calls.labels("loyalty_provider", "trouble")._value.get()

    for _ in range(6):
        with pytest.raises(GatewayTrouble, match="too many calls at once"):
            provider.points("1")
    release.set()
    for thread in threads:
        thread.join()

    assert got == [Decimal(1)] * http.MOST_AT_ONCE
    assert provider.points("1") == 1
    assert metrics.gateway_calls.labels("loyalty_provider", "trouble")._value.get() - before == 6


Answers = SimulatorSwitches.Answers


@pytest.mark.parametrize("answers", [each for each in Answers if each != Answers.NORMAL])
def test_the_simulator_misbehaves_as_told(simulator, answers):
    """And the adapter calls each of it trouble that may pass; then all is well again."""
    account = simulator.create(JOHN, uuid4().hex)
    switches.put(answers=answers, duplicates=False)

    with pytest.raises(GatewayTrouble) as trouble:
        simulator.points(account.account_number)
    assert not trouble.value.permanent

    switches.put(answers=Answers.NORMAL, duplicates=False)
    assert simulator.points(account.account_number) == Decimal(150)


@pytest.mark.parametrize(("answers", "is_done"), [(Answers.LOST, True), (Answers.RESET, False), (Answers.ERROR, False)])
def test_a_creation_whose_answer_was_lost_is_found_again(simulator, answers, is_done):
    """The same key, sent again, gives the one account, whether or not the first try was done."""
    switches.put(answers=answers, duplicates=False)
    with pytest.raises(GatewayTrouble):
        simulator.create(JOHN, "wish")
    assert SimulatedAccount.objects.exists() == is_done
    switches.put(answers=Answers.NORMAL, duplicates=False)

    account = simulator.create(JOHN, "wish")

    assert list(SimulatedAccount.objects.values_list("account_number", flat=True)) == [account.account_number]


def test_the_simulator_opens_duplicates_when_told(simulator):
    """A second account for the same person; a search answers the first."""
    first = simulator.create(JOHN, "1")
    switches.put(answers=Answers.NORMAL, duplicates=True)
    second = simulator.create(JOHN, "2")

    assert first.account_number != second.account_number
    assert simulator.search(JOHN.email) == first


def test_a_card_number_is_not_printed_twice(simulator):
    """A new member has the phone that is on the card of one who has another by now."""
    first = simulator.create(JOHN, "1")
    simulator.change(first.account_number, Changes(phone=JANE.phone), "2")

    second = simulator.create(msgspec.structs.replace(JANE, phone=JOHN.phone), "3")

    assert first.number == JOHN.phone
    assert second.number == second.account_number


def test_the_simulator_counts_what_it_is_asked(simulator):
    """Every request of an account, and those for its points."""
    account = simulator.create(JOHN, "1")
    for _ in range(3):
        simulator.points(account.account_number)
    simulator.get(account.account_number)

    row = SimulatedAccount.objects.get()
    assert (row.calls, row.points_calls) == (5, 3)


def test_a_closed_account_is_forgotten(simulator):
    """Nothing of the person is left in the simulator's tables, and a change that is told again finds nobody."""
    account = simulator.create(JOHN, "1")
    simulator.change(account.account_number, Changes(first_name="Johnny"), "2")
    simulator.delete(account.account_number, "3")

    kept = [str(row) for table in (SimulatedAccount, SimulatedWrite) for row in table.objects.values_list()]
    assert not [row for row in kept if "John" in row or "doe" in row]
    with pytest.raises(UnknownAccount):
        simulator.change(account.account_number, Changes(first_name="Johnny"), "2")


def test_outside_the_sandbox_there_is_no_simulator(monkeypatch):
    """Trouble that an operator can end, by naming a provider."""
    monkeypatch.setattr(loyalty_provider, "_simulator", None)

    with pytest.raises(GatewayTrouble, match="name a provider") as trouble:
        loyalty_provider.active()
    assert not trouble.value.permanent


def test_the_setting_names_the_provider(setting, answering):
    """One over HTTP, with its credentials; it is checked when it is saved."""
    seen = []

    def answer(request):
        seen.append(request.headers["authorization"])
        return Answer(200, b'{"points": 3}', JSON)

    url = answering(answer)._base
    service = {"provider": "http", "base_url": url, "username": "u", "password": "p"}
    setting("CUSTOMER_LOYALTY_CARD_SERVICE", service | {"is_sync": True})

    assert loyalty_provider.active().points("1") == 3
    assert loyalty_provider.is_sync()
    assert seen == ["Basic dTpw"]
    loyalty_provider.forget()
    for bad in ({"provider": "http"}, service | {"timeout": 60}, service | {"base_url": "ftp://x"}, {"provider": "x"}):
        with pytest.raises(BadValue):
            setting("CUSTOMER_LOYALTY_CARD_SERVICE", bad)


def test_the_sandbox_plays_faults(simulator):
    """Latency beyond the timeout, as of any gateway."""
    faults.put("loyalty_provider", latency_ms=100, error_rate=1, outage=False)

    with pytest.raises(GatewayTrouble, match="by chance"):
        simulator.search("a@b.example")
