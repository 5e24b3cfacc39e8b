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
SELECT * FROM (VALUES {}) AS changed"""
_ROW: Final = (
    """(%s::bigint, %s, %s::boolean, %s::boolean, %s::timestamptz, %s, %s::bigint, %s, %s, %s, %s, %s::boolean)"""
)


def record(
    shopper: Shopper,
    before: Mapping[str, bool | None],
    *,
    proven: frozenset[str] = frozenset(),
    staff_id: int | None = None,
    source: str | None = None,
) -> None:
    """Append a row for each permission that differs from `before`. Joins the caller's transaction.

    The arguments are those of `appending`.
    """
    if append := appending(shopper, before, proven=proven, staff_id=staff_id, source=source):
        rows.changed(*append)


def appending(
    shopper: Shopper,
    before: Mapping[str, Any],
    *,
    proven: frozenset[str] = frozenset(),
    staff_id: int | None = None,
    source: str | None = None,
) -> rows.Written | None:
    """The same as a statement for somebody to carry out, who may add a WHERE. The event is put. None: nothing differs.

    `before`: `snapshot` of the shopper ahead of the change, or all its fields. `proven`: the fields whose address a
    code has proven in this very request. `source`: the endpoint unless said otherwise.
    """
    caller = context.caller()
    changed = {field: channel for field, channel in FIELDS.items() if before[field] != getattr(shopper, field)}
    if not changed:
        return None
    events.put("consent.changed", shopper_id=shopper.pk, channels=list(changed.values()))
    now, version = clock.now(), str(shopper.attributes.get("kvkk_flat_page_version", ""))[:50]
    values = [
        (
            shopper.pk,
            channel,
            before[field],
            getattr(shopper, field),
            now,
            source or caller.endpoint or "command",
            staff_id,
            caller.ip,
            caller.client_type,
            version,
            caller.request_id,
            field in proven,
        )
        for field, channel in changed.items()
    ]
    return _APPEND.format(", ".join([_ROW] * len(values))), [value for row in values for value in row]


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
