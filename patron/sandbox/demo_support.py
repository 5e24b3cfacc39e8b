"""Demo subjects of the contact form, two sellers, a small catalogue, and orders of the demo's first shopper."""

from datetime import timedelta
from typing import Any, Final

from patron.accounts.models import Shopper
from patron.kernel import clock, transactions
from patron.orders.entry import ORDERS
from patron.reference.products import PRODUCTS
from patron.reference.sellers import SELLERS
from patron.sandbox.models import DemoMark
from patron.support import subjects
from patron.support.models import Subject

_MARK: Final = "support"
SUBJECTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "text": {
            "tr": "İade",
            "en": "Refund",
            "ar": "استرداد المبلغ",
            "ru": "Возврат денег",
            "de": "Erstattung",
            "fr": "Remboursement",
        },
        "is_order_needed": True,
    },
    {
        "text": {
            "tr": "Teknik destek",
            "en": "Technical Support",
            "ar": "الدعم الفني",
            "ru": "Техническая поддержка",
            "de": "Technische Hilfe",
            "fr": "Assistance technique",
        }
    },
    {
        "text": {
            "tr": "Öneri ve şikâyet",
            "en": "Suggestions and complaints",
            "ar": "اقتراحات وشكاوى",
            "ru": "Предложения и жалобы",
            "de": "Lob und Tadel",
            "fr": "Suggestions et réclamations",
        }
    },
)
_SELLERS: Final = (
    {"name": "anatolia", "title": "Anatolia Textiles", "supplier_code": "DEMO-1", "slug": "anatolia"},
    {"name": "bosphorus", "title": "Bosphorus Home", "supplier_code": "DEMO-2", "slug": "bosphorus"},
)
_PRODUCTS: Final = (("4455002", "Oversized Sweatshirt"), ("4455003", "Linen Shirt"), ("7701001", "Copper Coffee Pot"))
_IMAGE: Final = {"image": "products/2021/05/21/134/d192331113a.jpg", "order": 0, "height": 80, "width": 101}


def load(shopper_email: str) -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back.

    `shopper_email`: who placed the orders; nobody has any if there is no such shopper.
    """
    transactions.run(lambda: _load_once(shopper_email))


def _load_once(shopper_email: str) -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine or Subject.objects.exists():
        return
    for order, subject in enumerate(SUBJECTS):
        subjects.create(subject | {"order": order})
    sellers = [SELLERS.create(seller) for seller in _SELLERS]
    goods = [PRODUCTS.create({"sku": sku, "name": name, "product_images": [_IMAGE]}) for sku, name in _PRODUCTS]
    shopper = Shopper.objects.filter(email=shopper_email).first()
    if shopper is None:
        return
    placed = clock.now() - timedelta(days=9)
    delivered = {
        "product_id": goods[0].pk,
        "datasource_id": sellers[0].pk,
        "delivered_date": placed + timedelta(days=3),
    }
    waiting = {"product_id": goods[2].pk, "datasource_id": sellers[1].pk}
    for number, item in (("DEMO-1001", delivered), ("DEMO-1002", waiting)):
        ORDERS.create(
            {"number": number, "shopper_id": shopper.pk, "status": "400", "currency": "try", "date_placed": placed}
            | {"items": [item]}
        )
