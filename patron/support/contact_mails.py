"""The mails made of a message of the contact form: to the shop and, if the shop wants that, a copy to the sender.

Each address gets a mail of its own, so that one that is refused stops no other and each can be followed in the console.
What the sender wrote stands in bodies only; of all headers, `Reply-To` alone holds the address, which was checked.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from patron.gateways import html, outbox
from patron.gateways.models import OutgoingMail, State
from patron.gateways.outbox import Attachment
from patron.kernel import dynamic, languages, limits
from patron.kernel.errors import TooMany
from patron.support.contact_settings import DEFAULT_OPERATION
from patron.support.models import ContactFile, ContactMessage

TO_SHOP: Final = "contact_us"
TO_SENDER: Final = "contact_us_copy"
# Anybody can name any address as theirs: so many copies a day is what somebody else can be bothered with.
_COPIES: Final = limits.Limit(3, 86_400)
_Lines = list[tuple[str, str]]


def queue(message: ContactMessage, file: ContactFile | None) -> list[int]:
    """Queue all its mails in the transaction at hand and return their ids."""
    shown_to, shown_cc, hidden = _routes(message)
    ids = [_to_shop(message, file, address, shown_to, shown_cc) for address in [*shown_to, *shown_cc, *hidden]]
    if dynamic.get("CONTACT_US_SEND_USER") and _may_copy(message.email):
        ids.append(_to_sender(message))
    return ids


def again(message: ContactMessage, file: ContactFile | None) -> int:
    """Queue the failed ones anew in the transaction at hand; return how many.

    One whose content is gone (it was refused for good) is written anew, to the same address.
    """
    failed = OutgoingMail.objects.filter(pk__in=message.mail_ids, state=State.FAILED).select_for_update()
    sent_again = 0
    for mail in failed.defer("sealed_content"):
        try:
            outbox.retry(mail)
        except outbox.NothingLeft:
            message.mail_ids = [each for each in message.mail_ids if each != mail.pk] + [_anew(message, file, mail)]
            outbox.forget([mail.pk])
        sent_again += 1
    return sent_again


def _anew(message: ContactMessage, file: ContactFile | None, mail: OutgoingMail) -> int:
    if mail.purpose == TO_SENDER:
        return _to_sender(message)
    shown_to, shown_cc, _hidden = _routes(message)
    return _to_shop(message, file, mail.to, shown_to, shown_cc)


def _routes(message: ContactMessage) -> tuple[list[str], list[str], list[str]]:
    """Who is written to, who sees it too, and who does unseen; nobody twice."""
    routes, also = dynamic.get("CONTACT_US_EMAIL_TO"), dynamic.get("EMAIL_BCC_AND_CC")
    seen: set[str] = set()
    # an operation that was taken out of the setting since goes where the others go
    to = _new(routes.get(message.operation) or routes[DEFAULT_OPERATION], seen)
    return to, _new(also["cc"], seen), _new(also["bcc"], seen)


def _new(addresses: Iterable[str], seen: set[str]) -> list[str]:
    found = []
    for address in addresses:
        if address.lower() not in seen:
            seen.add(address.lower())
            found.append(address)
    return found


def _may_copy(email: str) -> bool:
    try:
        limits.hit("contact-us-copy", email.lower(), _COPIES)
    except TooMany:
        return False
    return True


def _to_shop(
    message: ContactMessage, file: ContactFile | None, address: str, shown_to: list[str], shown_cc: list[str]
) -> int:
    with translation.override(languages.DEFAULT_LANGUAGE):
        lines = _lines(message, languages.DEFAULT_LANGUAGE, _order_for_shop(message))
        if file is not None and file.scan == ContactFile.Scan.INFECTED:
            lines.append((_("Attachment"), _("dropped: the antivirus found something in it")))
        subject = _("Contact form #%(id)d: %(subject)s") % {"id": message.pk, "subject": lines[0][1]}
        text, rich = _written(lines, message.message)
    is_alone = dynamic.get("CONTACT_US_REPLY_TO_ONLY_USER")
    return outbox.queue_mail(
        address,
        subject,
        text,
        purpose=TO_SHOP,
        html=rich,
        reply_to=[message.email] if is_alone else [message.email, *shown_to],
        attachments=_attachments(file),
        shown_to=shown_to,
        shown_cc=shown_cc,
        shopper_id=message.shopper_id,
    )


def _to_sender(message: ContactMessage) -> int:
    with translation.override(message.language_code):
        shop = dynamic.get("SHOP_NAME")
        subject = _("%(shop)s: we received your message") % {"shop": shop}
        text, rich = _written(_lines(message, message.language_code, _order_for_sender(message)), message.message)
    return outbox.queue_mail(message.email, subject, text, purpose=TO_SENDER, html=rich, shopper_id=message.shopper_id)


def _order_for_shop(message: ContactMessage) -> str:
    if message.order is None:
        return ""
    number = message.order.number
    return number if message.is_order_proven else f"{number} ({_('said by a guest, not proven')})"


def _order_for_sender(message: ContactMessage) -> str:
    """A guest gets back what they sent: for another's order that they tried, its number would be an answer."""
    if message.order is None:
        return ""
    return message.order.number if message.is_order_proven else str(message.order_id)


def _lines(message: ContactMessage, language: str, order: str) -> _Lines:
    lines = [
        (_("Subject"), languages.text_in(message.subject.text, language)),
        (_("Name"), message.full_name),
        (_("E-mail"), message.email),
    ]
    if message.phone:
        lines.append((_("Phone"), message.phone))
    if order:
        lines.append((_("Order"), order))
    return lines


def _written(lines: _Lines, words: str) -> tuple[str, str]:
    """The same as text and as HTML, in which nothing of the sender's is more than words."""
    text = "".join(f"{name}: {value}\n" for name, value in lines) + f"\n{words}\n"
    table = format_html_join("", "<tr><td><strong>{}</strong></td><td dir='auto'>{}</td></tr>", lines)
    said = format_html("<table>{}</table><p dir='auto' style='white-space: pre-wrap'>{}</p>", table, words)
    return text, html.body(said)


def _attachments(file: ContactFile | None) -> list[Attachment]:
    if file is None or not file.storage_key:
        return []
    return [Attachment(file.name, file.content_type, file_key=file.storage_key)]


def states(mail_ids: Iterable[int]) -> list[dict[str, Any]]:
    """What became of some mails: to, state, attempts, trouble and the times, in the order they were queued."""
    columns = ("id", "to", "purpose", "state", "attempts", "trouble", "created_at", "sent_at")
    found = OutgoingMail.objects.filter(pk__in=list(mail_ids)).order_by("id").values(*columns)
    return [row | {"shown_state": State(row["state"]).label} for row in found]
