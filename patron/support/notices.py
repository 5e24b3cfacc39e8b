"""Mails and SMS that tell one side what the other wrote, sent by the worker.

A job that comes late tells all that was not told yet, and the jobs of those messages then find nothing to tell: so a
burst is one mail, and no message is told twice. How far each side was told is kept apart, since of two who write at
once either may be told first.
"""

from collections.abc import Callable, Sequence
from typing import Final

from django.utils import translation
from django.utils.html import format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from patron.accounts import letters
from patron.accounts.models import Shopper
from patron.gateways import html, outbox
from patron.kernel import dynamic, languages, transactions
from patron.kernel.errors import Text
from patron.support.models import Conversation, Message
from patron.support.models.conversations import Sender

PURPOSE: Final = "conversation"
MOST_IN_A_MAIL: Final = 20
# how far whoever reads what that side writes was told
_TOLD: Final = {Sender.USER: "seller_told_upto", Sender.DATASOURCE: "shopper_told_upto"}
_NEW: Final = {
    Conversation.Type.MESSAGE: _("A new message, conversation {number}"),
    Conversation.Type.QUESTION: _("A new question, conversation {number}"),
    Conversation.Type.REVIEW: _("A new review, conversation {number}"),
}


def tell_shopper(conversation_id: int, message_id: int) -> None:
    """Tell the shopper, in their language, what the seller wrote."""
    transactions.run(lambda: _tell_shopper(conversation_id, message_id))


def tell_seller(conversation_id: int, message_id: int) -> None:
    """Tell the seller, in the shop's language, what the shopper wrote."""
    transactions.run(lambda: _tell_seller(conversation_id, message_id))


def tell_rejected(conversation_id: int, reason: str) -> None:
    """Queue a mail, in the transaction at hand, that tells the shopper why what they wanted published is not."""
    conversation = Conversation.objects.select_related("shopper", "product").get(pk=conversation_id)
    if not conversation.shopper.is_active:
        return
    letters.queue(
        conversation.shopper,
        format_lazy("%(shop)s: {about}", about=format_lazy(_("Conversation {number}"), number=conversation_id)),
        [*_about(conversation, _literally), format_lazy(_("Rejected: {reason}"), reason=_literally(reason))],
        purpose=PURPOSE,
    )


def _tell_shopper(conversation_id: int, message_id: int) -> None:
    conversation, contents = _untold(conversation_id, message_id, Sender.DATASOURCE)
    if conversation is None or not conversation.shopper.is_active:
        return
    seller = conversation.datasource.title or conversation.datasource.name
    names = {"seller": _literally(seller), "shop": _literally(dynamic.get("SHOP_NAME"))}
    lines = [format_lazy(_("{seller} writes:"), **names), *map(_literally, _lines(contents))]
    letters.queue(
        conversation.shopper,
        format_lazy(_("{seller} has answered you at {shop}"), **names),
        [*_about(conversation, _literally), *lines],
        purpose=PURPOSE,
    )
    _text(conversation.shopper, seller)


def _tell_seller(conversation_id: int, message_id: int) -> None:
    conversation, contents = _untold(conversation_id, message_id, Sender.USER)
    if conversation is None or not conversation.datasource.email:
        return
    with translation.override(languages.DEFAULT_LANGUAGE):
        subject = str(_NEW[Conversation.Type(conversation.type)]).format(number=conversation.pk)
        words: list[Text] = [subject, *_about(conversation, str), *_lines(contents)]
        lines = [str(line) for line in words]
        rich = html.body(format_html_join("", "<p dir='auto'>{}</p>", ((line,) for line in lines)))
    outbox.queue_mail(
        conversation.datasource.email,
        subject,
        "\n\n".join(lines) + "\n",
        purpose=PURPOSE,
        html=rich,
        shopper_id=conversation.shopper_id,
    )


def _untold(conversation_id: int, message_id: int, sender: Sender) -> tuple[Conversation | None, list[str]]:
    """The conversation and what `sender` wrote since the last notice; None where that was told already."""
    told = _TOLD[sender]
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("shopper", "datasource", "product")
        .filter(pk=conversation_id, **{f"{told}__lt": message_id})
        .first()
    )
    if conversation is None:
        return None, []
    new = Message.objects.filter(conversation_id=conversation_id, id__gt=getattr(conversation, told), sender=sender)
    found = list(new.order_by("-pk").values_list("pk", "content")[:MOST_IN_A_MAIL])
    upto = max([message_id, *(pk for pk, _content in found)])
    Conversation.objects.filter(pk=conversation_id).update(**{told: upto})
    return conversation, [content for _pk, content in reversed(found)]


def _text(shopper: Shopper, seller: str) -> None:
    """The same by SMS, without a word of the answer."""
    if not (shopper.sms_allowed and shopper.phone_e164 and dynamic.get("REPLY_BY_SMS")):
        return
    with translation.override(languages.base(shopper.language_code) or languages.DEFAULT_LANGUAGE):
        text = str(_("{seller} has answered you at {shop}. You find the answer in your conversations."))
    outbox.queue_sms(
        shopper.phone_e164,
        text.format(seller=" ".join(seller.split()), shop=dynamic.get("SHOP_NAME")),
        purpose=PURPOSE,
        shopper_id=shopper.pk,
    )


def _about(conversation: Conversation, written: Callable[[str], str]) -> list[Text]:
    what = conversation.product.name if conversation.product is not None else conversation.subject
    return [format_lazy(_("About: {what}"), what=written(what))] if what else []


def _lines(contents: Sequence[str]) -> list[str]:
    return [line for content in contents for line in content.splitlines() if line.strip()]


def _literally(text: str) -> str:
    # the letter puts the shop's name in the place of %(shop)s
    return text.replace("%", "%%")
