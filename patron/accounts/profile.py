"""A shopper, or staff for them, changes the profile.

A new phone needs the code dance; nothing of such a request is applied before the right code is there.
Source: user-profile-and-segments, PATCH Update User Profile; 1-shopper, Profile.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

from django.db import OperationalError
from django.utils.translation import gettext as _

from patron.accounts import avatars, consent, phone_claims, phone_notice, sessions, verification
from patron.accounts.models import Session, Shopper
from patron.accounts.verification import Ask, Proof, Purpose
from patron.kernel import clock, events, fields, jobs, rows, transactions
from patron.kernel.errors import Invalid, Refusal, Unauthenticated

PLAIN: Final = (
    "first_name",
    "last_name",
    "email_allowed",
    "sms_allowed",
    "call_allowed",
    "gender",
    "date_of_birth",
    "language_code",
)
SERVER_ATTRIBUTES: Final = frozenset(
    {
        "register_client_type",
        "logged_ip",
        "kvkk_flat_page_version",
        "confirm",
        "has_loyalty",
        "loyalty_pending",
        "verified_user",
    }
)
_SHOPPERS: Final = rows.Table(Shopper, "u")
_LOCK: Final = _SHOPPERS.select("WHERE u.id = %s AND u.is_active FOR UPDATE")
_LOCK_AND_SPEND: Final = f"{verification.SPENDING} " + _SHOPPERS.select(
    "WHERE u.id = %s AND u.is_active AND EXISTS (SELECT FROM spent) FOR UPDATE"
)


# Nothing is written unless the shopper is as they were read, and the code unused: so it needs no transaction around it.
_SAVED: Final = "WITH saved AS ({} AND is_active AND xmin = %s::xid RETURNING id)"
# The challenge is held before the shopper, as `_LOCK_AND_SPEND` does, so that the two ways never wait for each other.
_SAVED_AND_SPENT: Final = f"""
WITH unspent AS ({verification.UNSPENT}),
    saved AS ({{}} AND is_active AND xmin = %s::xid AND EXISTS (SELECT FROM unspent) RETURNING id),
    spent AS ({verification.SPEND} AND EXISTS (SELECT FROM saved))"""  # noqa: S608 -- words of our own
_NOTED: Final = ", noted AS ({} WHERE EXISTS (SELECT FROM saved))"


class Outcome(Enum):
    """What became of the request."""

    CHANGED = "changed"
    CODE_SENT = "code sent"
    CODE_RESENT = "code resent"


def change(
    shopper: Shopper,
    session: Session,
    data: Mapping[str, Any],
    purpose: Purpose = Purpose.PROFILE,
    *,
    then: Callable[[Shopper], None] | None = None,
) -> tuple[Outcome, Shopper]:
    """Apply a validated request of the shopper, and return what became of it and the shopper as they then are.

    `data`: the changeable fields, and `code`, `resend`, `end_other_sessions`, `avatar` (an uploaded file or null).
    `then`: what another room does with the changed shopper in the same transaction, if anything is applied.
    Raises Invalid (taken phone, unusable picture), Refusal (the dance), TooMany.
    """
    picture = avatars.reencode(data["avatar"]) if data.get("avatar") else None
    phone = data.get("phone")
    number = phone_claims.e164(phone) if phone else None
    ask = _ask(shopper, session, data, number, purpose)
    if data.get("resend"):
        verification.resend(ask)
        return Outcome.CODE_RESENT, shopper
    proof = None
    if data.get("code"):
        proof = verification.evaluate(ask, data["code"])
    elif number is not None and number != shopper.phone_e164:
        verification.start(phone_claims.unless_taken(ask))
        return Outcome.CODE_SENT, shopper

    def work() -> Shopper:
        changed = _apply(shopper.pk, session.pk, data, proof, picture)
        if then is not None:
            then(changed)
        return changed

    is_alone = then is None and "avatar" not in data and not data.get("end_other_sessions")
    is_known = shopper.row_version is not None
    changed = _apply_at_once(shopper, data, proof) if is_alone and is_known else None
    if changed is None:
        changed = transactions.run(work)
    if proof is not None:
        verification.confirmed(purpose)
    return Outcome.CHANGED, changed


def change_by_staff(shopper_id: int, data: Mapping[str, Any], staff_id: int) -> None:
    """Apply changes a staff member makes in the console; permissions go through the ledger, a phone is unproven.

    Raises Invalid for a taken phone.
    """

    def work() -> None:
        shopper = Shopper.objects.select_for_update().get(pk=shopper_id)
        loaded = dict(vars(shopper))
        _assign(shopper, data)
        if "phone" in data and phone_claims.e164(data["phone"] or "") != shopper.phone_e164:
            _set_phone(shopper, data["phone"] or None, proven=False)
            consent.follow_phone(shopper, data)
        _save(shopper, loaded, staff_id=staff_id, source="staff")
        events.put("shopper.changed", shopper_id=shopper_id)

    transactions.run(work)


def note(
    shopper: Shopper, data: Mapping[str, Any], marks: Mapping[str, Any], *, proven: str | None, by_code: bool = False
) -> None:
    """Write to a shopper who is locked (see `lock`) what another room was told by them.

    `data`: some of PLAIN and `phone`, which is taken over only if it is the `proven` number (E.164).
    `marks`: attributes the server owns; None takes one away. `by_code`: the number was proven in this very request.
    Raises Invalid for a taken phone.
    """
    loaded, old_number = dict(vars(shopper)), shopper.phone_e164
    _assign(shopper, data)
    shopper.attributes = {key: value for key, value in (shopper.attributes | marks).items() if value is not None}
    if proven is not None and data.get("phone") and phone_claims.e164(data["phone"]) == proven:
        _set_phone(shopper, data["phone"], proven=True)
        if proven != old_number:
            consent.follow_phone(shopper, data)
    elif proven is not None and proven == old_number:
        shopper.phone_verified_at = clock.now()
    _save(shopper, loaded, by_code=by_code)
    if shopper.phone_e164 != old_number:
        phone_notice.put(shopper, old_number)
    events.put("shopper.changed", shopper_id=shopper.pk)


def lock(shopper_id: int) -> Shopper | None:
    """The active shopper, kept from everybody else's changes until the transaction ends."""
    return _SHOPPERS.one(_LOCK, (shopper_id,))


def _ask(shopper: Shopper, session: Session, data: Mapping[str, Any], number: str | None, purpose: Purpose) -> Ask:
    if number is None and data.get("resend"):
        number = verification.phone_of(session.pk, purpose)
    return Ask(
        session_id=session.pk,
        purpose=purpose,
        phone=number or "",
        consent={"email": shopper.email} | {field: data.get(field) for field in consent.FIELDS},
        shopper_id=shopper.pk,
        language=shopper.language_code,
    )


def _apply(
    shopper_id: int, session_id: int, data: Mapping[str, Any], proof: Proof | None, picture: avatars.Picture | None
) -> Shopper:
    shopper = _lock_and_spend(shopper_id, proof) if proof else lock(shopper_id)
    if shopper is None:  # closed or erased since the session was found
        raise Unauthenticated("Authentication credentials were not provided.")
    loaded = dict(vars(shopper))
    _assign_all(shopper, data, proof)
    if "avatar" in data:
        avatars.replace(shopper, picture)
    _save(shopper, loaded, by_code=proof is not None)
    if data.get("end_other_sessions"):
        sessions.end_others(shopper_id, session_id)
    _tell(shopper, loaded, proof)
    return shopper


def _apply_at_once(shopper: Shopper, data: Mapping[str, Any], proof: Proof | None) -> Shopper | None:
    """Do it in one statement, half of what `_apply` costs. None: the shopper is another by now, and nothing is written.

    `shopper`: as the session was found with, changed here.
    """
    loaded = dict(vars(shopper))
    with transactions.gathering() as waiting:
        _assign_all(shopper, data, proof)
        names, permissions = _changes(shopper, loaded, by_code=proof is not None)
        _tell(shopper, loaded, proof)
    statement, values = _SHOPPERS.saving(shopper, names)
    if proof is None:
        parts, parameters = [_SAVED.format(statement)], [*values, shopper.row_version]
    else:
        parts = [_SAVED_AND_SPENT.format(statement)]
        parameters = [proof.challenge_id, *values, shopper.row_version, *verification.spending(proof)]
    if permissions is not None:
        parts.append(_NOTED.format(permissions[0]))
        parameters += permissions[1]
    put, values = jobs.putting(waiting) or ("SELECT", ())
    parts.append(f" {put} FROM saved")
    try:
        with phone_claims.taken_is_told():
            return shopper if rows.written("".join(parts), [*parameters, *values]) is not None else None
    except OperationalError as error:
        if not transactions.is_to_retry(error):
            raise
    return None


def _assign_all(shopper: Shopper, data: Mapping[str, Any], proof: Proof | None) -> None:
    _assign(shopper, data)
    if data.get("phone"):
        _change_phone(shopper, data, proof)


def _tell(shopper: Shopper, loaded: Mapping[str, Any], proof: Proof | None) -> None:
    if proof is not None and shopper.phone_e164 != loaded["phone_e164"]:
        phone_notice.put(shopper, loaded["phone_e164"])
    events.put("shopper.changed", shopper_id=shopper.pk)


def _lock_and_spend(shopper_id: int, proof: Proof) -> Shopper | None:
    shopper = _SHOPPERS.one(_LOCK_AND_SPEND, (*verification.spending(proof), shopper_id))
    if shopper is None and lock(shopper_id) is not None:
        raise verification.spent()
    return shopper


def _assign(shopper: Shopper, data: Mapping[str, Any]) -> None:
    for field in PLAIN:
        if field in data:
            setattr(shopper, field, data[field])
    given = {key: value for key, value in data.get("attributes", {}).items() if key not in SERVER_ATTRIBUTES}
    if given:
        shopper.attributes = shopper.attributes | given
        if fields.is_too_large(shopper.attributes):
            raise Invalid({"attributes": [fields.AttributesField.default_error_messages["too_large"]]})


def _change_phone(shopper: Shopper, data: Mapping[str, Any], proof: Proof | None) -> None:
    if proof is None:
        if phone_claims.e164(data["phone"]) != shopper.phone_e164:  # changed under us since it was compared
            raise Refusal(verification.PHONE_MISMATCH, _("Phone numbers do not match."))
        shopper.phone = data["phone"]  # the same number, written another way
        return
    is_new = proof.phone != shopper.phone_e164
    _set_phone(shopper, data["phone"], proven=True)
    if is_new:
        consent.follow_phone(shopper, data)


def _set_phone(shopper: Shopper, phone: str | None, *, proven: bool) -> None:
    shopper.phone = phone
    shopper.phone_e164 = phone_claims.e164(phone) if phone else None
    shopper.phone_claim = phone_claims.claim_of(shopper.phone_e164)
    shopper.phone_verified_at = clock.now() if proven else None


def _save(
    shopper: Shopper,
    loaded: Mapping[str, Any],
    *,
    by_code: bool = False,
    staff_id: int | None = None,
    source: str | None = None,
) -> None:
    """Write what differs from `loaded`, the fields as they were read, and the ledger of permissions with it."""
    names, permissions = _changes(shopper, loaded, by_code=by_code, staff_id=staff_id, source=source)
    with phone_claims.taken_is_told():
        _SHOPPERS.save(shopper, names, beside=permissions)


def _changes(
    shopper: Shopper,
    loaded: Mapping[str, Any],
    *,
    by_code: bool,
    staff_id: int | None = None,
    source: str | None = None,
) -> tuple[list[str], rows.Written | None]:
    """The fields that differ, and what goes to the ledger with them."""
    proven = frozenset(consent.PHONE_FIELDS) if by_code else frozenset()
    permissions = consent.appending(shopper, loaded, proven=proven, staff_id=staff_id, source=source)
    shopper.modified_date = clock.now()
    return [name for name, value in loaded.items() if getattr(shopper, name) != value], permissions
