"""Somebody writes to the shop by the contact form.

The message is stored first, then mails are put on their way in the same transaction, so a mail server that is away
loses nothing. Source: 4-support, Contact us.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from patron.accounts.models import Shopper
from patron.accounts.settings import throttle
from patron.gateways import antivirus, outbox
from patron.gateways.delivery import Postponed
from patron.kernel import clock, context, dynamic, events, files, jobs, limits, middleware, transactions
from patron.kernel.errors import GatewayTrouble, Invalid, NotFound
from patron.orders.models import Order
from patron.support import attachments, contact_mails
from patron.support.attachments import Attachment
from patron.support.attachments.refusals import INFECTED, Unacceptable
from patron.support.contact_settings import DEFAULT_OPERATION
from patron.support.models import ContactFile, ContactMessage, Subject

SCAN: Final = "support.scan_contact_file"
SCOPE: Final = "contact-us"
SCAN_AGAIN_SECONDS: Final = 60
_MOST_AT_ONCE: Final = 500
Scan = ContactFile.Scan
_log = structlog.get_logger("patron.support")


def send(data: Mapping[str, Any], upload: "UploadedFile[bytes] | None", shopper: Shopper | None) -> ContactMessage:
    """Take a message in. `data`: subject, full_name, email, phone, message, order, operation; the last two may be None.

    Raises TooMany (per address of the caller) and Invalid.
    """
    ip = context.caller().ip
    if not middleware.is_exempt(ip):
        limits.hit(SCOPE, ip, throttle(SCOPE))
    operation = data["operation"] or DEFAULT_OPERATION
    known = dynamic.get("CONTACT_US_EMAIL_TO")
    if operation not in known:
        expected = _("There is no such operation. Expected one of %(known)s.") % {"known": ", ".join(known)}
        raise Invalid({"operation": [expected]})
    subject = _subject(data["subject"])
    order = _order(data["order"], subject, shopper)
    attachment, scan = _looked_at(upload) if upload is not None else (None, Scan.NONE)
    # written before its row: what a crash leaves of it is swept
    key = files.keep(attachment.content) if attachment else None
    message = ContactMessage(
        subject=subject,
        order=order,
        shopper=shopper,
        operation=operation,
        language_code=context.caller().language,
        request_id=context.caller().request_id,
        created_at=clock.now(),
        **{name: data[name] for name in ("full_name", "email", "phone", "message")},
    )
    transactions.run(lambda: _store(message, attachment, key, scan))
    return message


def scan_waiting(file_id: int) -> None:
    """Show a file to the antivirus that was out of order when it came, and send the mails that waited for it.

    Raises Postponed while the antivirus is still away, files.Gone.
    """
    file = ContactFile.objects.filter(pk=file_id, scan=Scan.WAITING).first()
    if file is None:
        return
    try:
        is_clean = antivirus.is_clean(files.read(file.storage_key or "")) if antivirus.is_on() else None
    except GatewayTrouble as trouble:
        raise Postponed(SCAN_AGAIN_SECONDS, trouble.reason) from trouble
    transactions.run(lambda: _scanned(file_id, is_clean))


def send_again(message_id: int) -> int:
    """Put its failed mails on their way anew; return how many. Raises NotFound."""

    def work() -> int:
        message = ContactMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None:
            raise NotFound
        count = contact_mails.again(message, ContactFile.objects.filter(message_id=message_id).first())
        message.save(update_fields=["mail_ids"])
        return count

    return transactions.run(work)


def delete(message_ids: list[int]) -> None:
    """Delete messages with their files and all that is kept of their mails."""

    def work() -> None:
        messages = list(ContactMessage.objects.select_for_update().filter(pk__in=message_ids).order_by("pk"))
        kept = ContactFile.objects.filter(message__in=messages).values_list("storage_key", flat=True)
        files.discard([key for key in kept if key])
        outbox.forget([mail_id for message in messages for mail_id in message.mail_ids])
        ContactMessage.objects.filter(pk__in=[message.pk for message in messages]).delete()

    transactions.run(work)


def drop_old() -> None:
    """Delete what is older than CONTACT_MESSAGE_KEEP_DAYS."""
    days = dynamic.get("CONTACT_MESSAGE_KEEP_DAYS")
    if not days:
        return
    old = ContactMessage.objects.filter(created_at__lt=clock.now() - timedelta(days=days)).order_by("created_at")
    while ids := list(old.values_list("pk", flat=True)[:_MOST_AT_ONCE]):
        delete(ids)


def _subject(subject_id: int) -> Subject:
    subject = Subject.objects.filter(pk=subject_id, is_active=True).first()
    if subject is None:
        raise Invalid({"subject": [_("There is no such subject.")]})
    return subject


def _order(order_id: int | None, subject: Subject, shopper: Shopper | None) -> Order | None:
    """The order, which a signed-in shopper must own. What a guest says of one is not proven, and staff are told so."""
    if order_id is None:
        if subject.is_order_needed:
            raise Invalid({"order": [_("This subject needs an order.")]})
        return None
    orders = Order.objects.filter(pk=order_id)
    order = (orders if shopper is None else orders.filter(shopper=shopper)).first()
    if order is None:
        raise Invalid({"order": [_("There is no such order.")]})
    return order


def _looked_at(upload: "UploadedFile[bytes]") -> tuple[Attachment, str]:
    try:
        attachment = attachments.check(upload)
        return attachment, _scan(attachment)
    except Unacceptable as refused:
        raise Invalid({"file": [refused.text]}) from refused


def _scan(attachment: Attachment) -> str:
    if not antivirus.is_on():
        return Scan.NONE
    try:
        is_clean = antivirus.is_clean(attachment.content)
    except GatewayTrouble as trouble:
        _log.warning("antivirus_trouble", reason=trouble.reason)
        return Scan.WAITING  # the message is not lost for it: the worker asks again
    if not is_clean:
        raise Unacceptable(INFECTED)
    return Scan.CLEAN


def _store(message: ContactMessage, attachment: Attachment | None, key: str | None, scan: str) -> None:
    message.pk = None  # of a transaction that is tried again
    message.save()
    file = None
    if attachment is not None:
        file = ContactFile.objects.create(
            message=message,
            name=attachment.name,
            content_type=attachment.content_type,
            size=len(attachment.content),
            sha256=attachment.sha256,
            scan=scan,
            storage_key=key,
            created_at=message.created_at,
        )
    if file is not None and scan == Scan.WAITING:
        jobs.put(SCAN, queue=outbox.MESSAGES, priority=0, file_id=file.pk)
    else:
        _put_mails(message, file)
    events.put("contact.created", contact_id=message.pk, operation=message.operation, shopper_id=message.shopper_id)


def _put_mails(message: ContactMessage, file: ContactFile | None) -> None:
    message.mail_ids = contact_mails.queue(message, file)
    message.save(update_fields=["mail_ids"])


def _scanned(file_id: int, is_clean: bool | None) -> None:
    file = ContactFile.objects.select_for_update().filter(pk=file_id, scan=Scan.WAITING).first()
    if file is None:
        return
    file.scan = {None: Scan.NONE, True: Scan.CLEAN, False: Scan.INFECTED}[is_clean]
    if is_clean is False:
        files.discard([file.storage_key or ""])
        file.storage_key = None
    file.save(update_fields=["scan", "storage_key"])
    _put_mails(file.message, file)
