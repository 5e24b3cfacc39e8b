"""POST /sandbox/clock/, /sandbox/faults/ and /sandbox/reset/."""

import pytest

from patron.accounts.models import Shopper
from patron.gateways.models import Fault
from patron.kernel import clock
from patron.sandbox import demo
from patron.sandbox.models import ClockOffset

JSON = "application/json"


def test_anybody_moves_the_clock(client, moving_clock):
    """The answer says how far it is moved and what it shows."""
    answer = client.post("/sandbox/clock/", {"advance": 3600}, JSON).json()
    assert answer["offset"] == 3600
    assert abs(clock.now().timestamp()) > 0
    assert client.post("/sandbox/clock/", {"advance": -60}, JSON).json()["offset"] == 3540
    assert client.get("/sandbox/clock/").json()["offset"] == 3540
    assert client.post("/sandbox/clock/", {"reset": True}, JSON).json()["offset"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"advance": 5, "reset": True}, "non_field_errors"),
        ({"reset": False}, "non_field_errors"),
        ({"advance": "soon"}, "advance"),
        ({"advance": 10**30}, "advance"),
        ({"advance": None}, "advance"),
        ({"advance": [5]}, "advance"),
        ({"reset": "maybe"}, "reset"),
    ],
)
@pytest.mark.django_db
def test_a_bad_move_is_refused_by_field(client, body, field):
    """And the clock stays."""
    answer = client.post("/sandbox/clock/", body, JSON)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert isinstance(answer.json()[field], list)
    assert not ClockOffset.objects.exists()


@pytest.mark.django_db
def test_anybody_breaks_a_gateway_and_mends_it(client):
    """What is left out is no trouble."""
    wish = {"gateway": "mail", "latency_ms": 200, "error_rate": 0.5, "outage": True}
    assert client.post("/sandbox/faults/", wish, JSON).json() == wish
    assert wish in client.get("/sandbox/faults/").json()["results"]

    client.post("/sandbox/faults/", {"gateway": "mail"}, JSON)
    assert Fault.objects.filter(latency_ms=0, error_rate=0, outage=False).count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "gateway"),
        ({"gateway": "pigeon"}, "gateway"),
        ({"gateway": "sms", "latency_ms": -1}, "latency_ms"),
        ({"gateway": "sms", "latency_ms": 10**12}, "latency_ms"),
        ({"gateway": "sms", "error_rate": 1.5}, "error_rate"),
        ({"gateway": "sms", "error_rate": "NaN"}, "error_rate"),
        ({"gateway": "sms", "outage": "perhaps"}, "outage"),
    ],
)
@pytest.mark.django_db
def test_a_bad_fault_is_refused_by_field(client, body, field):
    """And nothing is broken."""
    answer = client.post("/sandbox/faults/", body, JSON)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Fault.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_anybody_starts_anew(client):
    """The demo is loaded again."""
    demo.load()
    Shopper.objects.update(first_name="Changed")

    assert client.post("/sandbox/reset/").status_code == 200

    assert Shopper.objects.get(email=demo.SHOPPER_EMAIL).first_name == "Ayşe"


@pytest.mark.parametrize("path", ["clock", "faults", "reset"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.django_db
def test_another_site_cannot_send_a_browser_here(client, path, headers):
    """A page a developer happens to read must not reset the sandbox."""
    answer = client.post(f"/sandbox/{path}/", {"advance": 60, "gateway": "sms"}, headers=headers)

    assert answer.status_code == 403
    assert "detail" in answer.json()
    assert not ClockOffset.objects.exists()
    assert not Fault.objects.exists()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}])
@pytest.mark.django_db
def test_the_page_itself_may(client, headers):
    """As a browser sends it from `/sandbox/`."""
    assert client.post("/sandbox/faults/", {"gateway": "sms"}, JSON, headers=headers).status_code == 200
