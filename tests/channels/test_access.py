import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from patron.channels import access, tokens
from patron.channels.access import EVERYWHERE, Access, Scope
from patron.channels.backoffice import ScopedView
from patron.channels.models import Channel, Staff, StaffToken
from patron.kernel.backoffice import StaffView
from patron.kernel.errors import NotFound
from tests.channels.conftest import permission

Make = Callable[..., Any]


class Rows(ScopedView):
    """Channels stand in for rows that belong to channels."""

    table = Channel

    def get(self, request: Request, **address: int) -> Response:
        return Response(sorted(self.scope.of(Channel.objects.all(), "id").values_list("pk", flat=True)))

    def post(self, request: Request, **address: int) -> Response:
        return Response(self.scope.parameter)


class Shared(StaffView):
    """A table that belongs to no channel."""

    table = Channel
    verbs = {"PUT": "view"}

    def get(self, request: Request) -> Response:
        return Response("read")

    post = put = delete = get


def ask(view: Any, key: str | None, method: str = "GET", **address: int) -> tuple[int, Any]:
    request = APIRequestFactory().generic(method, "/", headers={"Authorization": f"Token {key}"} if key else {})
    with translation.override("en"):
        answer = view.as_view()(request, **address)
        answer.render()
    return answer.status_code, json.loads(answer.content)


def test_anonymous_is_401(make_channel: Make) -> None:
    """Before a channel is looked at."""
    bazaar = make_channel()
    assert ask(Rows, None)[0] == ask(Rows, None, channel_id=bazaar.pk)[0] == ask(Rows, None, channel_id=0)[0] == 401


def test_without_the_permission_403_whatever_the_channel(make_channel: Make, make_token: Make) -> None:
    """Nobody finds out by a refusal which channels there are."""
    mine, other = make_channel(), make_channel()
    key = make_token("channels.view_channel", channels=[mine])
    assert {ask(Rows, key, "POST", channel_id=each)[0] for each in (mine.pk, other.pk, 0)} == {403}


def test_staff_see_every_channel_unless_they_are_restricted(make_channel: Make, make_token: Make) -> None:
    """The unrestricted and a superuser see all; the restricted their own, and with none given nothing."""
    one, two = make_channel().pk, make_channel().pk
    view = "channels.view_channel"
    assert ask(Rows, make_token(view)) == (200, [one, two])
    assert ask(Rows, make_token(is_superuser=True, channels=[])) == (200, [one, two])
    assert ask(Rows, make_token(view, channels=[Channel.objects.get(pk=two)])) == (200, [two])
    assert ask(Rows, make_token(view, channels=[])) == (200, [])


def test_losing_the_last_channel_opens_none(make_channel: Make, make_token: Make) -> None:
    """A channel that is deleted leaves its staff restricted to nothing."""
    bazaar, other = make_channel(), make_channel()
    key = make_token("channels.view_channel", channels=[bazaar])
    bazaar.delete()
    assert ask(Rows, key) == (200, [])
    assert ask(Rows, key, channel_id=other.pk)[0] == 404


def test_an_address_narrows_to_its_channel(make_channel: Make, make_token: Make) -> None:
    """One's own channel, alone; another's and an unknown one are 404 alike, for the unrestricted the unknown one."""
    mine, also_mine, other = make_channel(), make_channel(), make_channel()
    key = make_token("channels.view_channel", "channels.add_channel", channels=[mine, also_mine])
    assert ask(Rows, key, channel_id=mine.pk) == (200, [mine.pk])
    assert ask(Rows, key, "POST", channel_id=mine.pk) == (200, [mine.pk])
    absent = [ask(Rows, key, channel_id=each) for each in (other.pk, other.pk + 1000, 2**63, 2**200)]
    assert absent == [(404, {"detail": "Not found."})] * 4
    everywhere = make_token("channels.view_channel")
    assert ask(Rows, everywhere, channel_id=other.pk) == (200, [other.pk])
    assert {ask(Rows, everywhere, channel_id=each)[0] for each in (other.pk + 1000, 2**63, 2**200)} == {404}


def test_groups_give_channels_and_permissions(make_channel: Make, make_token: Make) -> None:
    """What a group holds is added to one's own, and ends with the membership."""
    mine, theirs = make_channel(), make_channel()
    group = Group.objects.create(name="bazaar")
    group.permissions.add(permission("channels.add_channel"))
    theirs.groups.add(group)
    key = make_token("channels.view_channel", channels=[mine], name="app")
    member = Staff.objects.get(username="app")
    assert ask(Rows, key, "POST")[0] == 403
    member.groups.add(group)
    assert ask(Rows, key) == (200, [mine.pk, theirs.pk])
    assert ask(Rows, key, "POST") == (200, [mine.pk, theirs.pk])
    member.groups.clear()
    assert ask(Rows, key) == (200, [mine.pk])


def test_what_channels_share_is_read_only_for_the_restricted(make_channel: Make, make_token: Make) -> None:
    """Whatever permissions they hold; a PUT that only reads is reading."""
    held = [f"channels.{verb}_channel" for verb in ("view", "add", "change", "delete")]
    key = make_token(*held, channels=[make_channel()])
    assert ask(Shared, key) == ask(Shared, key, "PUT") == (200, "read")
    assert ask(Shared, key, "POST")[0] == ask(Shared, key, "DELETE")[0] == 403
    assert ask(Shared, make_token(*held), "DELETE")[0] == 200


def test_rights_come_with_the_token(
    make_channel: Make, make_token: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One statement says who it is, what they may and where; whoever sees all pays one more for a channel named."""
    bazaar = make_channel()
    some, everywhere = make_token("channels.view_channel", channels=[bazaar]), make_token("channels.view_channel")
    for key in (some, everywhere):
        tokens.find(key)  # notes the use, once an hour
        with django_assert_num_queries(2):
            assert ask(Rows, key) == (200, [bazaar.pk])
    with django_assert_num_queries(2):
        assert ask(Rows, some, channel_id=bazaar.pk) == (200, [bazaar.pk])
    with django_assert_num_queries(3):
        assert ask(Rows, everywhere, channel_id=bazaar.pk) == (200, [bazaar.pk])


def test_the_token_and_the_staff_member_say_the_same(make_channel: Make, make_token: Make) -> None:
    """The rights read with a token are those read without one, and Django's own question answers by them."""
    key = make_token("channels.view_channel", channels=[make_channel()], name="app")
    found = tokens.find(key)
    assert isinstance(found, StaffToken)
    alone = Staff.objects.get(username="app")
    assert access.of(found.staff) == access.of(alone)
    assert (alone.has_perm("channels.view_channel"), alone.has_perm("channels.add_channel")) == (True, False)
    assert alone.get_all_permissions() == {"channels.view_channel"}
    alone.is_active = False
    assert not alone.has_perm("channels.view_channel")


@pytest.mark.parametrize(
    ("more", "less", "covers"),
    [
        (Access(None, EVERYWHERE), Access(None, EVERYWHERE), True),
        (Access(None, Scope(frozenset({1}))), Access(None, EVERYWHERE), False),
        (Access(frozenset({"a.b"}), EVERYWHERE), Access(None, Scope(frozenset())), False),
        (Access(frozenset({"a.b"}), EVERYWHERE), Access(frozenset({"a.b"}), Scope(frozenset({1}))), True),
        (Access(frozenset({"a.b"}), EVERYWHERE), Access(frozenset({"a.c"}), EVERYWHERE), False),
        (Access(frozenset({"a.b"}), Scope(frozenset({1, 2}))), Access(frozenset(), Scope(frozenset({2}))), True),
        (Access(frozenset({"a.b"}), Scope(frozenset({1}))), Access(frozenset(), Scope(frozenset({2}))), False),
        (Access(frozenset({"a.b"}), Scope(frozenset({1}))), Access(frozenset(), EVERYWHERE), False),
    ],
)
def test_covers(more: Access, less: Access, covers: bool) -> None:
    """One covers another only if it holds all its permissions and sees all its channels."""
    assert more.covers(less) is covers


def test_require() -> None:
    """Another's channel is not found."""
    Scope(frozenset({1})).require(1)
    EVERYWHERE.require(1)
    with pytest.raises(NotFound):
        Scope(frozenset({1})).require(2)
