"""What is asked most: the own profile, the current user. One statement each, session and answer together."""

import hashlib
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgspec
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from patron.accounts.models import Shopper
from patron.accounts.sessions import SEEN_EVERY
from patron.kernel import clock, languages, rows, secrets

GENDERS: Final = (("female", _("female")), ("male", _("male")))
# Written by PostgreSQL: reading a moment and writing it again would cost Python a tenth of the whole read.
_ISO: Final = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_PROFILE_FIELDS: Final = (
    *("id", "first_name", "last_name", "email_allowed", "sms_allowed", "call_allowed", "avatar", "email", "phone"),
    *("date_of_birth", "gender", "language_code", "attributes"),
)
_PROFILE_COLUMNS: Final = ", ".join((*(f"u.{name}" for name in _PROFILE_FIELDS), _ISO.format("u.date_joined")))
_SESSION: Final = """
FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
WHERE s.key_digest = %s AND s.expires_at > %s"""
_OWN_PROFILE: Final = f"SELECT s.id, s.last_seen_at < %s, {_PROFILE_COLUMNS} {_SESSION}"
_PROFILE_OF: Final = f"SELECT {_PROFILE_COLUMNS} FROM accounts_shopper u WHERE u.id = %s"  # noqa: S608 -- constants
_CURRENT_USER: Final = f"""
SELECT s.id, s.last_seen_at < %s, u.id, u.first_name, u.last_name, u.email, u.phone, u.email_allowed, u.sms_allowed,
u.call_allowed, u.attributes, {_ISO.format("u.date_joined")}, {_ISO.format("u.last_login")}, u.gender, u.date_of_birth,
u.email_verified_at IS NOT NULL, u.client_type {_SESSION}"""
_NAME: Final = f"SELECT s.id, s.last_seen_at < %s, u.username, u.email, u.first_name, u.last_name {_SESSION}"


class Profile(msgspec.Struct):
    """The documented body of `/users/profile/`. `attributes` and `genders` are JSON already."""

    id: int
    first_name: str
    last_name: str
    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool | None
    avatar: str | None
    email: str
    phone: str | None
    date_of_birth: date | None
    gender: str | None
    genders: msgspec.Raw
    language_code: str
    attributes: msgspec.Raw
    date_joined: str


class ReducedProfile(msgspec.Struct):
    """The documented body of a 202: the current values, nothing of the request."""

    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool | None
    avatar: str | None
    email: str
    date_of_birth: date | None
    language_code: str
    date_joined: str


class CurrentUser(msgspec.Struct):
    """The body of `/current_user/` (1-shopper, Endpoints the documents assume)."""

    pk: int
    first_name: str
    last_name: str
    email: str
    phone: str | None
    email_allowed: bool
    sms_allowed: bool
    call_allowed: bool | None
    attributes: msgspec.Raw
    hashed_email: str
    date_joined: str
    last_login: str | None
    gender: str | None
    date_of_birth: date | None
    is_email_verified: bool
    is_social_networks_connected: bool
    client_type: str
    selected_address: None


class Name(msgspec.Struct):
    """The documented body of `/users/user/`."""

    username: str
    email: str
    first_name: str
    last_name: str


class Answer(msgspec.Struct):
    """Bytes for the caller; `stale_session` is the session to touch when its last sight is over an hour ago."""

    body: bytes
    stale_session: int | None


def own_profile(key: str, language: str, site: str) -> Answer | None:
    """The profile of a session key; None when it signs nobody in. `site`: scheme and host, for the avatar."""
    now = clock.now()
    row = rows.one(_OWN_PROFILE, (now - SEEN_EVERY, secrets.digest(key), now))
    if row is None:
        return None
    return Answer(msgspec.json.encode(_profile(row[2:], language, site)), row[0] if row[1] else None)


def profile(shopper: Shopper, language: str, site: str) -> bytes:
    """The same body of a shopper who was just written."""
    row = (*(getattr(shopper, name) for name in _PROFILE_FIELDS), clock.iso(shopper.date_joined))
    return msgspec.json.encode(_profile(row, language, site))


def reduced_profile(shopper_id: int, site: str) -> bytes:
    """The body of a 202."""
    row = _row_of(shopper_id)
    return msgspec.json.encode(
        ReducedProfile(row[3], row[4], row[5], _avatar(row[6], site), row[7], row[9], row[11], row[13])
    )


def current_user(key: str) -> Answer | None:
    """Who a session key signs in; None when nobody."""
    now = clock.now()
    row = rows.one(_CURRENT_USER, (now - SEEN_EVERY, secrets.digest(key), now))
    if row is None:
        return None
    (session_id, stale, pk, first, last, email, phone, by_email, by_sms, by_call, attributes, joined, login, gender,
     born, verified, client) = row  # fmt: skip
    user = CurrentUser(
        pk, first, last, email, phone, by_email, by_sms, by_call, _json(attributes), hashed_email(email),
        joined, login, gender, born, verified, False, client, None,
    )  # fmt: skip
    return Answer(msgspec.json.encode(user), session_id if stale else None)


def name(key: str) -> Answer | None:
    """What a session key's shopper is called; None when it signs nobody in."""
    now = clock.now()
    row = rows.one(_NAME, (now - SEEN_EVERY, secrets.digest(key), now))
    if row is None:
        return None
    return Answer(msgspec.json.encode(Name(*row[2:])), row[0] if row[1] else None)


def hashed_email(email: str) -> str:
    """MD5 of the e-mail, as analytics tags of the storefront compare it; no secret and no protection."""
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=len(languages.LANGUAGES))
def genders(language: str) -> msgspec.Raw:
    """The choices as JSON, labelled in a language."""
    with translation.override(language):
        return msgspec.Raw(msgspec.json.encode([{"value": value, "label": str(label)} for value, label in GENDERS]))


def _row_of(shopper_id: int) -> tuple[Any, ...]:
    row = rows.one(_PROFILE_OF, (shopper_id,))
    if row is None:
        raise LookupError("the shopper of a living session exists")
    return row


def _profile(row: tuple[Any, ...], language: str, site: str) -> Profile:
    (pk, first, last, by_email, by_sms, by_call, avatar, email, phone, born, gender, code, attributes, joined) = row
    return Profile(
        pk, first, last, by_email, by_sms, by_call, _avatar(avatar, site), email, phone, born, gender,
        genders(language), code, _json(attributes), joined,
    )  # fmt: skip


def _avatar(name: str | None, site: str) -> str | None:
    return f"{site}/media/avatars/{name}" if name else None


def _json(text: Any) -> msgspec.Raw:
    # Django's connection gives jsonb as text, which is what the answer needs
    return msgspec.Raw(text.encode() if isinstance(text, str) else msgspec.json.encode(text))
