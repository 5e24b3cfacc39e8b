"""The floor of `GET /loyalty-card/loyalty_card/` with warm points: its statement and its answer. See `floor`."""

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
_OWN_CARD: str = _given["own_card"]
_User = msgspec.defstruct("User", _given["user_fields"])
_HOUR = timedelta(hours=1)
_FARTHEST = timedelta(seconds=180)
_threads = threading.local()
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """One address."""
    digest = hashlib.sha256(environ["HTTP_COOKIE"].partition("osessionid=")[2][:40].encode()).hexdigest()
    now = datetime.now(UTC)
    row = _connection().execute(_OWN_CARD, (now - _HOUR, now, now + _FARTHEST, digest, now)).fetchone()
    assert row is not None
    body = _body(row[3:])
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _body(row: tuple[Any, ...]) -> bytes:
    (amount, _as_of, _trouble, pk, account, created, modified, number, user, username, first, last, email, active,
     joined, login, by_email, by_sms, by_call, gender, attributes, phone, born, kind, changed) = row  # fmt: skip
    owner = _User(
        user, username, first, last, email, active, joined, login, by_email, by_sms, by_call, gender,
        msgspec.Raw(attributes.encode()), phone, born, {}, kind, changed,
    )  # fmt: skip
    card = {
        "pk": pk,
        "attributes": {"account_number": account},
        "created_date": created,
        "modified_date": modified,
        "number": number,
        "user": owner,
    }
    return msgspec.json.encode({"card": card, "points": msgspec.Raw(amount.encode()), "errors": None})


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] | None = getattr(_threads, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=2)
        connection.adapters.register_loader("jsonb", TextLoader)
        _threads.connection = connection
    return connection
