"""A shopper gets a loyalty card: the journal first, then the provider, then the card.

Whoever is killed between two of these leaves an open row of the journal; its idempotency key lets the next one
(the shopper's second try, the retried job, the reconciler) come to the same account and finish.
No transaction is open and no row is locked while the provider is asked.
Source: loyalty-card, Register Loyalty Card with SMS Verification, without; 3-loyalty, Card endpoints.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from patron.accounts import consent, phone_claims, profile, verification
from patron.accounts.models import Challenge, Session, Shopper
from patron.accounts.profile import Outcome
from patron.accounts.verification import Ask, Proof, Purpose
from patron.gateways import loyalty_provider, outbox
from patron.gateways.loyalty_provider.contract import Account, AccountExists, Details
from patron.kernel import clock, dynamic, jobs, rows, transactions
from patron.kernel.errors import GatewayTrouble, Refusal, Unauthenticated
from patron.loyalty import deletion, linking, update
from patron.loyalty.linking import (
    FARTHEST,
    HAS_CARD,
    NOT_ACCEPTED,
    OTHERS_CARD,
    PHONE_UNPROVEN,
    PROVIDER_AWAY,
    UNPROVEN,
)
from patron.loyalty.models import Enrolment, LoyaltyCard

FINISH: Final = "loyalty.finish_enrolment"
# Three calls of the provider at its longest timeout are shorter; after it another may go on.
CLAIM_FOR: Final = timedelta(seconds=60)
PENDING: Final = "loyalty_pending"
_DETAILS: Final = frozenset(Details.__struct_fields__)
_State = Enrolment.State
_log = structlog.get_logger("patron.loyalty")
_CLAIM: Final = """
UPDATE loyalty_enrolment SET claimed_until = %(until)s, tries = tries + 1
WHERE id = %(id)s AND state = 'open'
    AND (claimed_until IS NULL OR claimed_until <= %(now)s OR claimed_until > %(latest)s)
RETURNING id"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that a phone is the shopper's. `phone`: the proven number (E.164), empty without one.

    `proof`: a right code, to be spent with the opening of the enrolment.
    """

    phone: str = ""
    proof: Proof | None = None


def request(shopper: Shopper, session: Session, data: Mapping[str, Any]) -> Outcome:
    """The step of the dance that a validated request asks for; at its end, or without LOYALTY_VERIFY_SMS, the card.

    Raises Invalid (taken phone), Refusal (the dance, a second card, the provider), TooMany.
    """
    _refuse_second(shopper.pk)
    if not dynamic.get("LOYALTY_VERIFY_SMS"):
        enrol(shopper, data, Evidence(_verified(shopper, data)), source="add")
        return Outcome.CHANGED
    ask = _ask(shopper, session, data)
    if data.get("resend"):
        verification.resend(ask)
        return Outcome.CODE_RESENT
    if data.get("code"):
        proof = verification.evaluate(ask, data["code"])
        enrol(shopper, data, Evidence(proof.phone, proof), source="add")
        verification.confirmed(Purpose.LOYALTY)
        return Outcome.CHANGED
    verification.start(phone_claims.unless_taken(ask))
    return Outcome.CODE_SENT


def without_code(shopper: Shopper, data: Mapping[str, Any]) -> None:
    """A card by a phone that is verified already. Raises Invalid, Refusal (a phone that is not, a second card)."""
    _refuse_second(shopper.pk)
    number = _verified(shopper, data)
    if not number and dynamic.get("LOYALTY_LINK_REQUIRES_PROOF"):
        raise linking.refusal(PHONE_UNPROVEN)
    enrol(shopper, data, Evidence(number), source="add_otp")


def enrol(shopper: Shopper, data: Mapping[str, Any], evidence: Evidence, *, source: str) -> LoyaltyCard:
    """Open the enrolment and go through it. Raises Invalid, Refusal."""
    return go_on(transactions.run(lambda: _open(shopper.pk, data, evidence, source)))


def begin(shopper: Shopper, data: Mapping[str, Any], phone: str, *, source: str) -> Enrolment:
    """Write down, in the transaction at hand, that a shopper who is new in it wants a card. `phone`: proven by a code.

    Whoever commits goes on with `go_on`; if nobody does, the reconciler does.
    """
    shopper.attributes = shopper.attributes | {PENDING: True}
    shopper.save(update_fields=["attributes"])
    return _new(shopper.pk, data, Evidence(phone), source=source, by_code=True)


def take(enrolment_id: int) -> Enrolment | None:
    """Claim an open enrolment nobody is at; None where there is nothing to do."""
    now = clock.now()
    if (
        rows.written(_CLAIM, {"id": enrolment_id, "now": now, "until": now + CLAIM_FOR, "latest": now + FARTHEST})
        is None
    ):
        return None
    return Enrolment.objects.get(pk=enrolment_id)


def go_on(enrolment: Enrolment, *, retry: bool = True) -> LoyaltyCard:
    """Ask the provider for the account of a claimed enrolment and make the card. Not inside a transaction.

    Raises Refusal: PROVIDER_AWAY leaves it open, any other ends it. `retry`: let a job try again then.
    """
    begun = clock.now()
    try:
        account = _account(enrolment)
        card = transactions.run(lambda: _close(enrolment.pk, account, begun))
    except GatewayTrouble as trouble:
        if not trouble.permanent:
            _postpone(enrolment, trouble.reason, retry=retry)
            raise linking.refusal(PROVIDER_AWAY) from trouble
        refused: Refusal = linking.refusal(NOT_ACCEPTED)
        reason = trouble.reason
    except Refusal as error:
        refused, reason = error, error.code
    else:
        if card is None:
            raise Unauthenticated("Authentication credentials were not provided.")
        return card
    _refuse(enrolment, reason)
    raise refused


def details_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request the provider is told, as it is stored."""
    told = {name: data[name] for name in _DETAILS if name in data} | {"gender": data.get("gender") or "unknown"}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}


def _verified(shopper: Shopper, data: Mapping[str, Any]) -> str:
    number = phone_claims.e164(data["phone"])
    return number if number and shopper.phone_verified_at and number == shopper.phone_e164 else ""


def _refuse_second(shopper_id: int) -> None:
    if LoyaltyCard.objects.filter(shopper_id=shopper_id).exists():
        raise linking.refusal(HAS_CARD)


def _ask(shopper: Shopper, session: Session, data: Mapping[str, Any]) -> Ask:
    """What the code is for; a resend need not repeat what was said before."""
    stated = {field: data[field] for field in ("email", *consent.FIELDS) if field in data}
    number = phone_claims.e164(data["phone"]) if data.get("phone") else None
    said = dict.fromkeys(("email", *consent.FIELDS))
    if data.get("resend"):
        waiting = Challenge.objects.filter(session=session, purpose=Purpose.LOYALTY, used_at=None).first()
        if waiting is not None:
            number, said = number or waiting.phone_e164, waiting.consent
    return Ask(session.pk, Purpose.LOYALTY, number or "", said | stated, shopper.pk, shopper.language_code)


def _open(shopper_id: int, data: Mapping[str, Any], evidence: Evidence, source: str) -> Enrolment:
    if evidence.proof is not None:
        verification.spend(evidence.proof)
    if profile.lock(shopper_id) is None:  # 200 clicks wait here for each other
        raise Unauthenticated("Authentication credentials were not provided.")
    _refuse_second(shopper_id)
    number = phone_claims.e164(data["phone"])
    if number and phone_claims.is_taken(number, shopper_id):
        raise phone_claims.taken()
    waiting = Enrolment.objects.filter(shopper_id=shopper_id, state=_State.OPEN).first()
    if waiting is None:
        return _new(shopper_id, data, evidence, source=source, by_code=evidence.proof is not None)
    taken = take(waiting.pk)
    if taken is None:
        raise linking.refusal(HAS_CARD)  # the other click is at it
    return _wish_again(taken, data, evidence)


def _new(shopper_id: int, data: Mapping[str, Any], evidence: Evidence, *, source: str, by_code: bool) -> Enrolment:
    now = clock.now()
    return Enrolment.objects.create(
        shopper_id=shopper_id,
        key=uuid.uuid4(),
        source=source,
        details=details_of(data),
        proven_phone=evidence.phone,
        by_code=by_code,
        opened_at=now,
        claimed_until=now + CLAIM_FOR,
        tries=1,
    )


def _wish_again(waiting: Enrolment, data: Mapping[str, Any], evidence: Evidence) -> Enrolment:
    """What the shopper says now counts; where an account is being made already, as a change of it."""
    wish = details_of(data)
    if not waiting.is_new:
        waiting.details, waiting.proven_phone = wish, evidence.phone
        waiting.by_code = evidence.proof is not None
    elif wish != waiting.details:
        waiting.wish = wish
    waiting.save(update_fields=["details", "proven_phone", "by_code", "wish"])
    return waiting


def _account(enrolment: Enrolment) -> Account:
    provider = loyalty_provider.active()
    details = msgspec.convert(enrolment.details, Details)
    if not enrolment.is_new:
        found = provider.search(details.email)
        if found is not None:
            return _own(enrolment, found)
        # written before the account is made: from here on an account that a search finds may be our own
        Enrolment.objects.filter(pk=enrolment.pk, state=_State.OPEN).update(is_new=True)
    try:
        return provider.create(details, str(enrolment.key))
    except AccountExists:
        found = provider.search(details.email)
        if found is None:
            raise linking.refusal(OTHERS_CARD) from None
        return _own(enrolment, found)


def _own(enrolment: Enrolment, found: Account) -> Account:
    shopper = Shopper.objects.get(pk=enrolment.shopper_id)
    if not linking.is_own(shopper, found.details.email, found.details.phone, enrolment.proven_phone):
        raise linking.refusal(UNPROVEN)
    return found


def _close(enrolment_id: int, account: Account, begun: datetime) -> LoyaltyCard | None:
    """The card, and the end of the journal's row. None: the person was erased meanwhile, and so is the account."""
    shopper_id = Enrolment.objects.values_list("shopper_id", flat=True).get(pk=enrolment_id)
    shopper = profile.lock(shopper_id)
    row = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    if row.state == _State.LINKED:  # by another who went on when our claim was over
        return LoyaltyCard.objects.filter(shopper_id=shopper_id).first()
    if shopper is None:
        if row.is_new and row.state == _State.OPEN:
            deletion.say_farewell(shopper_id, account.account_number)
        _end(row, _State.REFUSED, account.account_number, "the shopper is gone")
        return None
    card = linking.link(shopper, account, begun)
    marks = {"has_loyalty": True, PENDING: None} | ({"verified_user": True} if row.by_code else {})
    said = _dated(row.wish or row.details)
    linking.copy(shopper, said, marks, proven=row.proven_phone or None, by_code=row.by_code)
    if row.wish:
        update.tell_later(card, row.wish)
    _end(row, _State.LINKED, account.account_number, "")
    return card


def _dated(stored: Mapping[str, Any]) -> dict[str, Any]:
    born = stored.get("date_of_birth")
    return {**stored, "date_of_birth": date.fromisoformat(born)} if born else dict(stored)


def _end(row: Enrolment, state: str, account_number: str, trouble: str) -> None:
    row.state, row.account_number, row.trouble = state, account_number, trouble
    row.details, row.wish, row.claimed_until, row.finished_at = {}, None, None, clock.now()
    row.save()


def _postpone(enrolment: Enrolment, reason: str, *, retry: bool) -> None:
    def work() -> None:
        open_still = Enrolment.objects.filter(pk=enrolment.pk, state=_State.OPEN)
        if open_still.update(claimed_until=None, trouble=reason[:200]) and retry:
            jobs.put(FINISH, queue=outbox.MESSAGES, priority=0, enrolment_id=enrolment.pk)

    _log.warning("enrolment_postponed", enrolment=enrolment.pk, reason=reason)
    transactions.run(work)


def _refuse(enrolment: Enrolment, reason: str) -> None:
    def work() -> None:
        shopper = profile.lock(enrolment.shopper_id)
        row = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        if row.state != _State.OPEN:
            return
        _end(row, _State.REFUSED, "", reason[:200])
        if shopper is not None and PENDING in shopper.attributes:
            profile.note(shopper, {}, {PENDING: None}, proven=None)

    _log.warning("enrolment_refused", enrolment=enrolment.pk, reason=reason)
    transactions.run(work)
