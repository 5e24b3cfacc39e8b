"""`GET /loyalty-card/loyalty_card/`: the own card and its points."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patron.accounts.models import Shopper
from patron.gateways.loyalty_provider.memory import MemoryProvider
from patron.kernel import clock
from patron.loyalty import enrolment, points
from patron.loyalty.enrolment import Evidence
from patron.loyalty.models import LoyaltyCard
from patron.segments.models import Facts
from tests.loyalty.members import AWAY, PHONE, wish

pytestmark = pytest.mark.django_db
PATH = "/loyalty-card/loyalty_card/"
TEXT = "The loyalty program cannot be reached now. These are the points known last."


@pytest.fixture
def card(member: Shopper, provider: MemoryProvider) -> LoyaltyCard:
    """The member's card, with 150 points at the provider."""
    data = wish(member)
    made = enrolment.enrol(member, data, Evidence(PHONE), source="test")
    provider.balances[made.account_number] = Decimal(150)
    provider.calls.clear()
    return made


def test_anonymous_is_refused(anonymous: Client) -> None:
    """Nobody has no card."""
    answer = anonymous.get(PATH)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


def test_no_card(member: Shopper, sign_in: Any, provider: MemoryProvider) -> None:
    """Null and no points; the provider is not asked."""
    answer = sign_in(member).get(PATH)
    assert (answer.status_code, answer.content) == (200, b'{"card":null,"points":0,"errors":null}')
    assert provider.calls == {}


def test_card_with_points(card: LoyaltyCard, sign_in: Any, member: Shopper) -> None:
    """Three keys, the points a number."""
    answer = sign_in(member).get(PATH).json()
    assert list(answer) == ["card", "points", "errors"]
    assert (answer["points"], answer["errors"], answer["card"]["number"]) == (150, None, card.number)
    assert answer["card"]["user"]["pk"] == member.pk


def test_points_are_kept_for_two_minutes(
    card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any, advance: Any
) -> None:
    """One call in 120 seconds, and warm reads of one statement."""
    client = sign_in(member)
    assert client.get(PATH).json()["points"] == 150
    provider.balances[card.account_number] = Decimal("12.50")
    advance(119)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(PATH).json()["points"] == 150
    assert len(asked) == 1
    advance(2)
    assert client.get(PATH).json()["points"] == 12.5
    assert provider.calls == {"points": 2}


def test_provider_away(card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any, advance: Any) -> None:
    """The last known points with their age; the provider is left alone for a while, then asked again."""
    client = sign_in(member)
    client.get(PATH)
    asked_at = LoyaltyCard.objects.get().points_as_of
    assert asked_at
    provider.trouble = AWAY
    advance(121)
    for _ in range(3):
        answer = client.get(PATH).json()
        assert (answer["points"], answer["errors"]) == (150, TEXT)
        assert answer["points_updated_at"] == clock.iso(asked_at)
    assert provider.calls == {"points": 2}
    provider.trouble = None
    advance(16)
    assert list(client.get(PATH).json()) == ["card", "points", "errors"]


def test_provider_was_never_there(card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any) -> None:
    """No points are known: zero, and the text says why."""
    provider.trouble = AWAY
    answer = sign_in(member).get(PATH).json()
    assert (answer["points"], answer["errors"], answer["points_updated_at"]) == (0, TEXT, None)


def test_a_write_drops_the_points(card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any) -> None:
    """After an update they are asked for anew."""
    client = sign_in(member)
    client.get(PATH)
    data = wish(member)
    assert client.post("/loyalty-card/update_loyalty_card/", data, content_type="application/json").status_code == 200
    client.get(PATH)
    assert provider.calls["points"] == 2


def test_an_update_while_a_refresh_runs(
    card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the provider said before the write is not kept as said after it."""
    client = sign_in(member)
    asked = provider.points

    def points_and_a_write(account_number: str) -> Decimal:
        found: Decimal = asked(account_number)
        client.post("/loyalty-card/update_loyalty_card/", wish(member), content_type="application/json")
        return found

    monkeypatch.setattr(provider, "points", points_and_a_write)
    points.refresh(card.pk)
    card.refresh_from_db()
    assert (card.points, card.refresh_token) == (None, None)
    assert card.points_due_at <= clock.now()


def test_a_dead_reader_does_not_hold_the_claim(
    card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any, advance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between claim and answer: the next reader asks when the claim is over."""

    def killed(account_number: str) -> Decimal:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(provider, "points", killed)
        with pytest.raises(KeyboardInterrupt):
            points.refresh(card.pk)
    assert sign_in(member).get(PATH).json()["errors"] == TEXT
    advance(16)
    assert sign_in(member).get(PATH).json()["points"] == 150


def test_the_clock_goes_back(card: LoyaltyCard, sign_in: Any, member: Shopper, provider: Any, advance: Any) -> None:
    """The sandbox's clock leaves no card with points that are never due."""
    advance(86_400)
    client = sign_in(member)
    client.get(PATH)
    advance(-86_000)
    provider.balances[card.account_number] = Decimal(7)
    assert client.get(PATH).json()["points"] == 7


def test_segments_hear_of_points(card: LoyaltyCard, sign_in: Any, member: Shopper, run_jobs: Any) -> None:
    """loyalty.changed, when the points are others than before and when the card goes."""
    client = sign_in(member)
    client.get(PATH)
    run_jobs()
    assert Facts.objects.get(shopper=member).loyalty_points == 150
    client.post("/loyalty-card/delete_loyalty/")
    run_jobs()
    assert Facts.objects.get(shopper=member).loyalty_points is None
