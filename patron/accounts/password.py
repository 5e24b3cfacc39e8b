"""A shopper's password: changed, forgotten and reset by a link, set for the first time.

Whatever sets a password ends the sessions that were opened with the old one, and the shopper is told by mail.
"""

from typing import Final

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import is_password_usable, make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from patron.accounts import letters, links, sessions, sign_in
from patron.accounts.links import Kind
from patron.accounts.models import Session, Shopper
from patron.accounts.sessions import Opened
from patron.accounts.settings import throttle
from patron.gateways import outbox
from patron.kernel import clock, events, limits, transactions
from patron.kernel.errors import Invalid, TooMany

SEND_LINK: Final = "accounts.send_password_link"
_RESET: Final = "password-reset"
_GUEST: Final = "guest"
_REGISTERED: Final = "registered"


def change(shopper: Shopper, session: Session, old: str, new: str) -> Opened:
    """Put `new` in the place of `old`, end the other sessions and give this one a new key.

    Raises Invalid on `old_password` (wrong, or the shopper has none) and `new_password2` (what the validators refuse),
    TooMany. Must not run inside a transaction.
    """
    _check(new, shopper, "new_password2")
    if not sign_in.confirm_password(shopper, old):
        raise _wrong_old_password()
    encoded = make_password(new)  # slow on purpose, so before the transaction

    def work() -> Opened:
        current = _locked(shopper.pk)
        if current is None or current.password != shopper.password:
            raise _wrong_old_password()  # changed since it was compared
        _set(current, encoded)
        sessions.end_others(current.pk, session.pk)
        return sessions.rotate(session)

    return transactions.run(work)


def set_first(shopper: Shopper, session: Session, new: str) -> Opened:
    """Give a guest a password, which makes them registered; this session gets a new key.

    Raises Invalid: on `password2` for what the validators refuse, else when there is a password already.
    """
    _check(new, shopper, "password2")
    encoded = make_password(new)

    def work() -> Opened:
        current = _locked(shopper.pk)
        if current is None or is_password_usable(current.password):
            raise Invalid({"non_field_errors": [_("This account has a password. Change it instead.")]})
        _set(current, encoded)
        sessions.end_others(current.pk, session.pk)
        return sessions.rotate(session)

    return transactions.run(work)


def forget(email: str, site: str) -> None:
    """Send a link by which the password can be reset, if the e-mail is a shopper's; nothing tells whether it is.

    The same statements run either way, so that the time does not tell it either: the worker looks further. More
    requests for one e-mail than the limit are dropped in silence. `site`: scheme and host for the link. Raises TooMany
    for the caller's address.
    """
    sign_in.count_address(_RESET)
    shopper = sign_in.find(email)
    try:
        limits.hit(_RESET, sign_in.account_of(shopper, email), throttle(_RESET))
    except TooMany:
        return
    job = app.configure_task(SEND_LINK, queue=outbox.MESSAGES, priority=outbox.MESSAGE_PRIORITY)
    job.defer(shopper_id=shopper.pk if shopper else 0, site=site)


def send_link(shopper_id: int, site: str) -> None:
    """Mail the link to the address on record; nothing for an id that is no active shopper's."""
    shopper = Shopper.objects.filter(pk=shopper_id, is_active=True).first()
    if shopper is None:
        return
    token = links.make(Kind.RESET, shopper)
    letters.queue(
        shopper,
        _("%(shop)s: set a new password"),
        [
            _("A new password was asked for your account at %(shop)s. Set it with this link; it works once."),
            _("If you did not ask for it, you need to do nothing: your password stays as it is."),
        ],
        purpose="password-link",
        link=links.address(site, f"/users/reset/{token}/"),
        expires_at=links.end_of_life(),
    )


def reset(token: str, new: str) -> None:
    """Set a password by a link, end every session and the count of wrong passwords.

    The link came by mail, so it proves the address as well. Raises BadLink, and Invalid on `new_password2`.
    """
    link = links.read(Kind.RESET, token)
    shopper = links.owner(Kind.RESET, link)  # before the costly hash, and again under the lock
    _check(new, shopper, "new_password2")
    encoded = make_password(new)

    def work() -> None:
        current = links.owner(Kind.RESET, link, lock=True)
        current.email_verified_at = current.email_verified_at or clock.now()
        _set(current, encoded)
        sessions.end_others(current.pk)
        sign_in.forget_failures(sign_in.account_of(current, current.email))

    transactions.run(work)


def _check(password: str, shopper: Shopper, field: str) -> None:
    try:
        password_validation.validate_password(password, shopper)  # type: ignore[arg-type]
    except ValidationError as error:
        raise Invalid({field: error.messages}) from error


def _locked(shopper_id: int) -> Shopper | None:
    return Shopper.objects.select_for_update().filter(pk=shopper_id, is_active=True).first()


def _set(shopper: Shopper, encoded: str) -> None:
    shopper.password = encoded
    shopper.modified_date = clock.now()
    if shopper.user_type == _GUEST:
        shopper.user_type = _REGISTERED
    shopper.save(update_fields=["password", "modified_date", "user_type", "email_verified_at"])
    letters.queue(
        shopper,
        _("%(shop)s: your password was changed"),
        [
            _("The password of your account at %(shop)s was changed."),
            _("If this was not you, set a new password at once and contact us."),
        ],
        purpose="password-changed",
    )
    events.put("shopper.changed", shopper_id=shopper.pk)


def _wrong_old_password() -> Invalid:
    return Invalid({"old_password": [_("Your old password was entered incorrectly. Please enter it again.")]})
