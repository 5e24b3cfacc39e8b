"""The floor: the fewest instructions Python needs for the same answers. No framework, no room of Patron's.

The statements and the names of the answers' fields come from Patron's own reads, through the environment variable
`BENCH_FLOOR`, so that both ask and answer the same; nothing of Patron is imported. It checks nothing, measures nothing
and logs nothing: what Patron needs above it is the price of doing these.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg.types.string import TextLoader

_given = msgspec.json.decode(os.environ["BENCH_FLOOR"])
_OWN_PROFILE: str = _given["own_profile"]
_CURRENT_USER: str = _given["current_user"]
_COUNT: str = _given["count"]
_COUNT_TRY: str = _given["count_try"]
_GENDERS = msgspec.Raw(_given["genders"].encode())
_Profile = msgspec.defstruct("Profile", _given["profile_fields"])
_CurrentUser = msgspec.defstruct("CurrentUser", _given["current_user_fields"])
_FIND = """
SELECT s.id, u.id FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
WHERE s.key_digest = %s AND s.expires_at > %s"""
_FIND_PROFILE = f"""
SELECT s.id, u.xmin::text, {_given["profile_columns"]}
FROM accounts_session s JOIN accounts_shopper u ON u.id = s.shopper_id AND u.is_active
WHERE s.key_digest = %s AND s.expires_at > %s"""
_UPDATE = f"""
UPDATE accounts_shopper AS u SET first_name = %s, last_name = %s, gender = %s, date_of_birth = %s, modified_date = %s
WHERE u.id = %s RETURNING {_given["profile_columns"]}"""
_CONFIRM = _given["saved_and_spent"].format(
    """UPDATE accounts_shopper SET phone = %s, phone_e164 = %s, phone_claim = %s, phone_verified_at = %s,
    sms_allowed = %s, modified_date = %s WHERE id = %s"""
)
_NOTED: str = _given["noted"]
_PUT: str = _given["put"]
_HOUR = timedelta(hours=1)
_threads = threading.local()
_HEADERS = [("Content-Type", "application/json")]
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Three addresses, one client that sends what is expected."""
    digest = hashlib.sha256(environ["HTTP_COOKIE"].partition("osessionid=")[2][:40].encode()).hexdigest()
    if environ["REQUEST_METHOD"] == "PATCH":
        change = msgspec.json.decode(environ["wsgi.input"].read())
        body = _confirm(digest, change) if "code" in change else _patch(digest, change)
    elif environ["PATH_INFO"] == "/current_user/":
        body = _current_user(digest)
    else:
        body = _own_profile(digest)
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] | None = getattr(_threads, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)
        connection.adapters.register_loader("jsonb", TextLoader)
        _threads.connection = connection
    return connection


def _own_profile(digest: str) -> bytes:
    now = datetime.now(UTC)
    row = _connection().execute(_OWN_PROFILE, (now - _HOUR, digest, now)).fetchone()
    assert row is not None
    return _profile(row[2:])


def _profile(row: tuple[Any, ...]) -> bytes:
    (pk, first, last, by_email, by_sms, by_call, avatar, email, phone, born, gender, code, attributes, joined) = row
    answer = _Profile(
        pk, first, last, by_email, by_sms, by_call, avatar, email, phone, born, gender,
        _GENDERS, code, msgspec.Raw(attributes.encode()), joined,
    )  # fmt: skip
    return msgspec.json.encode(answer)


def _current_user(digest: str) -> bytes:
    now = datetime.now(UTC)
    row = _connection().execute(_CURRENT_USER, (now - _HOUR, digest, now)).fetchone()
    assert row is not None
    (_, _, pk, first, last, email, phone, by_email, by_sms, by_call, attributes, joined, login, gender,
     born, verified, client) = row  # fmt: skip
    answer = _CurrentUser(
        pk, first, last, email, phone, by_email, by_sms, by_call, msgspec.Raw(attributes.encode()),
        hashlib.md5(email.encode(), usedforsecurity=False).hexdigest(), joined, login, gender, born, verified, False,
        client, None,
    )  # fmt: skip
    return msgspec.json.encode(answer)


def _count(shopper: int, now: datetime) -> None:
    window = {"since": now - timedelta(minutes=1), "soon": now + timedelta(minutes=1), "count": 1_000_000}
    _connection().execute(_COUNT, {"key": f"floor:{shopper}", "now": now, **window})


def _confirm(digest: str, change: dict[str, Any]) -> bytes:
    """In as many statements as Patron: who, the limit, the try, and all that follows from a right code."""
    now, phone, is_allowed = datetime.now(UTC), change["phone"], change["sms_allowed"]
    connection = _connection()
    found = connection.execute(_FIND_PROFILE, (digest, now)).fetchone()
    assert found is not None
    session, version, *profile = found
    shopper, was_allowed, email, old_phone = profile[0], profile[4], profile[7], profile[8]
    _count(shopper, now)
    tried = connection.execute(_COUNT_TRY, (session, "profile")).fetchone()
    assert tried is not None
    challenge = tried[0]
    statement = _CONFIRM
    values = [challenge, phone, phone, phone, now, is_allowed, now, shopper, version, now, challenge]
    if is_allowed != was_allowed:
        statement += _NOTED
        values += [shopper, "sms", was_allowed, is_allowed, now, "floor", None, "", "", "", "", True]
    events = {"items": [["shopper.changed", shopper], ["consent.changed", shopper], [old_phone, email, phone]]}
    values += ["floor", "floor", 0, msgspec.json.encode(events).decode()]
    assert connection.execute(f"{statement} {_PUT} FROM saved", values).fetchone() is not None
    profile[4], profile[8] = is_allowed, phone
    return _profile(tuple(profile))


def _patch(digest: str, change: dict[str, Any]) -> bytes:
    """In as many statements as Patron: who, the limit, the change."""
    now = datetime.now(UTC)
    connection = _connection()
    found = connection.execute(_FIND, (digest, now)).fetchone()
    assert found is not None
    shopper = found[1]
    _count(shopper, now)
    values = (change["first_name"], change["last_name"], change["gender"], change["date_of_birth"], now, shopper)
    written = connection.execute(_UPDATE, values).fetchone()
    assert written is not None
    return _profile(written)
