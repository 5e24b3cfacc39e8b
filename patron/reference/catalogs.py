"""Catalogs and stock lists are made, changed and deleted by staff."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.reference.models import (
    CATALOG_CODE_TAKEN,
    CATALOG_TAKEN_TEXT,
    STOCK_CODE_TAKEN,
    STOCK_TAKEN_TEXT,
    Catalog,
    StockList,
)
from patron.reference.records import Records

STOCK_LISTS: Final = Records(StockList, ("name", "code"), {STOCK_CODE_TAKEN: ("code", STOCK_TAKEN_TEXT)})
CATALOGS: Final = Records(
    Catalog,
    ("name", "code", "price_list_id", "stock_list_id"),
    {
        CATALOG_CODE_TAKEN: ("code", CATALOG_TAKEN_TEXT),
        "reference_catalog_price_list_id": ("price_list", _("There is no such price list.")),
        "reference_catalog_stock_list_id": ("stock_list", _("There is no such stock list.")),
    },
)
