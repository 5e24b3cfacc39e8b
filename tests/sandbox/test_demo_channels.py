"""The demo's channels: the same numbers at every start, and a program that sees its own."""

import json

import pytest
from django.test import Client

from patron.channels import tokens
from patron.channels.models import Channel, Staff
from patron.sandbox import demo_channels, reset


def _seen(member: Staff) -> list[int]:
    key = tokens.issue(member, "test")
    answer = Client().get("/api/v1/channels/", headers={"Authorization": f"Token {key}"})
    return [row["pk"] for row in json.loads(answer.content)["results"]]


@pytest.mark.django_db
def test_the_program_sees_its_marketplace():
    """Two channels with known numbers; a channel that is made next has another."""
    demo_channels.load()
    assert _seen(Staff.objects.get(username=demo_channels.APP_USERNAME)) == [demo_channels.BAZAAR]
    web = Channel.objects.get(pk=demo_channels.WEB)
    assert (web.channel_type, web.catalog.stock_list.code) == ("web", "DEMO-CENTRAL")
    now = web.created_at
    assert Channel.objects.create(name="next", created_at=now, modified_at=now).pk > demo_channels.BAZAAR


@pytest.mark.django_db
def test_what_was_deleted_stays_deleted():
    """A second start brings nothing back."""
    demo_channels.load()
    Channel.objects.all().delete()
    demo_channels.load()
    assert not Channel.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reset_gives_the_program_its_channel_back():
    """The same numbers, the same staff member, and its key of before."""
    demo_channels.load()
    app = Staff.objects.get(username=demo_channels.APP_USERNAME)
    Channel.objects.create(name="mine", created_at=app.date_joined, modified_at=app.date_joined)
    reset.run()
    assert sorted(Channel.objects.values_list("pk", flat=True)) == [demo_channels.WEB, demo_channels.BAZAAR]
    assert _seen(app) == [demo_channels.BAZAAR]
