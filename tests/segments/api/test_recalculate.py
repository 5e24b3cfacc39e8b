"""`POST /users/segments/recalculate_segment/`: the first fitting segment is taken."""

from typing import Any

import pytest
from django.test import Client

from patron.segments.models import Standing

pytestmark = pytest.mark.django_db
PATH = "/users/segments/recalculate_segment/"
DONE = (200, {"message": "success"})


def test_a_guest_is_answered_and_nothing_is_written(anonymous: Client, make_segment: Any) -> None:
    """No sign-in is needed, twice as once."""
    make_segment()
    for _again in range(2):
        answer = anonymous.post(PATH)
        assert (answer.status_code, answer.json()) == DONE
    assert Standing.objects.count() == 0


def test_takes_the_first_that_fits(make_shopper: Any, sign_in: Any, make_segment: Any) -> None:
    """In the place of what was chosen by hand; again, it changes nothing."""
    second, first = make_segment("Second", priority=2), make_segment("First", priority=1)
    shopper = make_shopper()
    client = sign_in(shopper)
    client.post(f"/users/segments/{second.pk}/set/")
    for _again in range(2):
        answer = client.post(PATH)
        assert (answer.status_code, answer.json()) == DONE
        kept = Standing.objects.get(shopper=shopper)
        assert (kept.chosen_id, kept.is_manual, kept.available) == (first.pk, False, [first.pk, second.pk])


def test_who_fits_nothing_stands_nowhere(make_shopper: Any, sign_in: Any) -> None:
    """200 as ever."""
    shopper = make_shopper()
    assert sign_in(shopper).post(PATH).status_code == 200
    assert Standing.objects.get(shopper=shopper).chosen_id is None


def test_a_session_needs_the_csrf_token(make_shopper: Any, sign_in: Any) -> None:
    """As for every write of a signed-in shopper."""
    assert sign_in(make_shopper()).post(PATH, headers={"x-csrftoken": "x"}).status_code == 403


def test_only_posts_are_answered(anonymous: Client) -> None:
    """A link cannot do it."""
    assert anonymous.get(PATH).status_code == 405
