"""Captured messages as the sandbox shows them: what was queued last comes first, whichever thread was quicker."""

from typing import Any

from django.db.models import F, QuerySet

from patron.accounts.phone_claims import e164
from patron.gateways.models import CapturedMail, CapturedSms

Rows = QuerySet[Any, Any]


def sms(to: str) -> Rows:
    """Every SMS, or those to the number `to`, in whatever form it is written; a number that is none has none."""
    rows = CapturedSms.objects.order_by("-message_id").values(
        "id", "to", "text", "is_otp", "created_date", **{"from": F("sender")}
    )
    # an unescaped + in an address arrives as a space
    return rows.filter(to=e164(f"+{to[1:]}" if to.startswith(" ") else to)) if to else rows


def mail(to: str) -> Rows:
    """Every mail, or those to the address `to`, in any letter case."""
    rows = CapturedMail.objects.order_by("-message_id").values(
        "id", "to", "subject", "text", "html", "attachments", "created_date", **{"from": F("sender")}
    )
    if "\x00" in to:  # PostgreSQL cannot compare it, and no address holds it
        return rows.none()
    return rows.filter(to__iexact=to.strip()) if to else rows
