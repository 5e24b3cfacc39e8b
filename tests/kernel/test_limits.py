"""Limits that stay exact, and the durations they are written in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from patron.kernel import limits
from patron.kernel.errors import TooMany
from patron.kernel.limits import Limit

TWO = Limit(2, 60)


@pytest.mark.parametrize(
    ("text", "seconds"), [("45", 45), (30, 30), ("30s", 30), ("10m", 600), (" 1H ", 3600), ("1d", 86_400)]
)
def test_duration(text: str | int, seconds: int) -> None:
    """Seconds, or a number with its unit."""
    assert limits.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "1w", "999999999d", "367d", "1.5h", "٣m", "m"])
def test_no_duration(text: str) -> None:
    """Anything else is refused, a window of more than a year too, whose end no date could hold."""
    with pytest.raises(ValueError, match="is not a duration"):
        limits.parse_duration(text)


@pytest.mark.django_db
def test_hits_are_bounded_by_subject() -> None:
    """The third hit of a window is refused with the seconds to wait; another subject has hits of its own."""
    limits.hit("scope", "ada", TWO)
    limits.hit("scope", "ada", TWO)
    assert limits.is_spent("scope", "ada", TWO)
    with pytest.raises(TooMany) as refused:
        limits.hit("scope", "ada", TWO)
    assert 0 < refused.value.wait_seconds <= 61
    limits.hit("scope", "grace", TWO)
    limits.forget("scope", "ada")
    limits.hit("scope", "ada", TWO)


@pytest.mark.django_db
def test_nothing_is_granted_of_a_limit_of_none() -> None:
    """A count of 0 closes the scope, at the first hit too."""
    with pytest.raises(TooMany):
        limits.hit("scope", "ada", Limit(0, 60))


@pytest.mark.django_db(transaction=True)
def test_parallel_hits() -> None:
    """Of 40 hits at once exactly as many as the limit are granted."""

    def hit(_: int) -> bool:
        try:
            limits.hit("scope", "ada", Limit(7, 60))
        except TooMany:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(hit, range(40))) == 7
