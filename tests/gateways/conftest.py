"""What tests of the gateways share."""

from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob


def jobs() -> list[Any]:
    """The queued jobs in the worker's order."""
    return list(ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "id"))
