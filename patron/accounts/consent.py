"""The consent ledger: every change of a permission, appended, never altered.

Source: 1-shopper, Consent ledger.
"""

from collections.abc import Mapping
from typing import Any, Final

from patron.accounts.models import Shopper
from patron.kernel import clock, context, events, rows

FIELDS: Final = {"email_allowed": "email", "sms_allowed": "sms", "call_allowed": "call"}
PHONE_FIELDS: Final = ("sms_allowed", "call_allowed")
_APPEND: Final = """
INSERT INTO accounts_consent (shopper_id, channel, old_value, new_value, changed_at, source, staff_id, ip, client_type,
    text_version, request_id, is_proven)
VALUES (%(shopper_id)s, %(channel)s, %(old)s, %(new)s, %(now)s, %(source)s, %(staff_id)s, %(ip)s, %(client_type)s,
    %(text_version)s, %(request_id)s, %(is_proven)s)"""


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
    changed = {field: channel for field, channel in FIELDS.items() if before[field] != getattr(shopper, field)}
    for field, channel in changed.items():
        rows.changed(
            _APPEND,
            {
                "shopper_id": shopper.pk,
                "channel": channel,
                "old": before[field],
                "new": getattr(shopper, field),
                "now": clock.now(),
                "source": source or caller.endpoint or "command",
                "staff_id": staff_id,
                "ip": caller.ip,
                "client_type": caller.client_type,
                "text_version": str(shopper.attributes.get("kvkk_flat_page_version", ""))[:50],
                "request_id": caller.request_id,
                "is_proven": field in proven,
            },
        )
    if changed:
        events.put("consent.changed", shopper_id=shopper.pk, channels=list(changed.values()))


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
