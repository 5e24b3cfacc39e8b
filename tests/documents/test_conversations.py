"""The examples of the document about conversations, replayed."""

import copy
from typing import Any

import pytest

from patron.accounts.models import Shopper
from patron.kernel import clock
from patron.reference.models import Datasource, Product, ProductImage
from patron.support.models import Conversation, Message
from patron.support.openapi_conversations import EXAMPLE

LISTED: dict[str, Any] = {
    "id": 3,
    "conversation_type": "message",
    "item_object": {
        "pk": 3855,
        "sku": "4455002",
        "product_images": [
            {
                "pk": 26,
                "product": 9,
                "image": "products/2021/05/21/134/d192331113a.jpg",
                "order": 0,
                "height": 80,
                "width": 101,
            }
        ],
        "name": "Oversized Sweatshirt",
    },
    "is_answered": False,
    "subject": "subject-1",
    "message_set": [],
    "user": {
        "id": 853,
        "first_name": "John",
        "last_name": "Doe",
        "gender": None,
        "email": "testuser1@akinon.com",
        "phone": None,
    },
    "last_message_date": None,
    "is_public": False,
    "item_content": "product",
    "datasource": {
        "phone_number": None,
        "name": "seller-1",
        "title": "Test Seller",
        "supplier_code": "Code123",
        "mersis_number": None,
        "fax_number": None,
        "email": None,
        "is_active": True,
        "trade_association": None,
        "price_list": None,
        "address": None,
        "stock_list": None,
        "pk": 57,
        "slug": None,
        "kep_address": None,
        "extras": {},
    },
}
ASKED: dict[str, Any] = {
    "conversation_type": "message",
    "user": 76,
    "user_type": "registered",
    "message_content": "hello first message",
    "datasource": 135,
    "content_type": "user",
    "is_public": False,
    "content_id": 76,
    "subject": "subject",
    "conversation": 1,
    "item_content": "product",
    "item_id": 1,
}
CREATED: dict[str, Any] = {
    "id": 35,
    "datasource": 1,
    "user": 76,
    "subject": "subject",
    "item_content": None,
    "is_public": False,
    "item_id": None,
    "conversation_type": "message",
    "message_content": "hello first message 2",
    "user_type": "registered",
    "content_id": 76,
    "content_type": "user",
}
EXISTS = ["Conversation already exists"]
pytestmark = pytest.mark.django_db


def order_of(value: Any) -> Any:
    """The names of the members, level by level."""
    if isinstance(value, dict):
        return [(name, order_of(inner)) for name, inner in value.items()]
    return [order_of(inner) for inner in value] if isinstance(value, list) else None


def seller(pk: int, **fields: Any) -> Datasource:
    now = clock.now()
    named = {"name": f"seller-{pk}", "title": "Test Seller", "supplier_code": f"Code{pk}"} | fields
    return Datasource.objects.create(pk=pk, created_at=now, modified_at=now, **named)


def conversation(pk: int, shopper: Shopper, datasource: Datasource, **fields: Any) -> Conversation:
    now = clock.now()
    return Conversation.objects.create(
        pk=pk, shopper=shopper, datasource=datasource, type="message", created_at=now, active_at=now, **fields
    )


@pytest.fixture
def listed(make_shopper: Any) -> tuple[Shopper, dict[str, Any]]:
    """The shopper of the example, and the example with the one thing in it that contradicts itself put right."""
    now = clock.now()
    item, image = LISTED["item_object"], LISTED["item_object"]["product_images"][0]
    product = Product.objects.create(pk=item["pk"], sku=item["sku"], name=item["name"], created_at=now, modified_at=now)
    ProductImage.objects.create(
        product=product, **{name: image[name] for name in ("pk", "image", "order", "height")}, width=image["width"]
    )
    shopper = make_shopper(**LISTED["user"])
    fields = LISTED["datasource"]
    made = seller(fields["pk"], name=fields["name"], supplier_code=fields["supplier_code"])
    conversation(LISTED["id"], shopper, made, product=product, subject=LISTED["subject"])
    expected = copy.deepcopy(LISTED)
    expected["item_object"]["product_images"][0]["product"] = item["pk"]  # the document says 9 of product 3855
    return shopper, expected


def test_list_user_conversations(listed: Any, sign_in: Any) -> None:
    """GET List User Conversations, 200."""
    shopper, expected = listed
    answer = sign_in(shopper).get("/users/conversations/")
    page = {"count": 1, "next": None, "previous": None, "results": [expected]}
    assert (answer.status_code, answer.json()) == (200, page)
    assert order_of(answer.json()) == order_of(page), "in the document's order"


def test_retrieve_user_conversation(listed: Any, sign_in: Any) -> None:
    """GET Retrieve User Conversation, 200."""
    shopper, expected = listed
    answer = sign_in(shopper).get("/users/conversations/3/")
    assert (answer.status_code, answer.json()) == (200, expected)
    assert order_of(answer.json()) == order_of(expected), "in the document's order"


def test_create_user_conversation(make_shopper: Any, sign_in: Any) -> None:
    """POST Create User Conversation, 201: the example's second message, in the conversation that its answer shows."""
    shopper = make_shopper(id=CREATED["user"])
    conversation(CREATED["id"], shopper, seller(CREATED["datasource"]), subject=CREATED["subject"])
    body = ASKED | {"conversation": CREATED["id"], "message_content": CREATED["message_content"]}
    answer = sign_in(shopper).post("/users/conversations/", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (201, CREATED)
    assert list(answer.json()) == list(CREATED), "in the document's order"
    assert Message.objects.get().content == CREATED["message_content"]


def test_create_user_conversation_that_exists(make_shopper: Any, sign_in: Any) -> None:
    """POST Create User Conversation, 400: a bare list."""
    now = clock.now()
    shopper = make_shopper(id=ASKED["user"])
    product = Product.objects.create(pk=ASKED["item_id"], sku="1", name="Scarf", created_at=now, modified_at=now)
    seller(ASKED["datasource"])
    body = {name: value for name, value in ASKED.items() if name != "conversation"}
    client = sign_in(shopper)
    first, second = (client.post("/users/conversations/", body, content_type="application/json") for _turn in range(2))
    assert (first.status_code, first.json()["item_id"]) == (201, product.pk)
    assert (second.status_code, second.json()) == (400, EXISTS)


def test_the_published_example_is_the_documents() -> None:
    """What the API page shows is what the document shows."""
    assert EXAMPLE == LISTED
