"""A shopper signs in with e-mail and password.

A try is counted, and the count is committed, before the password is looked at: of parallel guesses no more than the
limit are evaluated. Source: 1-shopper, `POST /users/login/`.
"""

from typing import Final

from django.contrib.auth.hashers import make_password, verify_password
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from patron.accounts import captcha, sessions
from patron.accounts.models import Session, Shopper
from patron.accounts.sessions import Opened
from patron.accounts.settings import throttle
from patron.kernel import context, limits, middleware, transactions
from patron.kernel.errors import Invalid, TooMany

CAPTCHA_PAGE: Final = "/users/pz-captcha/"
_PER_ADDRESS: Final = "login"
_PER_ACCOUNT: Final = "login-failed"
_CONFIRMATION: Final = "password-confirm"
# The storefront's client repeats every refused call three times, so that one slip of a finger arrives four times.
_REPEATS: Final = 4


class BadCredentials(Invalid):
    """400, the same for an unknown e-mail, a wrong password and an account that is switched off."""

    def __init__(self) -> None:
        super().__init__({"non_field_errors": [_("Unable to log in with provided credentials.")]})


def log_in(session: Session | None, email: str, password: str) -> Opened:
    """Sign in under a new session key. `session`: what the caller's cookie stands for, if anything.

    Raises BadCredentials, and TooMany with the captcha's page: a captcha passed in `session` is worth one more try.
    Must not run inside a transaction.
    """
    shopper = find(email)
    account = account_of(shopper, email)
    _count(session, account)
    if not _is_right(shopper, password) or shopper is None:
        raise BadCredentials
    verified = shopper
    opened = transactions.run(lambda: _enter(verified, session))
    forget_failures(account)
    return opened


def find(email: str) -> Shopper | None:
    """The active shopper of an e-mail, whatever its letter case; by the index that makes it unique."""
    return Shopper.objects.alias(folded=Lower("email")).filter(folded=Lower(Value(email)), is_active=True).first()


def account_of(shopper: Shopper | None, email: str) -> str:
    """What tries are counted under.

    A known shopper's is not the e-mail as it was typed: the database folds some letters that Python keeps apart, and
    each way of writing one address would have tries of its own.
    """
    return f"shopper {shopper.pk}" if shopper else f"email {email.lower()}"


def forget_failures(account: str) -> None:
    """The right password, or a new one, ends the count of the wrong ones."""
    limits.forget(_PER_ACCOUNT, account)


def confirm_password(shopper: Shopper, password: str) -> bool:
    """Whether a shopper who is signed in knows the password; counted as a sign-in is. Raises TooMany.

    Must not run inside a transaction.
    """
    limit = throttle(_PER_ACCOUNT)
    transactions.refuse_open()
    limits.hit(_CONFIRMATION, str(shopper.pk), limits.Limit(limit.count * _REPEATS, limit.seconds))
    if not _is_right(shopper, password):
        return False
    limits.forget(_CONFIRMATION, str(shopper.pk))
    return True


def count_address(scope: str) -> None:
    """Count a call of the caller's address, unless a storefront's server stands behind it. Raises TooMany."""
    ip = context.caller().ip
    if ip and not middleware.is_exempt(ip):
        limits.hit(scope, ip, throttle(scope))


def _count(session: Session | None, account: str) -> None:
    transactions.refuse_open()  # in which an uncommitted count could be raced; outside one, each statement commits
    # The address first: one that is refused must not go on filling the count of somebody's account.
    try:
        count_address(_PER_ADDRESS)
        limits.hit(_PER_ACCOUNT, account, throttle(_PER_ACCOUNT))
    except TooMany as spent:
        if not captcha.take(session):
            raise TooMany(spent.wait_seconds, CAPTCHA_PAGE) from None


def _is_right(shopper: Shopper | None, password: str) -> bool:
    """One hash is computed whatever the answer, so that the time does not tell an unknown e-mail apart."""
    if shopper is None:
        make_password(password)
        return False
    is_right, is_outdated = verify_password(password, shopper.password)
    if is_right and is_outdated:
        old, shopper.password = shopper.password, make_password(password)
        if not Shopper.objects.filter(pk=shopper.pk, password=old).update(password=shopper.password):
            return False  # changed meanwhile: what was right is not any more
    return is_right


def _enter(verified: Shopper, session: Session | None) -> Opened:
    # The row is held and compared: a password that was changed since it was verified signs nobody in.
    current = Shopper.objects.select_for_update().filter(pk=verified.pk, password=verified.password, is_active=True)
    shopper = current.first()
    if shopper is None:
        raise BadCredentials
    return sessions.sign_in(session, shopper)
