"""/sandbox/loyalty/: the simulated provider over HTTP, its accounts and switches."""

import pytest

from patron.gateways import faults, loyalty_provider
from patron.sandbox.models import SimulatedAccount
from patron.sandbox.simulator import accounts
from tests.gateways.test_loyalty_adapters import JOHN

pytestmark = pytest.mark.django_db
JSON = "application/json"
WISH = {
    "first_name": "John",
    "last_name": "Doe",
    "email": "john@doe.example",
    "phone": "+966123457799",
    "gender": "male",
    "date_of_birth": "1990-12-10",
}
BASIC = "Basic c2ltdWxhdG9yOnNpbXVsYXRvcg=="
HEADERS = {"Authorization": BASIC, "x-api-version": "1", "x-request-id": "r-1"}


@pytest.fixture
def account():
    loyalty_provider.forget()
    return loyalty_provider.active().create(JOHN, "demo")


def test_a_stranger_is_not_answered(client):
    """Without credentials, with wrong ones, without a version: in the protocol's words."""
    for headers, status, code in (
        ({}, 401, "unauthorized"),
        (HEADERS | {"Authorization": "Basic eDp5"}, 401, "unauthorized"),
        ({"Authorization": BASIC}, 400, "unsupported_version"),
    ):
        answer = client.post("/sandbox/loyalty/accounts/search", {"email": "a@b.example"}, JSON, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_any_program_uses_the_provider(client):
    """A key is honoured by the provider itself, in its own words."""
    key = HEADERS | {"Idempotency-Key": "k"}
    made = client.post("/sandbox/loyalty/accounts", WISH, JSON, headers=key)
    again = client.post("/sandbox/loyalty/accounts", WISH, JSON, headers=key)
    other = client.post("/sandbox/loyalty/accounts", WISH | {"first_name": "X"}, JSON, headers=key)

    assert (made.status_code, made["Content-Type"]) == (201, "application/json")
    assert (again.status_code, again.json()) == (201, made.json())
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "key_reused")
    number = made.json()["account_number"]
    assert client.get(f"/sandbox/loyalty/accounts/{number}/points", headers=HEADERS).json() == {"points": 150}
    assert client.delete(f"/sandbox/loyalty/accounts/{number}", headers=key | {"Idempotency-Key": "d"}).content == b""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/accounts", 405),
        ("get", "/accounts/", 404),
        ("get", "/accounts/..%2Fx", 404),
        ("get", "/accounts/1/points/", 404),
        ("post", "/accounts/1/points", 405),
        ("get", "/accounts/1", 404),
        ("put", "/accounts/1", 405),
    ],
)
def test_a_wrong_address_is_refused_in_the_protocols_shape(client, method, path, status):
    """Whatever the method."""
    answer = getattr(client, method)(f"/sandbox/loyalty{path}", headers=HEADERS)

    assert answer.status_code == status
    assert list(answer.json()) == ["errors"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"email": 3}', b'{"email": "nobody"}', b"[" * 9000, b"\xff"])
def test_a_wrong_body_is_refused(client, body):
    """With 400, nothing written."""
    headers = HEADERS | {"Idempotency-Key": "k"}
    answer = client.post("/sandbox/loyalty/accounts", body, JSON, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] in ("invalid", "malformed")
    assert not SimulatedAccount.objects.exists()


def test_faults_are_felt_over_http_too(client):
    """An outage is 503."""
    faults.put("loyalty_provider", latency_ms=0, error_rate=0, outage=True)

    assert client.get("/sandbox/loyalty/accounts/1", headers=HEADERS).status_code == 503


def test_anybody_sees_the_accounts(client, account):
    """With the counts of what each was asked for; `q` finds one."""
    accounts.points(account.account_number)

    (row,) = client.get("/sandbox/loyalty/").json()["results"]
    assert (row["account_number"], row["points"], row["points_calls"]) == (account.account_number, 150.0, 1)
    for words, count in (("JOHN@doe.example", 1), (account.account_number, 1), ("nobody@doe.example", 0), ("\x00", 1)):
        assert client.get("/sandbox/loyalty/", {"q": words}).json()["count"] == count


def test_anybody_gives_points(client, account):
    """Which the provider tells from then on."""
    wish = {"account_number": account.account_number, "points": "12.5"}
    assert client.post("/sandbox/loyalty/points/", wish, JSON).status_code == 200
    assert loyalty_provider.active().points(account.account_number) == 12.5

    assert client.post("/sandbox/loyalty/points/", wish | {"points": -1}, JSON).json().keys() == {"points"}
    assert client.post("/sandbox/loyalty/points/", wish | {"account_number": "0"}, JSON).status_code == 404


def test_anybody_makes_it_misbehave(client, account):
    """What is left out is as published."""
    assert client.post("/sandbox/loyalty/switches/", {"answers": "html"}, JSON).json() == {
        "answers": "html",
        "duplicates": False,
    }
    answer = client.get(f"/sandbox/loyalty/accounts/{account.account_number}", headers=HEADERS)
    assert answer["Content-Type"] == "text/html"
    client.post("/sandbox/loyalty/switches/", {"answers": "lost"}, JSON)
    assert client.get("/sandbox/loyalty/accounts/1", headers=HEADERS).status_code == 502

    assert client.post("/sandbox/loyalty/switches/", {"answers": "rude"}, JSON).json().keys() == {"answers"}
    assert client.post("/sandbox/loyalty/switches/", {}, JSON).json() == client.get("/sandbox/loyalty/switches/").json()


def test_another_sites_page_may_not(client):
    """As everywhere in the sandbox."""
    for address in ("switches", "points"):
        answer = client.post(f"/sandbox/loyalty/{address}/", {}, JSON, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
