"""Demo conversations: one of each kind, answered, published, waiting for an answer and for a moderator."""

from typing import Any, Final

from django.db.models import F

from patron.accounts.models import Shopper
from patron.channels.models import Staff
from patron.kernel import clock, transactions
from patron.orders.models import OrderItem
from patron.reference.models import Datasource, Product
from patron.sandbox.models import DemoMark
from patron.support import answering, conversing, moderation, posting
from patron.support.conversing import ORDER_ITEM, PRODUCT, Beginning
from patron.support.models import Conversation, SavedAnswer

_MARK: Final = "conversations"
_SAVED: Final = (
    ("On its way", "Your parcel is on its way and should be with you within two working days."),
    ("Refund", "The refund has been made; your bank shows it within five working days."),
)
# shopper, wish, the seller's answer, whether it is published
_TALKS: Final[tuple[tuple[str, dict[str, Any], str, bool], ...]] = (
    (
        "ayse@demo.example",
        {"type": "message", "item_content": ORDER_ITEM, "content": "Kargom nerede kaldı?"},
        "Bugün yola çıktı, yarın sizde olur.",
        False,
    ),
    (
        "ayse@demo.example",
        {"type": "review", "item_content": PRODUCT, "content": "Yumuşacık, kalıbı geniş.", "is_public": True},
        "Teşekkür ederiz!",
        True,
    ),
    (
        "emily@demo.example",
        {"type": "question", "item_content": PRODUCT, "content": "Does it shrink in the wash?", "is_public": True},
        "Not at 30 °C.",
        True,
    ),
    (
        "omar@demo.example",
        {"type": "question", "item_content": PRODUCT, "content": "هل يتوفر بمقاس أكبر؟", "is_public": True},
        "",
        False,
    ),
    (
        "jonas@demo.example",
        {"type": "message", "subject": "Rechnung", "content": "Bitte schicken Sie mir die Rechnung noch einmal."},
        "",
        False,
    ),
)


def load(staff_username: str) -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back.

    `staff_username`: who answers. Without sellers, products or that staff member there is nothing to talk about.
    """
    transactions.run(lambda: _load_once(staff_username))


def _load_once(staff_username: str) -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    seller, product = Datasource.objects.order_by("pk").first(), Product.objects.order_by("pk").first()
    agent = Staff.objects.filter(username=staff_username).first()
    if not is_mine or Conversation.objects.exists() or seller is None or product is None or agent is None:
        return
    now = clock.now()
    for title, content in _SAVED:
        SavedAnswer.objects.create(title=title, content=content, created_at=now, modified_at=now)
    for email, wish, answer, is_published in _TALKS:
        posted = _begin(email, wish, seller, product)
        if posted and answer:
            answering.reply(posted.conversation_id, answer, agent.pk)
        if posted and is_published:
            moderation.publish(posted.conversation_id)
    told = F("last_message_id")  # nobody gets mails of it
    Conversation.objects.update(shopper_told_upto=told, seller_told_upto=told)


def _begin(email: str, wish: dict[str, Any], seller: Datasource, product: Product) -> posting.Posted | None:
    shopper = Shopper.objects.filter(email=email, is_active=True).first()
    if shopper is None:
        return None
    item: Product | OrderItem | None = product
    if wish.get("item_content") == ORDER_ITEM:
        item = OrderItem.objects.filter(order__shopper=shopper).order_by("pk").first()
    if item is None:
        return None
    about = wish | ({"item_id": item.pk} if "item_content" in wish else {})
    return conversing.start(shopper.pk, Beginning(datasource_id=seller.pk, **about))
