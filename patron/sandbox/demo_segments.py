"""Demo price lists and segments: four groups that the demo's shoppers fit in part, and their prices."""

from typing import Any, Final

from patron.kernel import clock, transactions
from patron.reference import price_lists
from patron.reference.models import PriceList
from patron.sandbox.models import DemoMark
from patron.segments import editing
from patron.segments.models import Segment

_MARK: Final = "segments"
PRICE_LISTS: Final = (
    {"name": "Standard", "code": "DEMO-STANDARD", "currency": "try"},
    {"name": "Members", "code": "DEMO-MEMBERS", "currency": "try"},
    {"name": "Export", "code": "DEMO-EXPORT", "currency": "eur"},
)
SEGMENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "name": {
            "tr": "Altın üyeler",
            "en": "Gold members",
            "ar": "الأعضاء الذهبيون",
            "ru": "Золотые участники",
            "de": "Goldmitglieder",
            "fr": "Membres or",
        },
        "price_list": "DEMO-MEMBERS",
        "rule": {
            "all": [
                {"field": "has_loyalty", "op": "eq", "value": True},
                {"field": "loyalty_points", "op": "gte", "value": 1000},
            ]
        },
    },
    {
        "name": {
            "tr": "Bülten okurları",
            "en": "Newsletter readers",
            "ar": "قرّاء النشرة",
            "ru": "Читатели рассылки",
            "de": "Newsletter-Leser",
            "fr": "Lecteurs de la lettre",
        },
        "price_list": "DEMO-MEMBERS",
        "rule": {"field": "email_allowed", "op": "eq", "value": True},
    },
    {
        "name": {
            "tr": "Avrupa",
            "en": "Europe",
            "ar": "أوروبا",
            "ru": "Европа",
            "de": "Europa",
            "fr": "Europe",
        },
        "price_list": "DEMO-EXPORT",
        "rule": {
            "any": [
                {"field": "language_code", "op": "startswith", "value": "de"},
                {"field": "language_code", "op": "startswith", "value": "fr"},
            ]
        },
    },
    {
        "name": {"tr": "Herkes", "en": "Everybody", "ar": "الجميع", "ru": "Все", "de": "Alle", "fr": "Tout le monde"},
        "price_list": "DEMO-STANDARD",
        "rule": {"all": []},
    },
)


def load() -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back."""
    transactions.run(_load_once)


def _load_once() -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine or Segment.objects.exists():
        return
    keys = {each["code"]: _price_list(each).pk for each in PRICE_LISTS}
    for priority, segment in enumerate(SEGMENTS):
        fields = {"name": segment["name"], "rule": segment["rule"], "price_list_id": keys[segment["price_list"]]}
        editing.create(fields | {"priority": priority}, staff_id=None)


def _price_list(wish: dict[str, str]) -> PriceList:
    return PriceList.objects.filter(code=wish["code"]).first() or price_lists.create(wish)
