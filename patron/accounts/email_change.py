"""A shopper's e-mail: changed by a link sent to the new address, confirmed after registration.

Source: 1-shopper, `/users/email-change/`, `/users/email-set-primary/`, `/users/registration/account-confirm-email/`.
"""

from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from patron.accounts import consent, letters, links, sign_in
from patron.accounts.links import Kind
from patron.accounts.models import EMAIL_TAKEN, Shopper
from patron.accounts.settings import throttle
from patron.kernel import clock, dynamic, events, limits, transactions
from patron.kernel.errors import Invalid

_SCOPE: Final = "email-change"
_SOURCE: Final = "GET /users/email-set-primary/"  # without the token that the address holds


def start(shopper: Shopper, email: str, password: str, email_allowed: bool | None, site: str) -> None:
    """Send a link to the new address and a notice to the old one; nothing is changed yet.

    `email_allowed`: the permission for the new address, None when the request states none. `site`: scheme and host for
    the link. Raises Invalid on `email` (the same, or taken, unless PREVENT_ENUMERATION) and `password`, TooMany. Must
    not run inside a transaction.
    """
    if email == shopper.email:
        raise Invalid({"email": [_("This is your e-mail address already.")]})
    if not sign_in.confirm_password(shopper, password):
        raise Invalid({"password": [_("Your password was entered incorrectly. Please enter it again.")]})
    limits.hit(_SCOPE, str(shopper.pk), throttle("password-reset"))
    other = sign_in.find(email)
    is_taken = other is not None and other.pk != shopper.pk
    if is_taken and not dynamic.get("PREVENT_ENUMERATION"):
        raise taken_email()

    def work() -> None:
        if not is_taken:
            _send_link(shopper, email, email_allowed, site)
        _tell_old_address(shopper)

    transactions.run(work)


def confirm(token: str) -> None:
    """Change the e-mail by the link of `start`, which proves the new address.

    The permission was given for the old address and stays behind. Raises BadLink, and Invalid on `email` when somebody
    took it meanwhile.
    """
    link = links.read(Kind.NEW_EMAIL, token)

    def work() -> None:
        shopper = links.owner(Kind.NEW_EMAIL, link, lock=True)
        before = consent.snapshot(shopper)
        stated = {} if link.email_allowed is None else {"email_allowed": link.email_allowed}
        if link.email.lower() != shopper.email.lower():
            consent.follow_email(shopper, stated)
        shopper.email_allowed = stated.get("email_allowed", shopper.email_allowed)
        shopper.email, shopper.email_verified_at = link.email, clock.now()
        _save(shopper)
        consent.record(shopper, before, proven=frozenset(stated), source=_SOURCE)
        events.put("shopper.changed", shopper_id=shopper.pk)

    transactions.run(work)


def confirmation_mail(shopper: Shopper, site: str) -> None:
    """Ask a shopper who has just registered to confirm the e-mail. Joins the caller's transaction."""
    token = links.make(Kind.FIRST_EMAIL, shopper)
    letters.queue(
        shopper,
        _("%(shop)s: confirm your e-mail address"),
        [
            _("Welcome to %(shop)s. Please confirm with this link that this e-mail address is yours."),
            _("If you did not open an account, you need to do nothing."),
        ],
        purpose="email-confirm",
        link=links.address(site, f"/users/registration/account-confirm-email/{token}/"),
        expires_at=links.end_of_life(),
    )


def confirm_first(token: str) -> None:
    """Mark the e-mail of a registration as confirmed; a second use changes nothing and is no error.

    A mail scanner may open the link before the person does. Raises BadLink.
    """
    link = links.read(Kind.FIRST_EMAIL, token)

    def work() -> None:
        shopper = links.owner(Kind.FIRST_EMAIL, link, lock=True)
        if shopper.email_verified_at is None:
            shopper.email_verified_at = clock.now()
            _save(shopper)
            events.put("shopper.changed", shopper_id=shopper.pk)

    transactions.run(work)


def taken_email() -> Invalid:
    """400 on `email`."""
    return Invalid({"email": [_("This e-mail address is already in use.")]})


def _send_link(shopper: Shopper, email: str, email_allowed: bool | None, site: str) -> None:
    token = links.make(Kind.NEW_EMAIL, shopper, email=email, email_allowed=email_allowed)
    letters.queue(
        shopper,
        _("%(shop)s: confirm your new e-mail address"),
        [
            _("Please confirm with this link that this is the new e-mail address of your account at %(shop)s."),
            _("If you did not ask for it, you need to do nothing."),
        ],
        purpose="email-link",
        to=email,
        link=links.address(site, f"/users/email-set-primary/{token}/"),
        expires_at=links.end_of_life(),
    )


def _tell_old_address(shopper: Shopper) -> None:
    letters.queue(
        shopper,
        _("%(shop)s: a new e-mail address was asked for"),
        [
            _("Somebody who knows your password asked for another e-mail address for your account at %(shop)s."),
            _("If this was not you, change your password at once: the request is void then."),
        ],
        purpose="email-notice",
    )


def _save(shopper: Shopper) -> None:
    shopper.modified_date = clock.now()
    try:
        shopper.save(update_fields=["email", "email_verified_at", "email_allowed", "modified_date"])
    except IntegrityError as error:
        if transactions.constraint_of(error) == EMAIL_TAKEN:
            raise taken_email() from error
        raise
