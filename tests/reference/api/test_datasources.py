"""`/api/v1/datasources/` and `/api/v1/products/`: staff keep sellers and products."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from patron.channels import staff
from patron.kernel import clock
from patron.orders.entry import ORDERS
from patron.reference.models import Datasource, PriceList, Product, ProductImage
from patron.reference.products import PRODUCTS

pytestmark = pytest.mark.django_db
SELLERS, GOODS = "/api/v1/datasources/", "/api/v1/products/"
SELLER = {"name": "seller-1", "title": "Test Seller", "supplier_code": "Code123"}
IMAGE = {"image": "products/2021/05/21/134/d192331113a.jpg", "order": 0, "height": 80, "width": 101}
PRODUCT = {"sku": "4455002", "name": "Oversized Sweatshirt", "product_images": [IMAGE]}


@pytest.fixture
def manager(token_of: Callable[..., str]) -> str:
    verbs = ("view", "add", "change", "delete")
    return token_of(*(f"reference.{verb}_{table}" for verb in verbs for table in ("datasource", "product")))


@pytest.mark.parametrize("path", [SELLERS, GOODS, f"{SELLERS}1/", f"{GOODS}1/"])
def test_needs_a_token_and_the_permission(path: str, call: Any, token_of: Any) -> None:
    """Anonymous 401, staff without the right 403."""
    assert call("GET", path).status_code == 401
    assert call("GET", path, token=token_of("reference.view_pricelist")).status_code == 403


def test_a_sellers_whole_life(call: Any, manager: str) -> None:
    """Made with the published fields, null where nothing is known; changed; deleted."""
    made = call("POST", SELLERS, SELLER, token=manager)
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in SELLER} == SELLER
    assert (body["extras"], body["is_active"]) == ({}, True)
    unknown = {
        "phone_number", "mersis_number", "fax_number", "email", "trade_association", "price_list", "address",
        "stock_list", "slug", "kep_address",
    }  # fmt: skip
    assert {body[name] for name in unknown} == {None}
    path = f"{SELLERS}{body['pk']}/"
    price_list = PriceList.objects.create(
        name="x", code="x", currency="usd", created_at=clock.now(), modified_at=clock.now()
    )
    changed = call("PATCH", path, {"slug": "seller", "price_list": price_list.pk}, token=manager).json()
    assert (changed["slug"], changed["price_list"], changed["name"]) == ("seller", price_list.pk, "seller-1")
    assert call("PUT", path, SELLER, token=manager).json()["slug"] is None
    assert call("GET", f"{SELLERS}?name__startswith=sell&sort=-name", token=manager).json()["count"] == 1
    assert call("DELETE", path, token=manager).status_code == 204
    assert call("GET", path, token=manager).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"supplier_code": "Code123"}, "supplier_code"),
        ({"slug": "taken", "supplier_code": "2"}, "slug"),
        ({"slug": "a b", "supplier_code": "2"}, "slug"),
        ({"price_list": 99, "supplier_code": "2"}, "price_list"),
        ({"stock_list": 99, "supplier_code": "2"}, "stock_list"),
        ({"email": "x", "supplier_code": "2"}, "email"),
        ({"extras": [], "supplier_code": "2"}, "extras"),
        ({"name": None, "supplier_code": "2"}, "name"),
    ],
)
def test_a_bad_seller_is_refused_by_field(wrong: dict[str, Any], field: str, call: Any, manager: str) -> None:
    """Codes and slugs once; keys that lead somewhere."""
    call("POST", SELLERS, SELLER | {"slug": "taken"}, token=manager)
    answer = call("POST", SELLERS, SELLER | wrong, token=manager)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Datasource.objects.count() == 1


def test_a_product_comes_with_its_pictures(call: Any, manager: str) -> None:
    """In their order; a change without them leaves them, one with them replaces them."""
    body = call("POST", GOODS, PRODUCT | {"product_images": [IMAGE | {"order": 2}, IMAGE]}, token=manager).json()
    assert [each["order"] for each in body["product_images"]] == [0, 2]
    picture = body["product_images"][0]
    assert picture == IMAGE | {"pk": picture["pk"], "product": body["pk"]}
    path = f"{GOODS}{body['pk']}/"
    assert len(call("PATCH", path, {"name": "Other"}, token=manager).json()["product_images"]) == 2
    assert call("PATCH", path, {"product_images": []}, token=manager).json()["product_images"] == []
    assert not ProductImage.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sku": "4455002"}, "sku"),
        ({"sku": ""}, "sku"),
        ({"product_images": "x"}, "product_images"),
        ({"product_images": [{"image": "x", "height": 0}]}, "product_images"),
        ({"product_images": [IMAGE] * 51}, "product_images"),
    ],
)
def test_a_bad_product_is_refused_by_field(wrong: dict[str, Any], field: str, call: Any, manager: str) -> None:
    """And no half of it is kept."""
    call("POST", GOODS, PRODUCT, token=manager)
    answer = call("POST", GOODS, PRODUCT | {"sku": "2"} | wrong, token=manager)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert (Product.objects.count(), ProductImage.objects.count()) == (1, 1)


def test_a_product_that_was_bought_cannot_be_deleted(call: Any, manager: str) -> None:
    """406 with a code; the order would point nowhere."""
    product = PRODUCTS.create({"sku": "1", "name": "x"})
    ORDERS.create({"number": "1", "date_placed": clock.now(), "items": [{"product_id": product.pk}]})
    answer = call("DELETE", f"{GOODS}{product.pk}/", token=manager)
    assert (answer.status_code, answer.json()["error_code"]) == (406, "reference_100_1")
    assert Product.objects.exists()


def test_the_list_of_products_costs_the_same_for_any_number(
    call: Any, manager: str, django_assert_num_queries: Any
) -> None:
    """Their pictures are read once for the page."""
    for number in range(8):
        PRODUCTS.create({"sku": str(number), "name": "x", "product_images": [IMAGE]})
    with django_assert_num_queries(5):
        assert len(call("GET", GOODS, token=manager).json()["results"]) == 8


def test_the_console_keeps_them_too(db: None) -> None:
    """A seller and a product with a picture, made and changed by forms."""
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(staff.create("boss", "correct horse battery", is_superuser=True))
    seller = SELLER | {"is_active": "on", "extras": "{}"}
    assert browser.post("/console/reference/datasource/add/", seller).status_code == 302
    assert Datasource.objects.values_list("slug", "address").get() == (None, None)
    again = browser.post("/console/reference/datasource/add/", seller)
    assert "There is a seller with this supplier code already." in again.content.decode()
    images = {"images-TOTAL_FORMS": "1", "images-INITIAL_FORMS": "0", "images-0-image": "a.jpg", "images-0-order": "0"}
    answer = browser.post("/console/reference/product/add/", {"name": "x", "sku": "1", "is_active": "on"} | images)
    assert answer.status_code == 302
    assert Product.objects.get().images.get().image == "a.jpg"
