"""What staff read of reference data."""

from typing import Any

import msgspec

from patron.kernel import clock
from patron.reference.models import Catalog, Datasource, PriceList, Product, StockList


class PriceListRow(msgspec.Struct):
    """A price list in the staff's API. `pk` and `id` are the same: some clients read one, some the other."""

    pk: int
    id: int
    name: str
    code: str
    currency: str
    created_date: str
    modified_date: str


def price_list(row: PriceList) -> PriceListRow:
    """One row."""
    return PriceListRow(
        row.pk, row.pk, row.name, row.code, row.currency, clock.iso(row.created_at), clock.iso(row.modified_at)
    )


class DatasourceRow(msgspec.Struct):
    """A seller in the staff's API. `price_list` and `stock_list` are keys."""

    pk: int
    id: int
    name: str
    title: str
    supplier_code: str
    slug: str | None
    is_active: bool
    email: str | None
    phone_number: str | None
    fax_number: str | None
    address: str | None
    kep_address: str | None
    mersis_number: str | None
    trade_association: str | None
    price_list: int | None
    stock_list: int | None
    extras: dict[str, Any]
    created_date: str
    modified_date: str


class ImageRow(msgspec.Struct):
    """A picture of a product; `product` is a key."""

    pk: int
    product: int
    image: str
    order: int
    height: int | None
    width: int | None


class ProductRow(msgspec.Struct):
    """A product in the staff's API."""

    pk: int
    id: int
    sku: str
    name: str
    is_active: bool
    product_images: list[ImageRow]
    created_date: str
    modified_date: str


def datasource(row: Datasource) -> DatasourceRow:
    """One seller."""
    return DatasourceRow(
        pk=row.pk,
        id=row.pk,
        name=row.name,
        title=row.title,
        supplier_code=row.supplier_code,
        slug=row.slug,
        is_active=row.is_active,
        email=row.email,
        phone_number=row.phone_number,
        fax_number=row.fax_number,
        address=row.address,
        kep_address=row.kep_address,
        mersis_number=row.mersis_number,
        trade_association=row.trade_association,
        price_list=row.price_list_id,
        stock_list=row.stock_list_id,
        extras=row.extras,
        created_date=clock.iso(row.created_at),
        modified_date=clock.iso(row.modified_at),
    )


def product(row: Product) -> ProductRow:
    """One product; the pictures in their order, fetched before for a whole page."""
    images = sorted(row.images.all(), key=lambda image: (image.order, image.pk))
    return ProductRow(
        pk=row.pk,
        id=row.pk,
        sku=row.sku,
        name=row.name,
        is_active=row.is_active,
        product_images=[
            ImageRow(each.pk, each.product_id, each.image, each.order, each.height, each.width) for each in images
        ],
        created_date=clock.iso(row.created_at),
        modified_date=clock.iso(row.modified_at),
    )


class StockListRow(msgspec.Struct):
    """A stock list in the staff's API."""

    pk: int
    id: int
    name: str
    code: str
    created_date: str
    modified_date: str


class CatalogRow(msgspec.Struct):
    """A catalog in the staff's API. `price_list` and `stock_list` are keys."""

    pk: int
    id: int
    name: str
    code: str
    price_list: int | None
    stock_list: int | None
    created_date: str
    modified_date: str


def stock_list(row: StockList) -> StockListRow:
    """One stock list."""
    return StockListRow(row.pk, row.pk, row.name, row.code, clock.iso(row.created_at), clock.iso(row.modified_at))


def catalog(row: Catalog) -> CatalogRow:
    """One catalog."""
    return CatalogRow(
        pk=row.pk,
        id=row.pk,
        name=row.name,
        code=row.code,
        price_list=row.price_list_id,
        stock_list=row.stock_list_id,
        created_date=clock.iso(row.created_at),
        modified_date=clock.iso(row.modified_at),
    )
