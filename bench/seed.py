"""A shop of 200,000 shoppers, of whom some thousand are signed in with keys we know."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import connection

from bench.load import Request
from patron.accounts.verification import Ask, Purpose, _digest
from patron.kernel import clock, dynamic

PASSWORD: Final = "a long enough one"
CODE: Final = "471142"
CSRF: Final = "benchbenchbenchbenchbench"
_EMPTIED: Final = (
    "accounts_shopper", "gateways_capturedsms", "gateways_outgoingsms", "gateways_outgoingmail", "kernel_counter",
    "procrastinate_jobs", "segments_segment", "segments_standing",
)  # fmt: skip
_SHOPPERS: Final = """
INSERT INTO accounts_shopper (username, email, email_verified_at, password, first_name, last_name, phone, phone_e164,
    phone_claim, phone_verified_at, email_allowed, sms_allowed, call_allowed, gender, date_of_birth, language_code,
    attributes, avatar, user_type, client_type, is_active, date_joined, last_login, modified_date)
SELECT encode(sha256(n::text::bytea), 'hex'), 'shopper' || n || '@example.com', now(), %(password)s,
    'Ay' || chr(97 + n %% 26) || 'e', 'Y' || chr(97 + n %% 26) || 'lmaz', '0532' || lpad(n::text, 7, '0'),
    '+90532' || lpad(n::text, 7, '0'), '+90532' || lpad(n::text, 7, '0'), now(), n %% 2 = 0, n %% 3 = 0, n %% 5 = 0,
    CASE n %% 2 WHEN 0 THEN 'female' ELSE 'male' END, date '1960-01-01' + n %% 15000, 'tr',
    jsonb_build_object('register_client_type', 'default', 'logged_ip', '198.51.100.7', 'kvkk_flat_page_version', '1',
        'confirm', true, 'store', n %% 100),
    NULL, 'registered', 'default', true, now() - n * interval '1 minute', now(), now()
FROM generate_series(1, %(count)s) AS n
"""
_SESSIONS: Final = """
INSERT INTO accounts_session (key_digest, shopper_id, created_at, expires_at, authenticated_at, last_seen_at, ip,
    user_agent, client_type, currency_code)
SELECT encode(sha256(('bench' || lpad(row_number() OVER (ORDER BY id)::text, 35, '0'))::bytea), 'hex'), id, now(),
    now() + interval '14 days', now(), now(), '198.51.100.7', 'Mozilla/5.0 (X11; Linux x86_64)', 'default', ''
FROM accounts_shopper ORDER BY id LIMIT %(count)s
"""
_CHALLENGES: Final = """
COPY accounts_challenge (session_id, purpose, phone_e164, consent, code_digest, tries, is_decoy, sent_at, expires_at)
FROM STDIN
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of each. `walked`: sessions the load walks over again and again; the rest confirm codes."""

    shoppers: int
    sessions: int
    walked: int


def clear() -> None:
    """Take away the shop that is in the migrated database, with its jobs and messages."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET patron.sandbox_reset = 'on'")  # the ledgers let themselves be emptied for this only
        cursor.execute(f"TRUNCATE {', '.join(_EMPTIED)} RESTART IDENTITY CASCADE")


def plant(size: Size) -> None:
    """Fill a database that `clear` has emptied."""
    # The limits are counted as ever and reached by nobody: the whole load comes from one address.
    high = {scope: {"count": 1_000_000, "duration": "1m"} for scope in ("login", "login-failed", "profile-update")}
    dynamic.put("THROTTLING_SETTINGS", high, staff_id=None, source="command")
    with connection.cursor() as cursor:
        cursor.execute(_SHOPPERS, {"count": size.shoppers, "password": make_password(PASSWORD)})
        cursor.execute("ANALYZE accounts_shopper")  # else foreign keys are checked by the plan for an empty table
        cursor.execute(_SESSIONS, {"count": size.sessions})
        cursor.execute("VACUUM ANALYZE")


def reads(path: str, size: Size) -> list[Request]:
    """One read of every session."""
    return [Request(path, headers=_headers(number)) for number in range(1, size.walked + 1)]


def changes(size: Size) -> list[Request]:
    """Two changes of every profile, there and back, so that each changes something."""
    bodies = (
        '{"first_name":"Zeynep","last_name":"Kaya","gender":"female","date_of_birth":"1990-05-17"}',
        '{"first_name":"Deniz","last_name":"Demir","gender":"male","date_of_birth":"1987-11-02"}',
    )
    return [_change(number, body) for body in bodies for number in range(1, size.walked + 1)]


def confirmations(first: int, count: int) -> list[Request]:
    """Codes on their way to new numbers of shoppers `first` and on, and the requests that confirm them, each once."""
    phones = [f"+90542{number:07d}" for number in range(first, first + count)]
    _send_codes(first, Purpose.PROFILE, phones)
    return [
        _change(number, f'{{"phone":"{phone}","code":"{CODE}","sms_allowed":true}}')
        for number, phone in enumerate(phones, start=first)
    ]


def entries(first: int, count: int) -> list[Request]:
    """Codes on their way to shoppers `first` and on, whose sessions are guests' now, and the requests to sign in."""
    phones = [f"+90532{number:07d}" for number in range(first, first + count)]
    sessions = _send_codes(first, Purpose.LOGIN, phones)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_session SET shopper_id = NULL WHERE id = ANY(%s)", [sessions])
    return [
        Request(
            "/users/otp-login/",
            "POST",
            _headers(number) | {"Content-Type": "application/json"},
            f'{{"phone":"{phone}","code":"{CODE}"}}',
        )
        for number, phone in enumerate(phones, start=first)
    ]


def _send_codes(first: int, purpose: Purpose, phones: list[str]) -> list[int]:
    """One challenge for each phone, in the sessions numbered `first` and on; the ids of these."""
    now = clock.now()
    until = now + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_session ORDER BY id OFFSET %s LIMIT %s", [first - 1, len(phones)])
        sessions = [row[0] for row in cursor.fetchall()]
        with cursor.copy(_CHALLENGES) as copy:
            for session_id, phone in zip(sessions, phones, strict=True):
                digest = _digest(Ask(session_id=session_id, purpose=purpose, phone=phone), CODE)
                copy.write_row((session_id, purpose.value, phone, "{}", digest, 0, False, now, until))
    return sessions


def logins(size: Size) -> list[Request]:
    """Sign-ins by e-mail and password, as the storefront's server sends them: without a cookie."""
    return [
        Request(
            "/users/login/",
            "POST",
            {"Content-Type": "application/json", "Accept-Language": "en"},
            f'{{"email":"shopper{number}@example.com","password":"{PASSWORD}"}}',
        )
        for number in range(1, size.walked + 1)
    ]


def _headers(number: int) -> dict[str, str]:
    cookies = f"osessionid=bench{number:035d}; csrftoken={CSRF}"
    return {"Cookie": cookies, "Accept": "application/json", "Accept-Language": "en-US,en;q=0.9"}


def _change(number: int, body: str) -> Request:
    headers = _headers(number) | {"Content-Type": "application/json", "x-csrftoken": CSRF}
    return Request("/users/profile/", "PATCH", headers, body)
