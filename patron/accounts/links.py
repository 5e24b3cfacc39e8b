"""Links in mails that work once: to reset a password, to confirm an e-mail.

A link is stored nowhere. It is sealed, so that neither it nor the address it may hold can be read or altered, and it
names the state of the shopper that its use changes: with that state the link is over, whoever changed it.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.kernel import clock, dynamic, secrets
from patron.kernel.errors import Invalid

# No character that a proxy or a mail program would encode, cut off or take for the end of the address.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{40,2000}")


class Kind(StrEnum):
    """What a link is for. One of a kind opens nothing of another."""

    RESET = "reset"
    NEW_EMAIL = "new-email"
    FIRST_EMAIL = "first-email"


class Link(msgspec.Struct, array_like=True, frozen=True):
    """What a link says. `email` and `email_allowed`: the address to change to, and what was stated with it."""

    shopper_id: int
    state: str
    issued_at: int
    email: str = ""
    email_allowed: bool | None = None


class BadLink(Invalid):
    """400: damaged, over, used, or of a shopper who is gone. Which of them is not told."""

    def __init__(self) -> None:
        super().__init__({"non_field_errors": [_("This link is not valid any more. Please ask for a new one.")]})


def make(kind: Kind, shopper: Shopper, *, email: str = "", email_allowed: bool | None = None) -> str:
    """A token of letters, digits, `-` and `_`."""
    link = Link(shopper.pk, _state(kind, shopper), int(clock.now().timestamp()), email, email_allowed)
    return secrets.seal(_purpose(kind), msgspec.msgpack.encode(link)).decode().rstrip("=")


def read(kind: Kind, token: str) -> Link:
    """What an unexpired token says; whether its state still holds is for `owner` to say. Raises BadLink."""
    if not _TOKEN.fullmatch(token):
        raise BadLink
    try:
        sealed = (token + "=" * (-len(token) % 4)).encode()
        link = msgspec.msgpack.decode(secrets.unseal(_purpose(kind), sealed), type=Link)
    except secrets.Unsealable as error:
        raise BadLink from error
    if clock.now().timestamp() >= link.issued_at + _life().total_seconds():
        raise BadLink
    return link


def owner(kind: Kind, link: Link, *, lock: bool = False) -> Shopper:
    """The active shopper of a link whose state still holds. Raises BadLink.

    `lock`: hold the row until the transaction ends, so that of two uses at once one finds the other's change.
    """
    shoppers = Shopper.objects.select_for_update() if lock else Shopper.objects
    shopper = shoppers.filter(pk=link.shopper_id, is_active=True).first()
    if shopper is None or not secrets.same(link.state, _state(kind, shopper)):
        raise BadLink
    return shopper


def end_of_life() -> datetime:
    """When a link made now stops working; a mail with it need not be delivered later."""
    return clock.now() + _life()


def address(site: str, path: str) -> str:
    """The link's whole address: on the storefront (STOREFRONT_URL), else on `site` (scheme and host)."""
    return (dynamic.get("STOREFRONT_URL") or site) + path


def _state(kind: Kind, shopper: Shopper) -> str:
    match kind:
        case Kind.RESET:  # ends with a new password, a sign-in, another address
            parts = [shopper.password, str(shopper.last_login), shopper.email]
        case Kind.NEW_EMAIL:  # ends with a new password or address, and does not come back with the old address
            parts = [shopper.password, str(shopper.email_verified_at), shopper.email]
        case Kind.FIRST_EMAIL:  # ends with another address; a second use changes nothing
            parts = [shopper.email]
    return secrets.digest("\n".join(parts))[:32]


def _purpose(kind: Kind) -> str:
    return f"mail-link-{kind.value}"


def _life() -> timedelta:
    return timedelta(hours=dynamic.get("MAIL_LINK_HOURS"))
