"""What the API page says of catalogs and stock lists."""

from typing import Final

from patron.kernel import openapi
from patron.reference import openapi_records
from patron.reference.filters import CatalogFilters, StockListFilters
from patron.reference.models import CATALOG_TAKEN_TEXT, STOCK_TAKEN_TEXT
from patron.reference.reads import CatalogRow, StockListRow
from patron.reference.serializers import CatalogWish, StockListWish

SORTABLE: Final = {"id": "pk", "pk": "pk", "name": "name", "code": "code"} | openapi_records.DATES
_STOCK_LIST: Final = {"name": "Central warehouse", "code": "CENTRAL"}
_CATALOG: Final = {"name": "Bazaar", "code": "BAZAAR", "price_list": 73, "stock_list": 12}
_STOCK_LISTS: Final = openapi_records.Kind(
    name="stock_lists",
    key="stock_list_id",
    schema=openapi.struct(StockListRow),
    row={"pk": 12, "id": 12} | _STOCK_LIST | openapi_records.EXAMPLE_DATES,
    wish=StockListWish,
    example=_STOCK_LIST,
    taken=("code", STOCK_TAKEN_TEXT),
)
_CATALOGS: Final = openapi_records.Kind(
    name="catalogs",
    key="catalog_id",
    schema=openapi.struct(CatalogRow),
    row={"pk": 2, "id": 2} | _CATALOG | openapi_records.EXAMPLE_DATES,
    wish=CatalogWish,
    example=_CATALOG,
    taken=("code", CATALOG_TAKEN_TEXT),
)
STOCK_LISTS: Final = openapi_records.many(_STOCK_LISTS, "Stock lists", StockListFilters, SORTABLE)
STOCK_LIST: Final = openapi_records.one(_STOCK_LISTS)
CATALOGS: Final = openapi_records.many(_CATALOGS, "Catalogs", CatalogFilters, SORTABLE)
CATALOG: Final = openapi_records.one(_CATALOGS)
