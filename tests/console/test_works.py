from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.channels.models import Staff
from patron.gateways.models import OutgoingMail, OutgoingSms, State
from patron.kernel import limits
from patron.kernel.errors import TooMany
from patron.kernel.limits import Limit
from tests.console.conftest import browser_of

SMS = "/console/gateways/outgoingsms/"
JOBS = "/console/procrastinate/procrastinatejob/"
COUNTERS = "/console/kernel/counter/"


@pytest.mark.parametrize(("table", "model"), [("outgoingsms", OutgoingSms), ("outgoingmail", OutgoingMail)])
def test_a_failed_message_is_sent_again(
    console: Client, rows: dict[str, Any], table: str, model: type[OutgoingSms]
) -> None:
    """It is queued anew with a job; one whose content is erased is not."""
    message = rows[f"gateways_{table}"]
    address = f"/console/gateways/{table}/"
    sent = {"action": "send_again", "_selected_action": [message.pk]}
    before = ProcrastinateJob.objects.count()
    assert "is queued again" in console.post(address, sent, follow=True).content.decode()
    message.refresh_from_db()
    assert message.state == State.QUEUED
    assert ProcrastinateJob.objects.count() == before + 1
    model.objects.update(state=State.FAILED, sealed_content=None)
    assert "None of the chosen messages" in console.post(address, sent, follow=True).content.decode()
    assert model.objects.get(pk=message.pk).state == State.FAILED


def test_seeing_messages_is_not_sending_them(clerk: Staff, rows: dict[str, Any]) -> None:
    """Without the right to change, the action is not there."""
    clerk.user_permissions.add(Permission.objects.get(codename="view_outgoingsms"))
    message = rows["gateways_outgoingsms"]
    browser_of(clerk).post(SMS, {"action": "send_again", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_messages_are_found_by_phone_and_shopper(console: Client, rows: dict[str, Any]) -> None:
    """The whole number finds its messages though lists mask it; `#12` those of a shopper."""
    message = rows["gateways_outgoingsms"]
    for words, found in ((message.to, 1), (f"#{message.shopper_id}", 1), ("#0", 0), ("+1", 0)):
        assert console.get(SMS, {"q": words}).context["cl"].result_count == found, words


def test_jobs_are_tried_again_and_cancelled(console: Client, rows: dict[str, Any]) -> None:
    """A waiting job can be cancelled, a failed one tried again; neither does the other's."""
    job = rows["procrastinate_procrastinatejob"]

    def status_after(action: str) -> str:
        console.post(JOBS, {"action": action, "_selected_action": [job.pk]})
        job.refresh_from_db()
        return str(job.status)

    assert status_after("try_again") == "todo"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.pk])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job.pk])
    assert status_after("cancel") == "failed"
    assert status_after("try_again") == "todo"
    assert status_after("cancel") == "cancelled"


def test_a_limit_is_lifted_for_one_subject(console: Client) -> None:
    """The subject finds its counter, which the table knows as a digest only; deleting it lets the subject go on."""
    limit = Limit(1, 3600)
    for subject in ("+905551112233", "+905551112244"):
        limits.hit("login", subject, limit)
    found = console.get(COUNTERS, {"q": "+905551112233"}).context["cl"].queryset
    assert found.count() == 1
    assert console.post(f"{COUNTERS}{found[0].pk}/delete/", {"post": "yes"}).status_code == 302
    limits.hit("login", "+905551112233", limit)
    with pytest.raises(TooMany):
        limits.hit("login", "+905551112244", limit)


def test_lists_count_to_ten_thousand(console: Client, monkeypatch: pytest.MonkeyPatch, rows: dict[str, Any]) -> None:
    """Beyond the bound the list says that it is cut and offers no further page."""
    monkeypatch.setattr("patron.kernel.tables.MOST_COUNTED", 3)
    for number in range(5):
        limits.hit("login", str(number), Limit(1, 3600))
    answer = console.get(COUNTERS)
    assert answer.context["cl"].result_count == 3
    assert "The first 3; search or filter to see others." in answer.content.decode()
