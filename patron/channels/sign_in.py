"""Staff sign in with a password: for a token of the API, or into the console."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from patron.channels import settings, tokens, totp
from patron.channels.models import Staff
from patron.kernel import clock, context, dynamic, limits, middleware, transactions
from patron.kernel.errors import Invalid

_USERNAME_SCOPE: Final = "staff-login-username"
_ADDRESS_SCOPE: Final = "staff-login-address"
_log = structlog.get_logger("patron.staff")


class BadCredentials(Invalid):
    """400, the same for an unknown username, a wrong password and an account that is switched off."""

    def __init__(self) -> None:
        super().__init__({"non_field_errors": [_("Unable to log in with provided credentials.")]})


def log_in(username: str, password: str, code: str = "") -> str:
    """The key of a new token. Of more than STAFF_SIGN_INS_KEPT the one unused for longest ends.

    `code`: of the authenticator app, or a recovery code; looked at where the second step is set up. Raises
    BadCredentials, CodeNeeded, BadCode, TooMany.
    """
    staff = verify(username, password)
    if staff.totp_since is not None:
        if not code:
            raise totp.CodeNeeded
        totp.check(staff, code)

    def work() -> str:
        now = clock.now()
        # Holds the row, so that parallel sign-ins are counted one by one, and notices a password that was changed, or
        # a second step that was set up, between the check and this moment.
        current = Staff.objects.filter(
            pk=staff.pk, password=staff.password, totp_since=staff.totp_since, is_active=True
        )
        if not current.update(last_login=now):
            raise BadCredentials
        key = tokens.issue(staff, tokens.LOGIN, expires_at=_end(now))
        tokens.revoke_sign_ins(staff, keep_newest=dynamic.get("STAFF_SIGN_INS_KEPT"))
        return key

    return transactions.run(work)


def verify(username: str, password: str) -> Staff:
    """The active staff member of these credentials. Raises BadCredentials, TooMany.

    The try is counted before the password is looked at, so that of parallel guesses no more than the limit are
    evaluated; a right one is taken out of the count again.
    """
    username = Staff.normalize_username(username)
    address = context.caller().ip
    _count(username, address)
    staff = Staff.objects.filter(username=username, is_active=True).first()
    if staff is None:
        make_password(password)  # takes the time that a wrong password takes
    if staff is None or not staff.check_password(password):
        _log.warning("staff_sign_in_refused", staff_id=staff.pk if staff else None)
        raise BadCredentials
    limits.forget(_USERNAME_SCOPE, username)
    if _is_limited(address):
        limits.give_back(_ADDRESS_SCOPE, address)
    return staff


def _count(username: str, address: str) -> None:
    # The address first: one that is refused must not go on filling the count of somebody's username.
    if _is_limited(address):
        limits.hit(_ADDRESS_SCOPE, address, settings.throttle(settings.FAILED_PER_ADDRESS))
    limits.hit(_USERNAME_SCOPE, username, settings.throttle(settings.FAILED_PER_USERNAME))


def _is_limited(address: str) -> bool:
    return bool(address) and not middleware.is_exempt(address)


def _end(now: datetime) -> datetime | None:
    days = dynamic.get("STAFF_SIGN_IN_DAYS")
    return now + timedelta(days=days) if days else None
