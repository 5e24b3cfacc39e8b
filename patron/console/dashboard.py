"""The numbers of the first page: what staff look for in the morning. Each is bounded and served by an index."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import site
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from patron.accounts.models import Challenge, Shopper
from patron.gateways.models import OutgoingMail, OutgoingSms, State
from patron.kernel import clock
from patron.kernel.tables import MOST_COUNTED


def add_numbers(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: add `cards`, those of tables the staff member may see."""
    now = clock.now()
    day = now - timedelta(days=1)
    failed = {"state": State.FAILED, "created_at__gte": day}
    cards = [
        (_("New shoppers, 24 hours"), Shopper.objects.filter(date_joined__gte=day), "", False),
        (_("Codes waiting"), Challenge.objects.filter(expires_at__gt=now, used_at=None), "", False),
        (_("SMS waiting"), OutgoingSms.objects.filter(state=State.QUEUED), "?state__exact=queued", False),
        (_("SMS failed, 24 hours"), OutgoingSms.objects.filter(**failed), "?state__exact=failed", True),
        (_("Mails waiting"), OutgoingMail.objects.filter(state=State.QUEUED), "?state__exact=queued", False),
        (_("Mails failed, 24 hours"), OutgoingMail.objects.filter(**failed), "?state__exact=failed", True),
        (_("Jobs failed"), ProcrastinateJob.objects.filter(status="failed"), "?status__exact=failed", True),
    ]
    context["cards"] = [
        _card(title, rows, query, is_trouble)
        for title, rows, query, is_trouble in cards
        if site._registry[rows.model].has_view_permission(request)
    ]
    return context


def _card(title: Any, rows: QuerySet[Any], query: str, is_trouble: bool) -> dict[str, Any]:
    counted = rows.order_by()[: MOST_COUNTED + 1].count()
    opts = rows.model._meta
    return {
        "title": title,
        "number": min(counted, MOST_COUNTED),
        "is_cut": counted > MOST_COUNTED,
        "is_trouble": is_trouble and counted > 0,
        "address": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist") + query,
    }
