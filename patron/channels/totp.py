"""The second step of the staff's sign-in: a code of an authenticator app (RFC 6238), or a recovery code.

A code is worth something once: the time step it belongs to is used up by one statement, so of parallel calls with one
code a single one passes. A try is counted before the code is looked at. Setting up and taking away end every sign-in
that was made without, resp. with, the step: tokens here, console sessions by `Staff.get_session_auth_hash`.
"""

import base64
import secrets as random
from typing import Final

import structlog
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils.translation import gettext_lazy as _

from patron.channels import settings, tokens
from patron.channels.models import Authenticator, RecoveryCode, Staff
from patron.kernel import clock, dynamic, limits, rows, secrets, transactions
from patron.kernel.errors import Forbidden, Invalid

ISSUER: Final = "Patron"
STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1  # steps that the phone's clock may be behind or ahead
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_PURPOSE: Final = "staff-totp"
_SCOPE: Final = "staff-code"
# A step that lies beyond what could be accepted now was used up before the sandbox's clock went back.
_USE_UP: Final = """
UPDATE channels_authenticator SET last_step = %(step)s, last_used_at = %(now)s
WHERE staff_id = %(staff)s AND (last_step < %(step)s OR last_step > %(latest)s)"""
_SPEND: Final = """
UPDATE channels_recoverycode SET used_at = %(now)s
WHERE staff_id = %(staff)s AND digest = %(digest)s AND used_at IS NULL"""
_log = structlog.get_logger("patron.staff")


class CodeNeeded(Invalid):
    """400 on `code`: the password was right, the second step is still to come."""

    def __init__(self) -> None:
        super().__init__({"code": [_("Enter the code of your authenticator app.")]})


class BadCode(Invalid):
    """400 on `code`, the same for a wrong code, an old one and one that was used."""

    def __init__(self) -> None:
        super().__init__({"code": [_("This code is not valid.")]})


def propose() -> bytes:
    """A new secret, which counts once a code of it was entered."""
    return random.token_bytes(SECRET_BYTES)


def address(secret: bytes, staff: Staff) -> str:
    """What an app reads from the picture: `otpauth://totp/…`."""
    return _totp(secret).get_provisioning_uri(staff.username, ISSUER)


def spelled(secret: bytes) -> str:
    """The secret for those who type it: groups of four letters and digits."""
    letters = base64.b32encode(secret).decode()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def now_step() -> int:
    """The time step that it is."""
    return int(clock.now().timestamp()) // STEP_SECONDS


def set_up(staff: Staff, secret: bytes, code: str) -> list[str]:
    """Ask for a code at every sign-in from now on; return the recovery codes, which are shown this once.

    Raises BadCode, TooMany, and Forbidden where it is set up already.
    """
    _count(staff)
    step = _step_of(secret, _normal(code))
    if step is None:
        raise BadCode
    now = clock.now()

    def work() -> list[str]:
        if not Staff.objects.filter(pk=staff.pk, totp_since=None).update(totp_since=now):
            raise Forbidden(_("Two-step sign-in is set up already."))
        Authenticator.objects.create(
            staff=staff, sealed_secret=secrets.seal(_PURPOSE, secret), last_step=step, last_used_at=now
        )
        tokens.revoke_sign_ins(staff)
        return _new_recovery_codes(staff)

    codes = transactions.run(work)
    staff.totp_since = now
    _forget(staff)
    _log.info("staff_totp_set_up", staff_id=staff.pk)
    return codes


def check(staff: Staff, code: str) -> None:
    """Use up a code of the app or a recovery code. Raises BadCode, TooMany.

    Not called in a transaction: a counted try must stay counted.
    """
    _count(staff)
    entered = _normal(code)
    if not (_use_up(staff, entered) if len(entered) == DIGITS else _spend(staff, entered)):
        _log.warning("staff_code_refused", staff_id=staff.pk)
        raise BadCode
    _forget(staff)


def renew_recovery_codes(staff: Staff, code: str) -> list[str]:
    """Ten new ones in the place of all there were. Raises BadCode, TooMany."""
    check(staff, code)
    return transactions.run(lambda: _new_recovery_codes(staff))


def turn_off(staff: Staff, code: str) -> None:
    """Sign in with the password alone from now on. Raises BadCode, TooMany, and Forbidden where it is obligatory."""
    if dynamic.get("STAFF_TOTP_REQUIRED"):
        raise Forbidden(_("Two-step sign-in is obligatory here."))
    check(staff, code)
    reset(staff)


def reset(staff: Staff) -> None:
    """Take the second step away without a code: for a superuser, and for the command line."""

    def work() -> None:
        Authenticator.objects.filter(staff=staff).delete()
        RecoveryCode.objects.filter(staff=staff).delete()
        Staff.objects.filter(pk=staff.pk).update(totp_since=None)
        tokens.revoke_sign_ins(staff)

    transactions.run(work)
    staff.totp_since = None
    _forget(staff)
    _log.info("staff_totp_reset", staff_id=staff.pk)


def recovery_codes_left(staff: Staff) -> int:
    """How many were not used yet."""
    return RecoveryCode.objects.filter(staff=staff, used_at=None).count()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 -- what the apps speak; as HMAC it is sound


def _normal(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _step_of(secret: bytes, code: str) -> int | None:
    now = now_step()
    # every one is compared, so that the time does not tell which it was
    met = [step for step in range(now - DRIFT, now + DRIFT + 1) if secrets.same(code_at(secret, step), code)]
    return met[-1] if met else None


def _use_up(staff: Staff, code: str) -> bool:
    found = Authenticator.objects.filter(staff=staff).first()
    if found is None:
        return False
    try:
        step = _step_of(secrets.unseal(_PURPOSE, bytes(found.sealed_secret)), code)
    except secrets.Unsealable:  # the secret key was changed without keeping the old one: recovery codes still work
        _log.error("staff_totp_unsealable", staff_id=staff.pk)
        return False
    latest = now_step() + DRIFT
    moment = {"now": clock.now(), "staff": staff.pk, "latest": latest}
    return step is not None and rows.changed(_USE_UP, moment | {"step": step})


def _spend(staff: Staff, code: str) -> bool:
    return rows.changed(_SPEND, {"now": clock.now(), "staff": staff.pk, "digest": secrets.digest(code)})


def _new_recovery_codes(staff: Staff) -> list[str]:
    codes = [base64.b32encode(random.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    Staff.objects.select_for_update(no_key=True).get(pk=staff.pk)  # of two at once the later stay
    RecoveryCode.objects.filter(staff=staff).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(staff=staff, digest=secrets.digest(code)) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _count(staff: Staff) -> None:
    limits.hit(_SCOPE, str(staff.pk), settings.throttle(settings.FAILED_CODES))


def _forget(staff: Staff) -> None:
    limits.forget(_SCOPE, str(staff.pk))
