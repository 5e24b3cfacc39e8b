"""Sessions of the storefront: opened for a guest, signed in, rotated, ended.

The key is in the cookie alone; the table holds its digest. Rotation changes the digest in place, so what belongs to the
session (a challenge that waits for its code) stays with it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from patron.accounts.models import Session, Shopper
from patron.kernel import clock, context, dynamic, rows, secrets, transactions
from patron.kernel.errors import NotFound

SEEN_EVERY: Final = timedelta(hours=1)
_SESSIONS: Final = rows.Table(Session, "s")
_SHOPPERS: Final = rows.Table(Shopper, "u")
_FIND: Final = f"""
SELECT {_SESSIONS.columns}, {_SHOPPERS.columns}, u.xmin::text
FROM accounts_session s LEFT JOIN accounts_shopper u ON u.id = s.shopper_id
WHERE s.key_digest = %s AND s.expires_at > %s"""  # noqa: S608 -- column names of our own

_LOGGED_IN: Final = "UPDATE accounts_shopper SET last_login = %s WHERE id = %s"
_SIGN_IN: Final = """
UPDATE accounts_session SET key_digest = %(key_digest)s, shopper_id = %(shopper_id)s, expires_at = %(expires_at)s,
    authenticated_at = %(authenticated_at)s, last_seen_at = %(last_seen_at)s, ip = %(ip)s, user_agent = %(user_agent)s,
    client_type = %(client_type)s, captcha_passed_at = %(captcha_passed_at)s
WHERE id = %(id)s AND key_digest = %(old)s"""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and the key its cookie must carry."""

    session_id: int
    key: str


def find(key: str | None) -> Session | None:
    """The living session of a cookie with its shopper, in one statement; None for any other value."""
    row = rows.one(_FIND, (secrets.digest(key), clock.now())) if key else None
    if row is None:
        return None
    session = _SESSIONS.instance(row[: _SESSIONS.width])
    if session.shopper_id is not None:
        session.shopper = _SHOPPERS.instance(row[_SESSIONS.width : -1])
        session.shopper.row_version = row[-1]
        if not session.shopper.is_active:
            return None
    return session


def open_guest() -> Opened:
    """A new session for a guest."""
    key = secrets.new_token()
    created = Session.objects.create(**_fields(key, clock.now()))
    return Opened(created.pk, key)


def sign_in(session: Session | None, shopper: Shopper) -> Opened:
    """Sign the shopper in under a new key. A guest's session goes on; one of somebody else ends.

    Joins the caller's transaction.
    """
    now = clock.now()
    key = secrets.new_token()
    rows.changed(_LOGGED_IN, (now, shopper.pk))
    fields = _fields(key, now) | {"shopper_id": shopper.pk, "authenticated_at": now, "captcha_passed_at": None}
    if session is not None:
        if session.shopper_id in (None, shopper.pk):
            if rows.changed(_SIGN_IN, fields | {"id": session.pk, "old": session.key_digest}):
                return Opened(session.pk, key)
        else:
            _drop(Session.objects.filter(pk=session.pk))
    return Opened(Session.objects.create(**fields).pk, key)


def rotate(session: Session) -> Opened:
    """A new key for the same session, after a change of privilege."""
    key = secrets.new_token()
    Session.objects.filter(pk=session.pk).update(key_digest=secrets.digest(key), authenticated_at=clock.now())
    return Opened(session.pk, key)


def touch(session_id: int) -> None:
    """Push the end of a session that is in use further away."""
    now = clock.now()
    Session.objects.filter(pk=session_id).update(last_seen_at=now, expires_at=now + _lifetime())


def end(session: Session) -> None:
    """Sign out: the row is gone, so the cookie is worth nothing."""
    _drop(Session.objects.filter(pk=session.pk))


def end_one(shopper_id: int, session_id: int) -> None:
    """End one of the shopper's own. Raises NotFound for any other."""
    if not _drop(Session.objects.filter(pk=session_id, shopper_id=shopper_id)):
        raise NotFound


def end_others(shopper_id: int, keep: int = 0) -> int:
    """End all of the shopper's sessions but `keep` (0: none is kept); how many there were."""
    return _drop(Session.objects.filter(shopper_id=shopper_id).exclude(pk=keep))


def listed(shopper_id: int, current: int) -> list[dict[str, Any]]:
    """The shopper's living sessions, the newest activity first."""
    rows = Session.objects.filter(shopper_id=shopper_id, expires_at__gt=clock.now()).order_by("-last_seen_at", "-pk")
    return [
        {
            "id": row.pk,
            "ip": row.ip,
            "user_agent": row.user_agent,
            "client_type": row.client_type,
            "created_date": row.created_at,
            "last_seen_date": row.last_seen_at,
            "is_current": row.pk == current,
        }
        for row in rows[:100]
    ]


def is_fresh(session: Session) -> bool:
    """Whether the shopper signed in a short while ago (FRESH_LOGIN_SECONDS)."""
    limit = timedelta(seconds=dynamic.get("FRESH_LOGIN_SECONDS"))
    return session.authenticated_at is not None and clock.now() - session.authenticated_at <= limit


def choose_currency(session: Session | None, currency_code: str) -> Opened | None:
    """Remember the currency; a guest without a session gets one."""

    def work() -> Opened | None:
        opened = None if session else open_guest()
        chosen = opened.session_id if opened else session.pk if session else 0
        Session.objects.filter(pk=chosen).update(currency_code=currency_code)
        return opened

    return transactions.run(work)


def seconds() -> int:
    """How long a cookie lives."""
    return int(_lifetime().total_seconds())


def _drop(doomed: QuerySet[Session]) -> int:
    """Delete sessions with what hangs on them; how many there were.

    Their rows are locked first: a challenge that is being stored for one of them is stored before, and goes with it,
    or not at all.
    """

    def work() -> int:
        keys = list(doomed.select_for_update().order_by("pk").values_list("pk", flat=True))
        return Session.objects.filter(pk__in=keys).delete()[1].get("accounts.Session", 0)

    return transactions.run(work)


def _lifetime() -> timedelta:
    return timedelta(days=dynamic.get("SESSION_DAYS"))


def _fields(key: str, now: datetime) -> dict[str, Any]:
    caller = context.caller()
    return {
        "key_digest": secrets.digest(key),
        "created_at": now,
        "expires_at": now + _lifetime(),
        "last_seen_at": now,
        "ip": caller.ip,
        "user_agent": caller.user_agent,
        "client_type": caller.client_type,
    }
