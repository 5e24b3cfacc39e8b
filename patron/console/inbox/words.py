"""The texts of the inbox that its scripts show, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patron.support import inbox_reads
from patron.support.models import Conversation


def queues() -> list[tuple[str, str]]:
    """The queues with their names, in the order in which they are worked off."""
    names = {
        "waiting": _("Unanswered"),
        "overdue": _("Overdue"),
        "mine": pgettext("conversations assigned to me", "Mine"),
        "unassigned": _("Nobody's"),
        "moderation": _("To be moderated"),
        "open": pgettext("conversations", "Open"),
        "closed": pgettext("conversations", "Closed"),
        "all": pgettext("conversations", "All"),
    }
    return [(name, names[name]) for name in names if name in inbox_reads.QUEUES]


def types() -> list[tuple[str, str]]:
    """The types of conversations with their names."""
    return [(value, str(label)) for value, label in Conversation.Type.choices]


def keys() -> list[tuple[str, str]]:
    """Keys and what they do."""
    return [
        ("j", _("the next conversation")),
        ("k", _("the one before")),
        ("r", _("write an answer")),
        ("s", _("insert a saved answer; a / at the beginning of a line does it too")),
        ("Ctrl+Enter", _("send the answer")),
        ("a", _("take it yourself, or give it back")),
        ("e", _("close it, or open it again")),
        ("/", _("search")),
        ("u", _("back to the list")),
        ("Esc", _("leave the box you write in")),
        ("?", _("this help")),
    ]


def texts() -> dict[str, str]:
    """Everything else, by the name that the scripts have for it."""
    return _of_the_list() | _of_the_thread() | _of_the_sides() | _of_troubles()


def _of_the_list() -> dict[str, str]:
    return {
        "empty": _("Nothing here. Well done."),
        "emptyFiltered": _("Nothing fits these filters."),
        "more": _("Show more"),
        "overdue": _("overdue"),
        "due": _("answer due {when}"),
        "waiting": _("waiting for {duration}"),
        "unseen": _("new"),
        "closed": pgettext("a conversation", "closed"),
        "asked": _("to be moderated"),
        "published": _("published"),
        "rejected": _("rejected"),
        "conversation": _("Conversation {number}"),
        "arrived": _("{name} has written."),
        "moreThan": _("more than {count}"),
        "message": str(Conversation.Type.MESSAGE.label),
        "question": str(Conversation.Type.QUESTION.label),
        "review": str(Conversation.Type.REVIEW.label),
    }


def _of_the_thread() -> dict[str, str]:
    return {
        "older": _("Show older messages"),
        "read": pgettext("a message", "read"),
        "reply": _("Your answer"),
        "send": _("Send"),
        "sending": _("Sending…"),
        "sent": _("Sent."),
        "saved": _("Saved answers"),
        "findSaved": _("Find a saved answer"),
        "noSaved": _("There is no such saved answer."),
        "nobody": _("nobody"),
        "assignee": _("Assigned to"),
        "close": pgettext("a conversation", "Close"),
        "reopen": _("Open again"),
        "publish": _("Publish"),
        "publishAnew": _("Publish what is new"),
        "reject": _("Reject"),
        "block": _("Block the sender"),
        "unblock": _("Unblock the sender"),
        "blocked": _("This sender is blocked: the seller hears nothing more of them."),
        "isClosed": _("The conversation is closed. Open it again to answer."),
        "rejectedFor": _("Rejected: {reason}"),
        "whyReject": _("Why is it rejected? The shopper reads this."),
        "whyBlock": _("Why is the sender blocked? Only staff read this."),
        "cancel": _("Cancel"),
        "done": _("Done."),
        "seller": _("Seller"),
        "staffOf": _("{staff} for {seller}"),
        "draftKept": _("Your answer is kept here until you send it."),
        "mayNotReply": _("You may read conversations, not answer them."),
        "newMessage": _("{name} writes: {words}"),
    }


def _of_the_sides() -> dict[str, str]:
    return {
        "shopper": _("Shopper"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "verified": _("verified"),
        "language": _("Language"),
        "joined": _("Registered"),
        "conversations": _("Conversations"),
        "inactive": _("This account is switched off."),
        "masked": _("You may not look up shoppers, so their data is masked."),
        "profile": _("Open the profile"),
        "item": pgettext("what is talked about", "About"),
        "product": _("Product"),
        "sku": _("SKU"),
        "order": pgettext("what was bought", "Order"),
        "placed": _("Placed"),
        "orderStatus": _("Order status"),
        "amount": _("Amount"),
        "itemStatus": _("Item status"),
        "price": _("Price"),
        "delivered": _("Delivered"),
        "notDelivered": _("not yet"),
        "openOrder": _("Open the order"),
    }


def _of_troubles() -> dict[str, str]:
    return {
        "gone": _("This conversation is not there."),
        "signedOut": _("Your sign-in has ended. Sign in again and reload this page; your answer is kept."),
        "forbidden": _("You may not do this."),
        "offline": _("The server cannot be reached. It is tried again."),
        "failed": _("This did not work. Try again."),
        "throttled": _("Too many requests. Wait a moment."),
        "stillRunning": _("The answer is on its way."),
    }
