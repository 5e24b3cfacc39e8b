"""One try to deliver one message, and whether and when to try again.

A try is counted before the provider is called and its success is written after, each by one statement: a worker killed
in between sends again (with the same request id), one killed later does not.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import connection

from patron.gateways import mail, outbox, sms
from patron.gateways.mail.contract import Letter
from patron.gateways.outbox import Content
from patron.gateways.sms.contract import Sms
from patron.kernel import clock, dynamic, files
from patron.kernel.errors import GatewayTrouble
from patron.kernel.secrets import Unsealable

TRY_FOR: Final = timedelta(hours=24)
FIRST_WAIT: Final = 2.0
LONGEST_WAIT: Final = 1800.0
_log = structlog.get_logger("patron.delivery")


class Postponed(Exception):
    """Not delivered this time; `seconds` until the next try is due."""

    def __init__(self, seconds: int, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Statements:
    take: str
    sent: str
    postponed: str
    failed: str
    expired: str


def _statements(table: str, column: str) -> _Statements:
    # S608: table and column are the two pairs below
    return _Statements(
        take=f"""
            UPDATE {table} SET attempts = attempts + 1, gateway = %(gateway)s
            WHERE id = %(id)s AND state = 'queued' AND sealed_content IS NOT NULL
              AND (expires_at IS NULL OR expires_at > %(now)s)
            RETURNING "to", sealed_content, {column}, attempts, created_at, queued_at, expires_at""",  # noqa: S608
        sent=f"""
            UPDATE {table} SET state = 'sent', sent_at = %(now)s, sealed_content = NULL, trouble = ''
            WHERE id = %(id)s AND state = 'queued'""",  # noqa: S608
        postponed=f"UPDATE {table} SET trouble = %(trouble)s WHERE id = %(id)s AND state = 'queued'",  # noqa: S608
        failed=f"""
            UPDATE {table} SET state = 'failed', trouble = %(trouble)s,
                sealed_content = CASE WHEN %(keep)s THEN sealed_content END
            WHERE id = %(id)s AND state = 'queued'""",  # noqa: S608
        expired=f"""
            UPDATE {table} SET state = 'failed', sealed_content = NULL,
                trouble = left(CASE WHEN sealed_content IS NULL THEN 'erased' ELSE 'expired' END
                    || CASE WHEN trouble = '' THEN '' ELSE '; ' || trouble END, 300)
            WHERE id = %(id)s AND state = 'queued'""",  # noqa: S608
    )


_SMS: Final = _statements("gateways_outgoingsms", "is_otp")
_MAIL: Final = _statements("gateways_outgoingmail", "subject")


@dataclass(frozen=True, slots=True)
class _Taken:
    to: str
    sealed: bytes
    extra: Any  # is_otp of an SMS, subject of a mail
    attempt: int
    created_at: datetime
    queued_at: datetime
    expires_at: datetime | None


def deliver_sms(message_id: int) -> None:
    """Try to deliver one SMS. Raises Postponed when a later try can help; a message that is done is left alone."""
    name = sms.active_name()

    def send(taken: _Taken, content: Content) -> None:
        sms.named(name).send(Sms(message_id, taken.to, content.text, taken.extra, taken.attempt))

    _deliver(_SMS, message_id, name, send)


def deliver_mail(message_id: int) -> None:
    """Try to deliver one mail; as `deliver_sms`."""
    name = mail.active_name()

    def send(taken: _Taken, content: Content) -> None:
        sender = dynamic.get("NO_REPLY_EMAIL")
        mail.named(name).send(Letter(message_id, sender, taken.to, taken.extra, content, taken.created_at))

    _deliver(_MAIL, message_id, name, send)


def _deliver(statements: _Statements, message_id: int, gateway: str, send: Callable[[_Taken, Content], None]) -> None:
    taken = _take(statements, message_id, gateway)
    if taken is None:
        return
    try:
        send(taken, outbox.unseal(taken.sealed))
    except GatewayTrouble as trouble:
        _after(trouble, statements, message_id, taken)
    except files.Gone:
        _after(GatewayTrouble("an attachment is gone", permanent=True), statements, message_id, taken)
    except Unsealable:
        _after(GatewayTrouble("sealed under another secret key", permanent=True), statements, message_id, taken)
    else:
        _run(statements.sent, id=message_id, now=clock.now())


def _take(statements: _Statements, message_id: int, gateway: str) -> _Taken | None:
    with connection.cursor() as cursor:
        cursor.execute(statements.take, {"id": message_id, "gateway": gateway, "now": clock.now()})
        row = cursor.fetchone()
    if row is None:
        _run(statements.expired, id=message_id)  # changes nothing if it was sent or failed before
        return None
    return _Taken(*row)


def _after(trouble: GatewayTrouble, statements: _Statements, message_id: int, taken: _Taken) -> None:
    """Write down what went wrong; raise Postponed if another try is worth it."""
    reason = trouble.reason[:300]
    now, wait = clock.now(), _wait(taken)
    next_try = now + timedelta(seconds=wait)
    if trouble.permanent or (taken.expires_at is not None and next_try >= taken.expires_at):
        _run(statements.failed, id=message_id, trouble=reason, keep=False)
    elif taken.expires_at is None and now - taken.queued_at >= TRY_FOR:
        _run(statements.failed, id=message_id, trouble=reason, keep=True)
    else:
        _run(statements.postponed, id=message_id, trouble=reason)
        raise Postponed(wait, reason) from trouble
    _log.warning("message_failed", message=message_id, reason=reason, attempts=taken.attempt)


def _wait(taken: _Taken) -> int:
    """Seconds until the next try: doubled each time up to half an hour, or a tenth of the message's life."""
    longest = LONGEST_WAIT
    if taken.expires_at is not None:
        life = (taken.expires_at - taken.queued_at).total_seconds()
        longest = min(LONGEST_WAIT, max(FIRST_WAIT, life / 10))
    doubled = FIRST_WAIT * float(2 ** min(taken.attempt - 1, 20))
    return math.ceil(min(doubled, longest) * random.uniform(0.8, 1.0))  # noqa: S311 -- spreads the load, no secret


def _run(statement: str, **parameters: int | str | bool | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
