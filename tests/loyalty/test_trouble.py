"""A provider that misbehaves as the simulator can: nothing is lost, nothing doubled, the answer is documented."""

from typing import Any

import pytest

from patron.accounts.models import Shopper
from patron.gateways import faults, loyalty_provider
from patron.loyalty import enrolment, points, reconciliation
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import LoyaltyCard
from patron.sandbox.models import SimulatedAccount
from patron.sandbox.models_simulator import SimulatorSwitches
from patron.sandbox.simulator import switches
from tests.loyalty.members import PHONE, wish

pytestmark = pytest.mark.django_db
Answers = SimulatorSwitches.Answers
CARD = "/loyalty-card/loyalty_card/"
OTP = "/loyalty-card/add_loyalty_card_otp/"


@pytest.fixture(autouse=True)
def simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator behind a breaker that is closed."""
    monkeypatch.setattr(points, "_rests_until", 0.0)
    loyalty_provider.forget()


@pytest.mark.parametrize("answers", [each for each in Answers if each != Answers.NORMAL])
def test_points(answers: str, member: Shopper, sign_in: Any, advance: Any) -> None:
    """However bad the answer, the card is shown with the last known points."""
    client = sign_in(member)
    enrolment.enrol(member, wish(member), Evidence(PHONE), source="test")
    assert client.get(CARD).json()["points"] == 150
    switches.put(answers=answers, duplicates=False)
    advance(121)
    answer = client.get(CARD)
    assert (answer.status_code, answer.json()["points"], bool(answer.json()["errors"])) == (200, 150, True)
    switches.put(answers=Answers.NORMAL, duplicates=False)
    advance(16)
    assert client.get(CARD).json()["errors"] is None


@pytest.mark.parametrize("answers", [each for each in Answers if "points" not in each and each != Answers.NORMAL])
def test_enrolment(answers: str, member: Shopper, sign_in: Any) -> None:
    """The shopper is told, and once the provider behaves there is one card and one account."""
    switches.put(answers=answers, duplicates=False)
    client = sign_in(member)
    refused = client.post(OTP, wish(member), content_type="application/json")
    assert (refused.status_code, refused.json()["error_code"]) == (406, "loyalty_100_4")
    switches.put(answers=Answers.NORMAL, duplicates=False)
    assert reconciliation.run() is not None
    assert LoyaltyCard.objects.get().shopper_id == member.pk
    assert SimulatedAccount.objects.filter(closed_date=None).count() == 1
    assert client.post(OTP, wish(member), content_type="application/json").json()["error_code"] == "loyalty_100_1"


def test_many_cards_in_an_outage(make_shopper: Any, sign_in: Any, advance: Any) -> None:
    """The breaker opens after five failures; from then on nobody's read writes or waits, and every card is shown."""
    clients = []
    for number in range(12):
        phone = f"+9665123457{number:02d}"
        shopper = make_shopper(phone=phone)
        enrolment.enrol(shopper, wish(shopper), Evidence(phone), source="test")
        clients.append(sign_in(shopper))
        assert clients[-1].get(CARD).json()["points"] == 150
    faults.put("loyalty_provider", latency_ms=0, error_rate=0, outage=True)
    advance(121)
    answers = [client.get(CARD).json() for client in clients]
    assert {(answer["points"], bool(answer["errors"])) for answer in answers} == {(150, True)}
    assert LoyaltyCard.objects.filter(is_in_trouble=True).count() == 6, (
        "five that were asked for, one that found it open"
    )
