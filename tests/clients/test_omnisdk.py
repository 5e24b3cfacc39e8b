"""The published Python client of the back office, unchanged, against a live server."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from omnisdk.exceptions import ValidationError
from omnisdk.omnitron.client import OmnitronApiClient
from omnisdk.omnitron.endpoints import ChannelCustomerEndpoint
from omnisdk.omnitron.models import Customer as Wish
from pytest_django.live_server_helper import LiveServer

from patron.channels import staff
from patron.channels.models import Channel, Staff
from patron.customers.models import Customer
from tests.customers.conftest import make_channel, make_customer

__all__ = ["make_channel", "make_customer"]
USERNAME, PASSWORD = "marketplace", "correct horse battery"


@pytest.fixture
def channel(transactional_db: None, make_channel: Any) -> Channel:
    """The channel that the client serves, beside another."""
    made: Channel = make_channel("Marketplace")
    make_channel("Other")
    return made


@pytest.fixture
def program(channel: Channel) -> Staff:
    """The client's own staff member, bound to its channel."""
    from django.contrib.auth.models import Permission

    member = staff.create(USERNAME, PASSWORD)
    member.user_permissions.set(Permission.objects.filter(content_type__app_label="customers"))
    Staff.objects.filter(pk=member.pk).update(is_restricted=True)
    member.channels.set([channel])
    return member


@pytest.fixture
def client(program: Staff, live_server: LiveServer) -> Iterator[OmnitronApiClient]:
    """Signed in with username and password, as the client does it itself."""
    made = OmnitronApiClient(live_server.url + "/", USERNAME, PASSWORD)
    made.session.headers["Accept-Language"] = "en"
    yield made
    made.session.close()


def test_it_signs_in_and_is_told_of_a_wrong_password(program: Staff, live_server: LiveServer) -> None:
    """400 with JSON, which the client makes its own exception of."""
    with pytest.raises(ValidationError, match="non_field_errors"):
        OmnitronApiClient(live_server.url + "/", USERNAME, "wrong")


def test_it_creates_finds_and_updates_a_customer(client: OmnitronApiClient, channel: Channel) -> None:
    """As an import of orders does: looked for by e-mail, made where there is none, else changed with its key echoed."""
    endpoint = ChannelCustomerEndpoint(channel_id=channel.pk)
    asked = {"email": "Ada+shop@test.com", "channel": channel.pk}
    assert endpoint.list(params=dict(asked)) == []
    wish = {
        "channel": str(channel.pk),
        "channel_code": "A-1",
        "email": "Ada+shop@test.com",
        "extra_field": {"id": 7},
        "first_name": "Ada",
        "last_name": "İnce",
        "is_active": True,
        "phone_number": "+905301112233",
    }
    made = endpoint.create(item=Wish(**wish))
    assert (made.pk, made.channel, made.last_name) == (Customer.objects.get().pk, channel.pk, "İnce")
    (found,) = endpoint.list(params=dict(asked))
    assert found.get_parameters() == made.get_parameters()
    change = Wish(channel=str(channel.pk), channel_code="A-1", first_name="Bea")
    assert endpoint.update(id=found.pk, item=change).first_name == "Bea"
    assert endpoint.retrieve(id=found.pk).first_name == "Bea"


def test_it_hears_why_a_customer_was_refused(client: OmnitronApiClient, channel: Channel, make_customer: Any) -> None:
    """Every refusal is JSON, which the client reads before it raises."""
    customer = make_customer()
    endpoint = ChannelCustomerEndpoint(channel_id=channel.pk)
    twin = Wish(channel=channel.pk, channel_code=customer.channel_code, email="a@b.com")
    with pytest.raises(requests.HTTPError) as taken:
        endpoint.create(item=twin)
    assert taken.value.args[1] == {"non_field_errors": ["The fields channel, channel_code must make a unique set."]}
    with pytest.raises(requests.HTTPError) as locked:
        endpoint.update(id=customer.pk, item=Wish(channel_code="other"))
    assert locked.value.args[1]["error_code"] == "customer_100_3"
    with pytest.raises(requests.HTTPError) as gone:
        endpoint.delete(id=customer.pk)
    assert gone.value.response.status_code == 405


def test_it_pages_through_all_of_them(client: OmnitronApiClient, channel: Channel, make_customer: Any) -> None:
    """It counts pages itself and stops where there is no next one."""
    made = [make_customer().pk for _number in range(25)]
    endpoint = ChannelCustomerEndpoint(channel_id=channel.pk)
    found = [customer.pk for customer in endpoint.list(params={"sort": "id"})]
    for page in endpoint.iterator:
        found += [customer.pk for customer in page]
    assert found == made


def test_it_filters(client: OmnitronApiClient, channel: Channel, make_customer: Any) -> None:
    """With the filters that an import uses, and those of JSON and dates."""
    make_customer()
    ada = make_customer(
        phone_number="+905301112233", attributes={"color": "blue"}, extra_field={"id": 7}, first_name="Ada"
    )
    endpoint = ChannelCustomerEndpoint(channel_id=channel.pk)
    day = ada.created_date.date().isoformat()
    for params in (
        {"phone_number": "+905301112233", "channel": channel.pk},
        {"email": ada.email},
        {"attributes": '{"color": "blue"}'},
        {"extra_field__id": 7, "created_date__date": day},
        {"id__in": f"{ada.pk},999999999"},
        {"first_name": "Ada", "is_active": False},
    ):
        assert [customer.pk for customer in endpoint.list(params=params)] == [ada.pk], params
    with pytest.raises(requests.HTTPError) as unknown:
        endpoint.list(params={"email__like": "x"})
    assert unknown.value.args[1] == {"email__like": ["There is no such filter."]}


def test_it_does_not_reach_another_channel(client: OmnitronApiClient, channel: Channel) -> None:
    """404 for a channel that is not its own."""
    other = Channel.objects.exclude(pk=channel.pk).get()
    with pytest.raises(requests.HTTPError) as refused:
        ChannelCustomerEndpoint(channel_id=other.pk).list()
    assert refused.value.response.status_code == 404


def test_it_signs_in_again_when_its_token_has_ended(client: OmnitronApiClient, channel: Channel) -> None:
    """401 makes it ask for another token, once."""
    client.set_token("Token " + "0" * 40)
    client.session.headers["Authorization"] = client.token
    assert ChannelCustomerEndpoint(channel_id=channel.pk).list() == []
