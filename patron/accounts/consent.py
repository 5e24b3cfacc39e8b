"""The consent ledger: every change of a permission, appended, never altered.

Source: 1-shopper, Consent ledger.
"""

from collections.abc import Mapping
from typing import Any, Final

from patron.accounts.models import Consent, Shopper
from patron.kernel import clock, context, events

FIELDS: Final = {"email_allowed": "email", "sms_allowed": "sms", "call_allowed": "call"}
PHONE_FIELDS: Final = ("sms_allowed", "call_allowed")


def record(
    shopper: Shopper,
    before: Mapping[str, bool | None],
    *,
    proven: frozenset[str] = frozenset(),
    staff_id: int | None = None,
    source: str | None = None,
) -> None:
    """Append a row for each permission that differs from `before`. Joins the caller's transaction.

    `before`: `snapshot` of the shopper ahead of the change. `proven`: the fields whose address a code has proven in
    this very request. `source`: the endpoint unless said otherwise.
    """
    caller = context.caller()
    changes = [
        Consent(
            shopper_id=shopper.pk,
            channel=channel,
            old_value=before[field],
            new_value=getattr(shopper, field),
            changed_at=clock.now(),
            source=source or caller.endpoint or "command",
            staff_id=staff_id,
            ip=caller.ip,
            client_type=caller.client_type,
            text_version=str(shopper.attributes.get("kvkk_flat_page_version", ""))[:50],
            request_id=caller.request_id,
            is_proven=field in proven,
        )
        for field, channel in FIELDS.items()
        if before[field] != getattr(shopper, field)
    ]
    if changes:
        Consent.objects.bulk_create(changes)
        events.put("consent.changed", shopper_id=shopper.pk, channels=[change.channel for change in changes])


def snapshot(shopper: Shopper) -> dict[str, bool | None]:
    """The permissions as they are."""
    return {field: getattr(shopper, field) for field in FIELDS}


def follow_phone(shopper: Shopper, stated: Mapping[str, Any]) -> None:
    """After a change of phone, SMS and call permissions are what the request states, and nothing else.

    A permission given for the old number says nothing about the new one.
    """
    for field in PHONE_FIELDS:
        if field not in stated and getattr(shopper, field):
            setattr(shopper, field, False)


def follow_email(shopper: Shopper, stated: Mapping[str, Any]) -> None:
    """The same for the e-mail."""
    if "email_allowed" not in stated:
        shopper.email_allowed = False
