"""`/users/conversations/`: the own conversations, a new one, one more message."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patron.accounts.models import Shopper
from patron.support import answering, posting
from patron.support.models import BlockedSender, Conversation, Message
from patron.support.models.conversations import MOST_MESSAGES

PATH = "/users/conversations/"
pytestmark = pytest.mark.django_db


def words(shopper: Shopper, datasource_id: int, **more: Any) -> dict[str, Any]:
    return {
        "conversation_type": "message",
        "user": shopper.pk,
        "user_type": "registered",
        "message_content": "hello first message",
        "datasource": datasource_id,
        "content_type": "user",
        "is_public": False,
        "content_id": shopper.pk,
        "subject": "subject",
    } | more


def post(client: Client, body: dict[str, Any], path: str = PATH) -> Any:
    return client.post(path, body, content_type="application/json")


def refused(client: Client, body: dict[str, Any]) -> list[str]:
    answer = post(client, body)
    assert answer.status_code == 400, answer.content
    return list(answer.json())


@pytest.mark.parametrize("path", [PATH, f"{PATH}1/", "/users/messages/?conversation=1"])
def test_anonymous_reads_nothing(path: str, anonymous: Client) -> None:
    """401, also where there is no such conversation."""
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


@pytest.mark.parametrize("path", [PATH, "/users/messages/"])
def test_anonymous_writes_nothing(path: str, anonymous: Client) -> None:
    """401."""
    assert post(anonymous, {}, path).status_code == 401


def test_a_post_needs_the_csrf_token(make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """403, and nothing is written."""
    shopper = make_shopper()
    client = sign_in(shopper)
    bare = Client()
    bare.cookies = client.cookies
    assert post(bare, words(shopper, make_seller().pk)).status_code == 403
    assert not Conversation.objects.exists()


def test_a_new_conversation(make_shopper: Any, sign_in: Any, make_seller: Any, make_product: Any) -> None:
    """201 with the documented members, in their order."""
    shopper, seller, product = make_shopper(), make_seller(), make_product()
    answer = post(sign_in(shopper), words(shopper, seller.pk, item_content="product", item_id=product.pk))
    assert answer.status_code == 201
    assert answer.json() == {
        "id": Conversation.objects.get().pk,
        "datasource": seller.pk,
        "user": shopper.pk,
        "subject": "subject",
        "item_content": "product",
        "is_public": False,
        "item_id": product.pk,
        "conversation_type": "message",
        "message_content": "hello first message",
        "user_type": "registered",
        "content_id": shopper.pk,
        "content_type": "user",
    }


def test_the_list_shows_it(make_shopper: Any, sign_in: Any, make_conversation: Any, make_product: Any) -> None:
    """With item, messages, shopper and seller."""
    shopper, product = make_shopper(), make_product()
    made = make_conversation(shopper, product)
    message = Message.objects.get()
    body = sign_in(shopper).get(PATH).json()
    assert {name: body[name] for name in ("count", "next", "previous")} == {"count": 1, "next": None, "previous": None}
    (shown,) = body["results"]
    assert shown["message_set"] == [
        {
            "id": message.pk,
            "message_content": "Hello",
            "content_type": "user",
            "content_id": shopper.pk,
            "user_type": "registered",
            "created_date": shown["last_message_date"],
            "is_read": False,
        }
    ]
    assert shown["item_object"] == {
        "pk": product.pk,
        "sku": product.sku,
        "product_images": [
            {
                "pk": product.images.get().pk,
                "product": product.pk,
                "image": "products/1.jpg",
                "order": 0,
                "height": 80,
                "width": 101,
            }
        ],
        "name": product.name,
    }
    assert (shown["id"], shown["is_answered"], shown["user"]["email"]) == (made.pk, False, shopper.email)
    assert shown["datasource"]["pk"] == made.datasource_id


def test_an_order_item_is_shown_with_its_order(
    make_shopper: Any, sign_in: Any, make_conversation: Any, make_order_item: Any
) -> None:
    """Its number and product; null once it is gone."""
    shopper = make_shopper()
    item = make_order_item(shopper)
    made = make_conversation(shopper, item)
    client = sign_in(shopper)
    shown = client.get(f"{PATH}{made.pk}/").json()
    assert (shown["item_content"], shown["item_object"]["pk"]) == ("orderitem", item.pk)
    assert shown["item_object"]["order_number"] == item.order.number
    assert shown["item_object"]["product"]["pk"] == item.product_id
    item.delete()
    assert client.get(f"{PATH}{made.pk}/").json()["item_object"] is None


def test_only_the_own_ones_newest_activity_first(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """A message moves its conversation to the top; another shopper's is not there."""
    mine, other = make_shopper(), make_shopper()
    first, second = make_conversation(mine), make_conversation(mine)
    foreign = make_conversation(other)
    client = sign_in(mine)
    assert [each["id"] for each in client.get(PATH).json()["results"]] == [second.pk, first.pk]
    posting.from_shopper(first.pk, mine.pk, "again")
    assert [each["id"] for each in client.get(PATH).json()["results"]] == [first.pk, second.pk]
    for path in (f"{PATH}{foreign.pk}/", f"{PATH}{2**70}/", f"/users/messages/?conversation={foreign.pk}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."}), path


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"message", "question"}),
        ("conversation_type=question", {"question"}),
        ("is_answered=true", {"message"}),
        ("is_answered=false", {"question"}),
        ("item_content=product", {"question"}),
        ("item_content=orderitem", set()),
        ("item_id={product}", {"question"}),
        ("datasource={seller}", {"message"}),
        ("datasource={seller}&conversation_type=question", set()),
    ],
)
def test_filters(
    query: str,
    found: set[str],
    make_shopper: Any,
    sign_in: Any,
    make_conversation: Any,
    make_product: Any,
    clerk: Any,
) -> None:
    """Each narrows the list, and its count."""
    shopper, product = make_shopper(), make_product(pk=4711)
    answered = make_conversation(shopper)
    make_conversation(shopper, product, type="question")
    answering.reply(answered.pk, "Hello back", clerk.pk)
    asked = query.format(product=product.pk, seller=answered.datasource_id)
    body = sign_in(shopper).get(f"{PATH}?{asked}").json()
    assert {each["conversation_type"] for each in body["results"]} == found
    assert body["count"] == len(found)


@pytest.mark.parametrize(
    ("query", "status", "body"),
    [
        ("conversation_type=letter", 400, {"conversation_type": ['"letter" is not a valid choice.']}),
        ("is_answered=perhaps", 400, {"is_answered": ["Must be a valid boolean."]}),
        ("item_id=x", 400, {"item_id": ["A valid integer is required."]}),
        ("datasource=99999999999999999999", 400, None),
        ("sort=id", 400, {"sort": ["This list cannot be sorted."]}),
        ("page=2", 404, {"detail": "Invalid page."}),
        ("page=0", 404, {"detail": "Invalid page."}),
        ("page=x", 404, {"detail": "Invalid page."}),
    ],
)
def test_what_the_list_does_not_understand(query: str, status: int, body: Any, make_shopper: Any, sign_in: Any) -> None:
    """400 by parameter, 404 for a page."""
    answer = sign_in(make_shopper()).get(f"{PATH}?{query}")
    assert answer.status_code == status
    assert body is None or answer.json() == body


def test_pages(make_shopper: Any, sign_in: Any, make_conversation: Any, make_seller: Any) -> None:
    """Links are absolute and keep what was asked."""
    shopper, seller = make_shopper(), make_seller()
    for _turn in range(3):
        make_conversation(shopper, datasource_id=seller.pk)
    client = sign_in(shopper)
    first = client.get(f"{PATH}?limit=2&conversation_type=message").json()
    assert first["next"] == f"http://testserver{PATH}?conversation_type=message&limit=2&page=2"
    second = client.get(first["next"].removeprefix("http://testserver")).json()
    assert (first["count"], len(first["results"]), len(second["results"])) == (3, 2, 1)
    assert (second["next"], second["previous"]) == (None, f"http://testserver{PATH}?conversation_type=message&limit=2")


def test_the_list_costs_one_statement(
    make_shopper: Any, sign_in: Any, make_conversation: Any, make_seller: Any
) -> None:
    """For 1 as for 100 conversations, whatever number of messages they hold; so does one conversation."""
    shopper, seller = make_shopper(), make_seller()
    first = make_conversation(shopper, datasource_id=seller.pk)
    client = sign_in(shopper)
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"{PATH}?limit=100").status_code == 200
        counts.append(len(asked))
        for number in range(99):
            made = make_conversation(shopper, datasource_id=seller.pk)
            posting.from_shopper(made.pk, shopper.pk, f"more {number}")
    assert counts == [1, 1]
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"{PATH}{first.pk}/").status_code == 200
    assert len(asked) == 1


def test_the_list_holds_the_newest_hundred_messages(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """The oldest of these first; the conversation itself holds all, and the messages come in pages."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    for number in range(2, 104):
        posting.from_shopper(made.pk, shopper.pk, str(number))
    client = sign_in(shopper)
    listed = client.get(PATH).json()["results"][0]["message_set"]
    assert [each["message_content"] for each in listed] == [str(number) for number in range(4, 104)]
    assert len(client.get(f"{PATH}{made.pk}/").json()["message_set"]) == 103
    page = client.get(f"/users/messages/?conversation={made.pk}&limit=3&page=2").json()
    assert (page["count"], [each["message_content"] for each in page["results"]]) == (103, ["4", "5", "6"])


def test_a_second_one_is_refused(make_shopper: Any, sign_in: Any, make_seller: Any, make_product: Any) -> None:
    """The same seller, type and item, or subject without an item: a bare list."""
    shopper, seller, product = make_shopper(), make_seller(), make_product()
    client = sign_in(shopper)
    about = words(shopper, seller.pk, item_content="product", item_id=product.pk)
    for body in (words(shopper, seller.pk), words(shopper, seller.pk, subject=""), about):
        assert post(client, body).status_code == 201
        answer = post(client, body)
        assert (answer.status_code, answer.json()) == (400, ["Conversation already exists"])
    assert post(client, about | {"subject": "another"}).json() == ["Conversation already exists"]
    for other in ({"subject": "another"}, {"conversation_type": "question"}, {"datasource": make_seller().pk}):
        assert post(client, words(shopper, seller.pk) | other).status_code == 201
    assert Conversation.objects.count() == 6
    assert Message.objects.count() == 6


def test_one_more_message(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """By the documented body with `conversation`, and by /users/messages/."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    client = sign_in(shopper)
    answer = post(client, words(shopper, made.datasource_id, conversation=made.pk, message_content="second"))
    assert (answer.status_code, answer.json()["id"]) == (201, made.pk)
    assert (answer.json()["message_content"], answer.json()["subject"]) == ("second", made.subject)
    third = post(client, {"conversation": made.pk, "message_content": "third"}, "/users/messages/")
    assert third.status_code == 201
    assert third.json() == client.get(f"{PATH}{made.pk}/").json()["message_set"][-1]
    assert Message.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user": 0}, "user"),
        ({"user": "other"}, "user"),
        ({"content_id": "other"}, "content_id"),
        ({"content_type": "datasource"}, "content_type"),
        ({"content_type": "staff"}, "content_type"),
        ({"conversation_type": "letter"}, "conversation_type"),
        ({"user_type": "vip"}, "user_type"),
        ({"datasource": 999_999_999}, "datasource"),
        ({"datasource": 2**80}, "datasource"),
        ({"datasource": "x"}, "datasource"),
        ({"item_content": "product", "item_id": 999_999_999}, "item_id"),
        ({"item_content": "orderitem", "item_id": 999_999_999}, "item_id"),
        ({"item_content": "product"}, "item_id"),
        ({"item_id": 1}, "item_content"),
        ({"item_content": "order", "item_id": 1}, "item_content"),
        ({"message_content": ""}, "message_content"),
        ({"message_content": " \n "}, "message_content"),
        ({"message_content": "x" * 5001}, "message_content"),
        ({"message_content": None}, "message_content"),
        ({"message_content": ["a"]}, "message_content"),
        ({"subject": "x" * 256}, "subject"),
        ({"is_public": "perhaps"}, "is_public"),
        ({"conversation": 2**80}, "conversation"),
    ],
)
def test_bad_input(change: dict[str, Any], field: str, make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """400 on the field, and nothing is written."""
    shopper, other = make_shopper(), make_shopper()
    body = words(shopper, make_seller().pk) | change
    body = {name: other.pk if value == "other" else value for name, value in body.items()}
    assert refused(sign_in(shopper), body) == [field]
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "field",
    ["conversation_type", "user", "user_type", "message_content", "datasource", "content_type", "content_id"],
)
def test_what_the_document_requires(field: str, make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """400 on what is missing."""
    shopper = make_shopper()
    body = words(shopper, make_seller().pk)
    del body[field]
    assert refused(sign_in(shopper), body) == [field]


def test_optional_fields_may_be_empty(make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """In JSON as in a form: "" is none."""
    shopper = make_shopper()
    empty = dict.fromkeys(("conversation", "item_content", "item_id", "subject"), "")
    assert post(sign_in(shopper), words(shopper, make_seller().pk) | empty).status_code == 201
    made = Conversation.objects.get()
    assert (made.product_id, made.order_item_id, made.subject) == (None, None, "")


def test_an_empty_parameter_narrows_nothing(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """As a page sends a filter that nobody chose."""
    shopper = make_shopper()
    make_conversation(shopper)
    answer = sign_in(shopper).get(f"{PATH}?conversation_type=&is_answered=&item_content=&item_id=&datasource=")
    assert answer.json()["count"] == 1


def test_an_inactive_seller_is_unknown(make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """400 on `datasource`."""
    shopper = make_shopper()
    assert refused(sign_in(shopper), words(shopper, make_seller(is_active=False).pk)) == ["datasource"]


def test_another_shoppers_order_item(make_shopper: Any, sign_in: Any, make_seller: Any, make_order_item: Any) -> None:
    """400 on `item_id`, as for one that is not there; a guest's too."""
    shopper, seller = make_shopper(), make_seller()
    for item in (make_order_item(make_shopper()), make_order_item(None)):
        body = words(shopper, seller.pk, item_content="orderitem", item_id=item.pk)
        assert refused(sign_in(shopper), body) == ["item_id"]


def test_another_shoppers_conversation(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """404 by both ways, and nothing is written."""
    shopper = make_shopper()
    foreign = make_conversation(make_shopper())
    client = sign_in(shopper)
    assert post(client, words(shopper, foreign.datasource_id, conversation=foreign.pk)).status_code == 404
    body = {"conversation": foreign.pk, "message_content": "mine?"}
    assert post(client, body, "/users/messages/").status_code == 404
    assert Message.objects.count() == 1


def test_longest_and_odd_messages(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """5,000 characters of any kind are kept as they were written, spaces and markup included."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    client = sign_in(shopper)
    for text in ("🙂" * 5000, '  <script>alert(1)</script>\n\t"\\ ', "%s %(shop)s {} \u2028 \x01 İ"):
        answer = post(client, {"conversation": made.pk, "message_content": text}, "/users/messages/")
        assert (answer.status_code, answer.json()["message_content"]) == (201, text)
    shown = client.get(PATH).json()["results"][0]["message_set"]
    assert shown[-2]["message_content"] == '  <script>alert(1)</script>\n\t"\\ '


def test_a_closed_conversation(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """406 by both ways."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    answering.close(made.pk)
    client = sign_in(shopper)
    refusal = {"non_field_errors": "The conversation is closed.", "error_code": "conversation_100_1"}
    for body, path in (
        (words(shopper, made.datasource_id, conversation=made.pk), PATH),
        ({"conversation": made.pk, "message_content": "hello?"}, "/users/messages/"),
    ):
        answer = post(client, body, path)
        assert (answer.status_code, answer.json()) == (406, refusal)


def test_a_blocked_sender(make_shopper: Any, sign_in: Any, make_conversation: Any, clerk: Any) -> None:
    """Neither a message nor another conversation; another seller still hears the shopper."""
    shopper = make_shopper()
    made, other = make_conversation(shopper), make_conversation(shopper)
    answering.block(made.pk, "Insults.", clerk.pk)
    answering.block(made.pk, "Again.", clerk.pk)
    assert BlockedSender.objects.count() == 1
    client = sign_in(shopper)
    for more in ({"conversation": made.pk}, {"subject": "else"}):
        answer = post(client, words(shopper, made.datasource_id, **more))
        assert (answer.status_code, answer.json()["error_code"]) == (406, "conversation_100_4")
    assert post(client, words(shopper, other.datasource_id, conversation=other.pk)).status_code == 201
    answering.unblock(made.pk)
    assert post(client, words(shopper, made.datasource_id, conversation=made.pk)).status_code == 201


def test_a_review_needs_a_delivery(
    make_shopper: Any, sign_in: Any, make_seller: Any, make_product: Any, make_order_item: Any, setting: Any
) -> None:
    """Of that product to that shopper, unless REVIEW_REQUIRES_PURCHASE is off."""
    shopper, seller, product = make_shopper(), make_seller(), make_product()
    client = sign_in(shopper)
    body = words(shopper, seller.pk, conversation_type="review", item_content="product", item_id=product.pk)
    make_order_item(make_shopper(), product)
    waiting = make_order_item(shopper, product, is_delivered=False)
    make_order_item(shopper)
    for wish in (body, body | {"item_content": "orderitem", "item_id": waiting.pk}):
        answer = post(client, wish)
        assert (answer.status_code, answer.json()["error_code"]) == (406, "conversation_100_3")
    assert refused(client, words(shopper, seller.pk, conversation_type="review")) == ["item_content"]
    delivered = make_order_item(shopper, product)
    assert post(client, body).status_code == 201
    assert post(client, body | {"item_content": "orderitem", "item_id": delivered.pk}).status_code == 201
    setting("REVIEW_REQUIRES_PURCHASE", False)
    assert post(client, body | {"item_id": make_product().pk}).status_code == 201


def test_reading_marks_as_read(make_shopper: Any, sign_in: Any, make_conversation: Any, clerk: Any) -> None:
    """What the seller wrote is read once the conversation was opened; the list alone is no reading."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    answering.reply(made.pk, "Hello back", clerk.pk)
    client = sign_in(shopper)

    def is_read() -> list[bool]:
        return [each["is_read"] for each in client.get(PATH).json()["results"][0]["message_set"]]

    assert is_read() == [True, False], "who answers has read the question"
    assert is_read() == [True, False]
    opened = client.get(f"{PATH}{made.pk}/").json()
    assert (opened["is_answered"], opened["message_set"][1]["is_read"]) == (True, False)
    assert is_read() == [True, True]


def test_too_many_in_an_hour(make_shopper: Any, sign_in: Any, make_seller: Any, setting: Any) -> None:
    """CONVERSATIONS_PER_HOUR: 429; a refused one does not count."""
    setting("CONVERSATIONS_PER_HOUR", 1)
    shopper, seller = make_shopper(), make_seller()
    client = sign_in(shopper)
    assert refused(client, words(shopper, 999_999_999)) == ["datasource"]
    assert post(client, words(shopper, seller.pk)).status_code == 201
    assert post(client, words(shopper, seller.pk, subject="more")).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_parallel_creates_one_makes_it(make_shopper: Any, sign_in: Any, make_seller: Any) -> None:
    """The rest get the bare list; without an item and without a subject as well."""
    shopper, seller = make_shopper(), make_seller()
    clients = [sign_in(shopper) for _turn in range(8)]
    body = words(shopper, seller.pk, subject="")

    def create(number: int) -> tuple[int, Any]:
        try:
            answer = post(clients[number % 8], body)
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(100)))
    assert [status for status, _ in answers].count(201) == 1
    assert [body for _, body in answers].count(["Conversation already exists"]) == 99
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_thousand_and_first_message(make_shopper: Any, sign_in: Any, make_conversation: Any) -> None:
    """Of twenty parallel messages into one with 990 ten get in."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    Conversation.objects.update(message_count=MOST_MESSAGES - 10)
    clients = [sign_in(shopper) for _turn in range(8)]

    def add(number: int) -> int:
        try:
            body = {"conversation": made.pk, "message_content": f"message {number}"}
            return int(post(clients[number % 8], body, "/users/messages/").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(add, range(20)))
    assert (statuses.count(201), statuses.count(406)) == (10, 10)
    made.refresh_from_db()
    assert made.message_count == MOST_MESSAGES
    assert Message.objects.count() == 11
    assert made.last_message_id == Message.objects.latest("pk").pk
    answer = post(clients[0], {"conversation": made.pk, "message_content": "more"}, "/users/messages/")
    assert answer.json()["error_code"] == "conversation_100_2"
