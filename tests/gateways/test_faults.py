"""Trouble that the sandbox plays."""

import time

import pytest

from patron.gateways import faults
from patron.kernel.errors import GatewayTrouble

pytestmark = pytest.mark.django_db


def test_no_fault_is_no_trouble():
    """As after the first start."""
    faults.play("sms", 5)
    assert all(not fault["outage"] and not fault["error_rate"] for fault in faults.every())


def test_an_outage_fails_every_call_of_its_gateway_alone():
    """And a retry can help."""
    faults.put("sms", latency_ms=0, error_rate=0, outage=True)

    with pytest.raises(GatewayTrouble) as trouble:
        faults.play("sms", 5)
    assert not trouble.value.permanent
    faults.play("mail", 5)


def test_an_error_rate_fails_its_share_of_calls():
    """One is every call, a half some of them."""

    def failed(calls: int) -> int:
        count = 0
        for _ in range(calls):
            try:
                faults.play("mail", 5)
            except GatewayTrouble:
                count += 1
        return count

    faults.put("mail", latency_ms=0, error_rate=1, outage=False)
    assert failed(5) == 5
    faults.put("mail", latency_ms=0, error_rate=0.5, outage=False)
    assert 50 < failed(200) < 150


def test_latency_delays_a_call_up_to_its_timeout():
    """A longer one ends as a call that was not answered in time."""
    faults.put("captcha", latency_ms=100, error_rate=0, outage=False)
    started = time.monotonic()
    faults.play("captcha", 2)
    assert time.monotonic() - started >= 0.1

    with pytest.raises(GatewayTrouble, match="no answer"):
        faults.play("captcha", 0.05)


def test_a_change_is_felt_within_a_second():
    """Another process reads again after its snapshot's time."""
    faults.play("sms", 5)
    faults.Fault.objects.create(gateway="sms", outage=True)  # as another process would
    faults.play("sms", 5)  # still the old snapshot
    time.sleep(faults.SNAPSHOT_SECONDS + 0.05)

    with pytest.raises(GatewayTrouble):
        faults.play("sms", 5)
