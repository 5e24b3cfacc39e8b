"""Messages put on their way: a row with the sealed content and a job that holds only the row's id.

Both are written in the caller's transaction, so a message leaves exactly when what it speaks of was committed. The
worker delivers it (`tasks`), tries again while that helps and erases the content once it has left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction

from patron.gateways.models import OutgoingMail, OutgoingMessage, OutgoingSms, State
from patron.kernel import clock, context, files, jobs, rows, secrets

DELIVER_SMS: Final = "gateways.deliver_sms"
DELIVER_MAIL: Final = "gateways.deliver_mail"
# Queues apart, so that an operator may give codes a worker of their own.
CODES: Final = "codes"
MESSAGES: Final = "messages"
CODE_PRIORITY: Final = 100
MESSAGE_PRIORITY: Final = 10
BULK_PRIORITY: Final = -30
LONGEST_CODE_LIFE: Final = timedelta(minutes=10)
LONGEST_SUBJECT: Final = 300
_SEAL: Final = "outgoing-message"
_SHARED: Final = (
    "sealed_content", "purpose", "state", "attempts", "trouble", "gateway", "created_at", "queued_at", "expires_at",
    "shopper_id", "request_id",
)  # fmt: skip


def _inserting(table: str, *own: str) -> str:
    columns = (*_SHARED, *own)
    names, places = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id"  # noqa: S608 -- words of our own


_INSERT_SMS: Final = _inserting("gateways_outgoingsms", "to", "is_otp")
_INSERT_MAIL: Final = _inserting("gateways_outgoingmail", "to", "subject")


class Attachment(msgspec.Struct, frozen=True):
    """A file of a mail. `content_type` as `application/pdf`.

    `file_key`: where the content is kept in `kernel.files`, for what is too large to lie in the queue once a mail.
    """

    name: str
    content_type: str
    content: bytes = b""
    file_key: str = ""


class Content(msgspec.Struct, frozen=True):
    """What is sealed of a message: its words, and what only a mail has.

    `shown_to`, `shown_cc`: the addresses in the headers of a mail that several people get, each by a message of their
    own, so that one refused address stops no other; empty: the one it goes to.
    """

    text: str
    html: str = ""
    reply_to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    shown_to: tuple[str, ...] = ()
    shown_cc: tuple[str, ...] = ()


class NothingLeft(Exception):
    """The message cannot be sent again: it is not a failed one, or its content is erased."""


def queue_sms(
    to: str,
    text: str,
    *,
    purpose: str,
    is_otp: bool = False,
    is_bulk: bool = False,
    shopper_id: int | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Queue an SMS in the transaction at hand and return the id of its row.

    `to`: E.164. `purpose`: a short word of our own, shown to staff (`login`). `is_otp`: overtakes everything else; one
    without `expires_at` lives ten minutes. `is_bulk`: waits for everything else. `expires_at`: not delivered after it.
    """
    now = clock.now()
    if is_otp and expires_at is None:
        expires_at = now + LONGEST_CODE_LIFE
    with transaction.atomic(savepoint=False):
        shared = _shared(Content(text), now, purpose, shopper_id, expires_at)
        (message_id,) = rows.written(_INSERT_SMS, (*shared, to, is_otp)) or ()
        _defer(DELIVER_SMS, message_id, is_otp=is_otp, is_bulk=is_bulk)
    return int(message_id)


def queue_mail(
    to: str,
    subject: str,
    text: str,
    *,
    purpose: str,
    html: str = "",
    reply_to: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
    shown_to: Sequence[str] = (),
    shown_cc: Sequence[str] = (),
    is_otp: bool = False,
    is_bulk: bool = False,
    shopper_id: int | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Queue a mail to one address in the transaction at hand and return the id of its row.

    Line breaks in `subject` become spaces, so that no header can be slipped in; it is cut at 300 characters and, unlike
    the rest, kept in clear for staff: it must hold no code. `shown_to`, `shown_cc`: see Content. The other arguments
    are those of `queue_sms`.
    """
    now = clock.now()
    content = Content(text, html, tuple(reply_to), tuple(attachments), tuple(shown_to), tuple(shown_cc))
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    with transaction.atomic(savepoint=False):
        shared = _shared(content, now, purpose, shopper_id, expires_at)
        (message_id,) = rows.written(_INSERT_MAIL, (*shared, to, line)) or ()
        _defer(DELIVER_MAIL, message_id, is_otp=is_otp, is_bulk=is_bulk)
    return int(message_id)


def retry(message: OutgoingMessage) -> None:
    """Queue a failed message anew (a button of the console), for another 24 hours of tries.

    Raises NothingLeft unless it failed and its content is still there: a permanent failure and the end of a code's life
    erase it, giving up after a day of trouble keeps it for some days.
    """
    task, is_otp = (DELIVER_SMS, message.is_otp) if isinstance(message, OutgoingSms) else (DELIVER_MAIL, False)
    with transaction.atomic():
        failed = type(message)._default_manager.filter(pk=message.pk, state=State.FAILED, sealed_content__isnull=False)
        if not failed.update(state=State.QUEUED, attempts=0, trouble="", queued_at=clock.now()):
            raise NothingLeft
        _defer(task, message.pk, is_otp=is_otp, is_bulk=False)


def forget(mail_ids: Sequence[int]) -> None:
    """Drop mails with all that is kept of them; one that waits is not sent."""
    OutgoingMail.objects.filter(pk__in=list(mail_ids)).delete()


def unseal(sealed: bytes) -> Content:
    """The content that was queued, with its files. Raises kernel.secrets.Unsealable, kernel.files.Gone."""
    content = msgspec.msgpack.decode(secrets.unseal(_SEAL, sealed), type=Content)
    if not any(file.file_key for file in content.attachments):
        return content
    return msgspec.structs.replace(content, attachments=tuple(_whole(file) for file in content.attachments))


def _whole(file: Attachment) -> Attachment:
    return msgspec.structs.replace(file, content=files.read(file.file_key)) if file.file_key else file


def _shared(
    content: Content, now: datetime, purpose: str, shopper_id: int | None, expires_at: datetime | None
) -> tuple[Any, ...]:
    """The values of the columns that an SMS and a mail have in common, in their order."""
    sealed = secrets.seal(_SEAL, msgspec.msgpack.encode(content))
    request_id = context.caller().request_id
    return sealed, purpose, State.QUEUED.value, 0, "", "", now, now, expires_at, shopper_id, request_id


def _defer(task: str, message_id: int, *, is_otp: bool, is_bulk: bool) -> None:
    priority = CODE_PRIORITY if is_otp else BULK_PRIORITY if is_bulk else MESSAGE_PRIORITY
    # By name: a request that queues a message need not load the clients that deliver it.
    jobs.put(task, queue=CODES if is_otp else MESSAGES, priority=priority, message_id=message_id)
