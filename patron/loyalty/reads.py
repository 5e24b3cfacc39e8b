"""What is asked most: the own card with its points, session and all in one statement."""

from functools import lru_cache
from typing import Any, Final

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from patron.accounts.reads import Answer
from patron.accounts.sessions import SEEN_EVERY
from patron.kernel import clock, languages, rows, secrets
from patron.loyalty import points
from patron.loyalty.points import FARTHEST

REDIRECT: Final = "omnishop_loyaltycard:loyalty-card"
# Written by PostgreSQL, as in the reads of the shopper's room.
_ISO: Final = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_USER: Final = f"""
u.id, u.username, u.first_name, u.last_name, u.email, u.is_active, {_ISO.format("u.date_joined")},
{_ISO.format("u.last_login")}, u.email_allowed, u.sms_allowed, u.call_allowed, u.gender, u.attributes, u.phone,
u.date_of_birth, u.user_type, {_ISO.format("u.modified_date")}"""
_CARD: Final = f"""
c.id, c.account_number, {_ISO.format("c.created_date")}, {_ISO.format("c.modified_date")}, c.number"""
_POINTS: Final = f"trim_scale(c.points)::text, {_ISO.format('c.points_as_of')}, c.is_in_trouble"
_OWN_CARD: Final = f"""
SELECT s.id, s.last_seen_at < %s, c.points_due_at <= %s OR c.points_due_at > %s, {_POINTS}, {_CARD}, {_USER}
FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
LEFT JOIN loyalty_loyaltycard c ON c.shopper_id = u.id
WHERE s.key_digest = %s AND s.expires_at > %s"""  # noqa: S608 -- constants
_CARD_OF: Final = f"""
SELECT {_CARD}, {_USER} FROM loyalty_loyaltycard c JOIN accounts_shopper u ON u.id = c.shopper_id
WHERE c.shopper_id = %s"""  # noqa: S608 -- as above
_USER_OF: Final = f"SELECT {_USER} FROM accounts_shopper u WHERE u.id = %s"  # noqa: S608 -- as above
_NO_CARD: Final = b'{"card":null,"points":0,"errors":null}'


class User(msgspec.Struct):
    """The shopper as the documented answers of this room show them."""

    pk: int
    username: str
    first_name: str
    last_name: str
    email: str
    is_active: bool
    date_joined: str
    last_login: str | None
    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool | None
    gender: str | None
    attributes: msgspec.Raw
    phone: str | None
    date_of_birth: Any
    attributes_kwargs: dict[str, Any]
    user_type: str
    modified_date: str


class ShortUser(msgspec.Struct):
    """The shopper on the screen that confirms a deletion."""

    pk: int
    first_name: str
    last_name: str
    phone: str | None


class CardAttributes(msgspec.Struct):
    """What belongs to the provider's account."""

    account_number: str


class Card(msgspec.Struct):
    """A card and whose it is."""

    pk: int
    attributes: CardAttributes
    created_date: str
    modified_date: str
    number: str
    user: User | ShortUser


class CardWithPoints(msgspec.Struct):
    """The documented body of `loyalty_card/`. `points_updated_at` is there when `errors` is: how old the points are."""

    card: Card
    points: msgspec.Raw
    errors: str | None
    points_updated_at: str | msgspec.UnsetType | None = msgspec.UNSET


class Due(msgspec.Struct):
    """The points are to be asked for: of this card. `body` is the answer without them, which says so."""

    card_id: int
    answer: Answer
    is_unknown: bool


def own_card(key: str, language: str) -> Answer | Due | None:
    """The card of a session key's shopper with its points, or what to do first; None when it signs nobody in."""
    now = clock.now()
    row = rows.one(_OWN_CARD, (now - SEEN_EVERY, now, now + FARTHEST, secrets.digest(key), now))
    if row is None:
        return None
    session_id, is_stale, is_due, amount, as_of, is_in_trouble, *rest = row
    stale_session = session_id if is_stale else None
    if rest[0] is None:
        return Answer(_NO_CARD, stale_session)
    is_troubled = is_in_trouble or (is_due and points.is_resting())
    body = CardWithPoints(_card(rest), msgspec.Raw((amount or "0").encode()), None)
    if is_troubled or (is_due and amount is None):
        body.errors, body.points_updated_at = not_known(language), as_of
    answer = Answer(msgspec.json.encode(body), stale_session)
    return Due(rest[0], answer, amount is None) if is_due and not points.is_resting() else answer


def own_card_now(key: str, language: str) -> Answer | None:
    """The same where nothing is to be done first; None for the rest."""
    found = own_card(key, language)
    return found if isinstance(found, Answer) else None


def card(shopper_id: int) -> Card | None:
    """A shopper's card."""
    row = rows.one(_CARD_OF, (shopper_id,))
    return None if row is None else _card(row)


def short_card(shopper_id: int) -> Card | None:
    """The same, with no more of the shopper than a confirmation needs."""
    found = card(shopper_id)
    if found is not None and isinstance(found.user, User):
        user = found.user
        found.user = ShortUser(user.pk, user.first_name, user.last_name, user.phone)
    return found


def user(shopper_id: int) -> User:
    """The shopper, for a form to start from."""
    row = rows.one(_USER_OF, (shopper_id,))
    if row is None:
        raise LookupError("the shopper of a living session exists")
    return _user(row)


@lru_cache(maxsize=len(languages.LANGUAGES))
def not_known(language: str) -> str:
    """Why the points may be old, in a language."""
    with translation.override(language):
        return _("The loyalty program cannot be reached now. These are the points known last.")


def _card(row: Any) -> Card:
    pk, account_number, created, modified, number, *user_row = row
    return Card(pk, CardAttributes(account_number), created, modified, number, _user(user_row))


def _user(row: Any) -> User:
    (pk, username, first, last, email, is_active, joined, login, by_email, by_sms, by_call, gender, attributes, phone,
     born, user_type, modified) = row  # fmt: skip
    # Django's connection gives jsonb as text, which is what the answer needs
    return User(
        pk, username, first, last, email, is_active, joined, login, by_email, by_sms, by_call, gender,
        msgspec.Raw(attributes.encode()), phone, born, {}, user_type, modified,
    )  # fmt: skip
