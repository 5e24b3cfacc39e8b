"""One suite for every SMS adapter, and what only the HTTP one must keep."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from patron.gateways.models import CapturedSms
from patron.gateways.sms.console import ConsoleGateway
from patron.gateways.sms.contract import Sms, SmsGateway
from patron.gateways.sms.http import HttpGateway
from patron.gateways.sms.inbox import InboxGateway
from patron.kernel.errors import GatewayTrouble

pytestmark = pytest.mark.django_db
ORDINARY, REJECTED, FAILING_ONCE, ANSWER_LOST = "+905551112233", "+905000000004", "+905000000005", "+905000000009"


@dataclass
class Subject:
    """An adapter, how to see what it handed over, and how to make its provider refuse or fail."""

    gateway: SmsGateway
    received: Callable[[], list[tuple[str, str]]]
    refuse: Callable[[Sms], Sms]
    fail: Callable[[Sms], Sms]


def sms(to: str = ORDINARY, text: str = "Your code is 482911", attempt: int = 1, message_id: int = 7) -> Sms:
    return Sms(message_id=message_id, to=to, text=text, is_otp=True, attempt=attempt)


@pytest.fixture(params=["inbox", "console", "http"])
def subject(request, capsys, provider):
    """Each adapter in turn. The built-in ones refuse and fail by magic numbers, the provider by its answer."""
    if request.param == "http":

        def answering(status):
            def prepare(message):
                provider.status = status
                return message

            return prepare

        def arrived():
            accepted = [json.loads(call.body) for call in provider.requests] if provider.status == 201 else []
            return [(body["to"], body["text"]) for body in accepted]

        gateway = HttpGateway(provider.url, "shop", "secret", "SHOP", 2)
        return Subject(gateway, arrived, answering(400), answering(503))
    if request.param == "inbox":

        def captured():
            return list(CapturedSms.objects.values_list("to", "text"))

        gateway = InboxGateway()
    else:

        def captured():
            lines = capsys.readouterr().err.splitlines()
            return [(lines[0].rpartition(" ")[2], lines[1])] if lines else []

        gateway = ConsoleGateway()
    return Subject(gateway, captured, lambda message: sms(REJECTED), lambda message: sms(FAILING_ONCE))


def test_an_accepted_sms_arrives(subject):
    """`send` returns and the words are where they belong."""
    subject.gateway.send(sms())

    assert subject.received() == [(ORDINARY, "Your code is 482911")]


def test_a_refusal_is_for_good(subject):
    """Nothing arrives, and a retry is said to be waste."""
    message = subject.refuse(sms())

    with pytest.raises(GatewayTrouble) as trouble:
        subject.gateway.send(message)

    assert trouble.value.permanent
    assert subject.received() == []


def test_a_failure_may_pass(subject):
    """Nothing arrives, and a retry can help."""
    message = subject.fail(sms())

    with pytest.raises(GatewayTrouble) as trouble:
        subject.gateway.send(message)

    assert not trouble.value.permanent
    assert subject.received() == []


def test_the_inbox_keeps_a_repeat_once():
    """A try whose answer was lost reached the phone; the next one adds nothing."""
    inbox = InboxGateway()
    with pytest.raises(GatewayTrouble):
        inbox.send(sms(ANSWER_LOST, attempt=1))
    inbox.send(sms(ANSWER_LOST, attempt=2))

    assert CapturedSms.objects.filter(to=ANSWER_LOST).count() == 1


def test_the_request_is_the_published_one(provider):
    """Path, headers, Basic auth and body, a newline written as /n."""
    HttpGateway(provider.url, "shop", "s:cret", "SHOP", 2).send(sms(text="one\r\ntwo\nthree"))

    (request,) = provider.requests
    assert request.path == "/send-sms"
    assert request.headers["x-akinon-request-id"] == "7"
    assert request.headers["x-akinon-api-version"]
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"shop:s:cret").decode()
    assert json.loads(request.body) == {"from": "SHOP", "to": ORDINARY, "text": "one/ntwo/nthree", "isOtp": True}


def test_one_connection_serves_many_sms(provider):
    """A handshake for each would be most of the cost."""
    gateway = HttpGateway(provider.url, "shop", "secret", "SHOP", 2)
    for number in range(3):
        gateway.send(sms(message_id=number))

    assert len({request.peer for request in provider.requests}) == 1


def test_a_slow_provider_is_left(provider):
    """The timeout of the setting ends the wait; the trouble may pass."""
    provider.delay = 3
    started = time.monotonic()

    with pytest.raises(GatewayTrouble, match="no answer within 1 s") as trouble:
        HttpGateway(provider.url, "shop", "secret", "SHOP", 1).send(sms())

    assert time.monotonic() - started < 2
    assert not trouble.value.permanent


def test_a_redirect_is_not_followed(provider):
    """The credentials stay with the address the operator named."""
    provider.status, provider.headers = 302, {"Location": provider.url + "/elsewhere"}

    with pytest.raises(GatewayTrouble, match="HTTP 302"):
        HttpGateway(provider.url, "shop", "secret", "SHOP", 2).send(sms())

    assert [request.path for request in provider.requests] == ["/send-sms"]


def test_a_refusal_keeps_code_and_field_but_no_person(provider):
    """The provider's message may repeat the number, so it is not kept; nor is a code that looks like one."""
    provider.status = 400
    provider.body = json.dumps(
        {"errors": [{"code": "E17", "field": "to", "message": ORDINARY}, {"code": ORDINARY, "field": "text"}]}
    ).encode()

    with pytest.raises(GatewayTrouble) as trouble:
        HttpGateway(provider.url, "shop", "secret", "SHOP", 2).send(sms())

    assert trouble.value.reason == "HTTP 400 E17/to text"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": 3}', b'{"errors": ["x", null]}', b"\xff"])
def test_an_answer_that_is_not_as_published_is_still_an_answer(provider, body):
    """The status alone decides."""
    provider.status, provider.body = 503, body

    with pytest.raises(GatewayTrouble, match=r"^HTTP 503$"):
        HttpGateway(provider.url, "shop", "secret", "SHOP", 2).send(sms())


def test_after_five_failures_the_provider_is_left_alone(provider):
    """The next call fails at once and does not reach it; refusals do not count as failures."""
    gateway = HttpGateway(provider.url, "shop", "secret", "SHOP", 2)
    for status, calls in ((400, 6), (503, 5)):
        provider.status = status
        for _ in range(calls):
            with pytest.raises(GatewayTrouble, match=f"HTTP {status}"):
                gateway.send(sms())

    with pytest.raises(GatewayTrouble, match="not called") as trouble:
        gateway.send(sms())

    assert not trouble.value.permanent
    assert len(provider.requests) == 11
