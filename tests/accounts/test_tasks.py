"""The broom of the shopper's room."""

from typing import Any

import pytest

from patron.accounts import sessions, tasks, verification
from patron.accounts.models import Challenge, Session
from patron.accounts.verification import Ask, Purpose
from patron.kernel import dynamic


@pytest.mark.django_db
def test_sweep_drops_what_is_over(advance: Any, sms_outbox: Any) -> None:
    """A challenge goes a day after its end, a session at its end; what lives stays."""
    opened = sessions.open_guest()
    verification.start(Ask(opened.session_id, Purpose.PROFILE, "+905551112233"))
    advance(86_400)
    tasks.sweep(0)
    assert (Session.objects.count(), Challenge.objects.count()) == (1, 1)
    advance(dynamic.get("SMS_OTP_EXPIRE_TIME") + 1)
    tasks.sweep(0)
    assert (Session.objects.count(), Challenge.objects.count()) == (1, 0)
    advance(dynamic.get("SESSION_DAYS") * 86_400)
    tasks.sweep(0)
    assert not Session.objects.exists()
