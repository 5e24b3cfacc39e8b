"""Demo channels: the own storefront and a marketplace, their catalog, and the program of the marketplace."""

import secrets
from typing import Final

from django.db import connection

from patron.channels import staff
from patron.channels.models import Channel, Staff
from patron.kernel import clock, transactions
from patron.reference import catalogs
from patron.reference.models import Catalog, PriceList, StockList
from patron.sandbox.models import DemoMark

_MARK: Final = "channels"
# Numbers that the documents' examples and the tour name, so they are the same after every reset.
WEB: Final = 1
BAZAAR: Final = 6
APP_USERNAME: Final = "bazaar-app"
_STOCK_LIST: Final = {"name": "Central warehouse", "code": "DEMO-CENTRAL"}
_CATALOG: Final = {"name": "Bazaar", "code": "DEMO-BAZAAR"}
_GO_ON: Final = """
SELECT setval(pg_get_serial_sequence('channels_channel', 'id'), greatest(max(id), nextval(
    pg_get_serial_sequence('channels_channel', 'id')))) FROM channels_channel"""


def load() -> None:
    """Load them unless they were loaded before; what somebody deleted since does not come back.

    The program's staff member has no password that anybody knows: `patron staff token bazaar-app` gives it a key.
    """
    transactions.run(_load_once)


def _load_once() -> None:
    # of several starts at once one gets here first, the others find its mark when it has committed
    _, is_mine = DemoMark.objects.get_or_create(name=_MARK, defaults={"loaded_at": clock.now()})
    if not is_mine or Channel.objects.exists():
        return
    now = clock.now()
    made = {"catalog": _catalog(), "created_at": now, "modified_at": now}
    Channel.objects.create(id=WEB, name="Patron Shop", channel_type=Channel.Type.WEB, **made)
    bazaar = Channel.objects.create(id=BAZAAR, name="Bazaar", channel_type=Channel.Type.SALES_CHANNEL, **made)
    with connection.cursor() as cursor:
        cursor.execute(_GO_ON)
    app = Staff.objects.filter(username=APP_USERNAME).first()
    if app is None:
        app = staff.create(APP_USERNAME, secrets.token_urlsafe(24), channels=[BAZAAR])
    app.channels.set([bazaar])


def _catalog() -> Catalog:
    stock = StockList.objects.filter(code=_STOCK_LIST["code"]).first() or catalogs.STOCK_LISTS.create(_STOCK_LIST)
    prices = PriceList.objects.filter(code="DEMO-STANDARD").first()
    lists = {"stock_list_id": stock.pk, "price_list_id": prices.pk if prices else None}
    return Catalog.objects.filter(code=_CATALOG["code"]).first() or catalogs.CATALOGS.create(_CATALOG | lists)
