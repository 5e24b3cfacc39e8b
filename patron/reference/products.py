"""Products and their pictures are made, changed and deleted by staff."""

from collections.abc import Mapping
from typing import Any, Final

from patron.reference.models import SKU_TAKEN, SKU_TEXT, Product, ProductImage
from patron.reference.records import Records

FIELDS: Final = ("sku", "name", "is_active")


def _set_images(product: Product, data: Mapping[str, Any]) -> None:
    """Put `product_images` (image, order, height, width) in the place of those it had; absent, they stay."""
    if "product_images" not in data:
        return
    product.images.all().delete()
    ProductImage.objects.bulk_create(ProductImage(product=product, **image) for image in data["product_images"])


PRODUCTS: Final = Records(Product, FIELDS, {SKU_TAKEN: ("sku", SKU_TEXT)}, also=_set_images)
