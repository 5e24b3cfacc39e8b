"""Demo customers: a few of the marketplace, and the demo's shoppers as customers of the own storefront."""

from typing import Any, Final

from patron.accounts.models import Shopper
from patron.channels.access import EVERYWHERE
from patron.channels.models import Channel
from patron.customers import records, storefront
from patron.customers.models import Customer, CustomerMapping
from patron.kernel import clock, transactions
from patron.sandbox.demo_channels import BAZAAR
from patron.sandbox.models import DemoMark

_MARK: Final = "customers"
CUSTOMERS: Final[tuple[dict[str, Any], ...]] = (
    {
        "channel_code": "BZ-1001",
        "email": "ayse@demo.example",
        "first_name": "Ayşe",
        "last_name": "Yılmaz",
        "phone_number": "+905450000101",
        "erp_code": "120-1001",
        "gender": "female",
        "user_type": "registered",
        "is_active": True,
        "attributes": {"tier": "gold"},
    },
    {
        "channel_code": "BZ-1002",
        "email": "mehmet@demo.example",
        "first_name": "Mehmet",
        "last_name": "Kaya",
        "phone_number": "+905450000202",
        "user_type": "guest",
        "extra_field": {"note": "calls back"},
    },
    {
        "channel_code": "BZ-1003",
        "email": "ayse@demo.example",
        "first_name": "Ayse",
        "last_name": "Yilmaz",
        "user_type": "guest",
    },
)


def load() -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back."""
    transactions.run(_load_once)


def _load_once() -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine:
        return
    for shopper_id in Shopper.objects.filter(anonymized_at=None).order_by("pk").values_list("pk", flat=True)[:100]:
        storefront.follow(shopper_id)  # who was there before the channel was
    if not Channel.objects.filter(pk=BAZAAR).exists() or Customer.objects.filter(channel_id=BAZAAR).exists():
        return
    now = clock.now()
    for wish in CUSTOMERS:
        made = records.create(wish | {"channel": BAZAAR}, EVERYWHERE)
        CustomerMapping.objects.create(
            customer_id=made.pk,
            integration_type="erp",
            code=f"CARI-{made.channel_code}",
            created_date=now,
            modified_date=now,
        )
