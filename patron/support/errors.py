"""What is refused in conversations, with the codes that clients know it by."""

from django.utils.translation import gettext_lazy as _

from patron.kernel.errors import Refusal


class AlreadyExists(Refusal):
    """400 with a bare list: the shopper has this conversation with the seller already."""

    status = 400

    def __init__(self) -> None:
        super().__init__("conversation_exists", _("Conversation already exists"))


def closed() -> Refusal:
    """Nobody writes in a closed conversation."""
    return Refusal("conversation_100_1", _("The conversation is closed."))


def full() -> Refusal:
    """It has as many messages as it can have."""
    return Refusal("conversation_100_2", _("The conversation has as many messages as it can have."))


def not_bought() -> Refusal:
    """A review of what never reached the shopper (REVIEW_REQUIRES_PURCHASE)."""
    return Refusal("conversation_100_3", _("Only a product that was delivered to you can be reviewed."))


def blocked() -> Refusal:
    """The seller does not hear this shopper any more."""
    return Refusal("conversation_100_4", _("You cannot write to this seller."))


def not_public() -> Refusal:
    """Published is what somebody asked for about a product."""
    return Refusal("conversation_100_5", _("Only a question or a review of a product can be published."))


def elsewhere() -> Refusal:
    """A marketplace's or a store's address: the conversations are the storefront's."""
    return Refusal(
        "conversation_100_6", _("Conversations take place in the shop's own storefront, not in this channel.")
    )
