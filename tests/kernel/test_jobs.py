"""Jobs are put in the queue as the library puts them."""

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.kernel import jobs

pytestmark = pytest.mark.django_db


def test_same_as_the_library() -> None:
    """The row is the one the library's own `defer` writes."""
    arguments = {"listener": "a.b", "payload": {"text": "ğ", "number": 1, "nothing": None}, "flag": True}
    jobs.put("kernel.deliver_event", queue="default", priority=-10, **arguments)
    app.configure_task("kernel.deliver_event", queue="default", priority=-10).defer(**arguments)
    ours, theirs = ProcrastinateJob.objects.order_by("-id")[:2].values()
    assert ours.pop("id") != theirs.pop("id")
    assert ours == theirs


def test_rolled_back_with_its_cause() -> None:
    """A job of a transaction that does not commit was never put."""
    before = ProcrastinateJob.objects.count()
    with transaction.atomic():
        jobs.put("kernel.deliver_event", queue="default", priority=0)
        transaction.set_rollback(True)
    assert ProcrastinateJob.objects.count() == before
