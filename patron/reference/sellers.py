"""Sellers (the API's datasources) are made, changed and deleted by staff."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from patron.reference.models import SLUG_TAKEN, SLUG_TEXT, SUPPLIER_TAKEN, SUPPLIER_TEXT, Datasource
from patron.reference.records import Records

FIELDS: Final = (
    "name",
    "title",
    "slug",
    "supplier_code",
    "is_active",
    "email",
    "phone_number",
    "fax_number",
    "address",
    "kep_address",
    "mersis_number",
    "trade_association",
    "price_list_id",
    "stock_list_id",
    "extras",
)
SELLERS: Final = Records(
    Datasource,
    FIELDS,
    {
        SUPPLIER_TAKEN: ("supplier_code", SUPPLIER_TEXT),
        SLUG_TAKEN: ("slug", SLUG_TEXT),
        "reference_datasource_price_list_id": ("price_list", _("There is no such price list.")),
        "reference_datasource_stock_list_id": ("stock_list", _("There is no such stock list.")),
    },
)
