"""`/conversations/public/`: what was published of a product, to anyone; and how it gets there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patron.support import answering, moderation, posting

pytestmark = pytest.mark.django_db
PATHS = ("/conversations/public/", "/users/conversations/public/")


@pytest.fixture
def asked(make_shopper: Any, make_conversation: Any, make_product: Any) -> Any:
    """A question that its shopper wants published."""
    shopper = make_shopper(first_name="John", last_name="Doe", email="john@doe.example")
    return make_conversation(shopper, make_product(), type="question", is_public=True, content="Is it warm?")


def shown(client: Client, product_id: int | None, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{PATHS[0]}?product={product_id}{query}").json()["results"]
    return found


def test_is_seen_after_moderation_only(asked: Any, anonymous: Client, clerk: Any) -> None:
    """Asked for: nothing. Published: the words and the answers, and the shopper's initials at most."""
    assert shown(anonymous, asked.product_id) == []
    moderation.publish(asked.pk)
    answering.reply(asked.pk, "Very <i>warm</i>.", clerk.pk)
    for path in PATHS:
        answer = anonymous.get(f"{path}?product={asked.product_id}")
        assert (answer.status_code, answer.json()["count"]) == (200, 1)
        (found,) = answer.json()["results"]
        assert [each["message_content"] for each in found["message_set"]] == ["Is it warm?", "Very <i>warm</i>."]
        assert (found["author"], found["conversation_type"]) == ("J. D.", "question")
        for word in ("John", "Doe", "doe.example", clerk.username):
            assert word not in answer.content.decode()


def test_what_is_added_later_waits_again(asked: Any, anonymous: Client) -> None:
    """What was published stays, what the shopper adds is not seen before it is published too."""
    moderation.publish(asked.pk)
    posting.from_shopper(asked.pk, asked.shopper_id, "My number is 0532")
    (found,) = shown(anonymous, asked.product_id)
    assert [each["message_content"] for each in found["message_set"]] == ["Is it warm?"]
    asked.refresh_from_db()
    assert asked.visibility == "asked"
    moderation.publish(asked.pk)
    assert len(shown(anonymous, asked.product_id)[0]["message_set"]) == 2


def test_what_is_added_while_somebody_decides_is_not_let_out(asked: Any, anonymous: Client, clerk: Any) -> None:
    """Published is what the moderator has read; the rest waits, also behind an answer, however often it is done."""
    read = asked.last_message_id
    added = posting.from_shopper(asked.pk, asked.shopper_id, "My number is 0532")
    answering.reply(asked.pk, "Warm enough.", clerk.pk)
    for _click in range(2):
        moderation.publish(asked.pk, read)
        (found,) = shown(anonymous, asked.product_id)
        assert [each["message_content"] for each in found["message_set"]] == ["Is it warm?", "Warm enough."]
        asked.refresh_from_db()
        assert asked.visibility == "asked"
    moderation.publish(asked.pk, added.message_id)
    moderation.publish(asked.pk, read)  # a click that comes late takes nothing back
    asked.refresh_from_db()
    assert asked.visibility == "published"
    assert len(shown(anonymous, asked.product_id)[0]["message_set"]) == 3


def test_rejected_is_taken_back(asked: Any, anonymous: Client) -> None:
    """Nothing is seen of it; it can be published after all."""
    moderation.publish(asked.pk)
    moderation.reject(asked.pk, "It names somebody.")
    assert shown(anonymous, asked.product_id) == []
    asked.refresh_from_db()
    assert (asked.visibility, asked.rejection) == ("rejected", "It names somebody.")
    moderation.publish(asked.pk)
    assert len(shown(anonymous, asked.product_id)) == 1


def test_without_moderation(
    setting: Any, anonymous: Client, make_shopper: Any, make_conversation: Any, make_product: Any
) -> None:
    """MODERATE_PUBLIC off: all is seen at once, also what is added; what nobody asked for never."""
    setting("MODERATE_PUBLIC", False)
    shopper, product = make_shopper(), make_product()
    made = make_conversation(shopper, product, type="question", is_public=True)
    make_conversation(shopper, product, type="question")
    make_conversation(shopper, product, type="message", is_public=True)
    posting.from_shopper(made.pk, shopper.pk, "And in blue?")
    (found,) = shown(anonymous, product.pk)
    assert (found["id"], len(found["message_set"])) == (made.pk, 2)
    setting("MODERATE_PUBLIC", True)
    posting.from_shopper(made.pk, shopper.pk, "Not yet")
    assert len(shown(anonymous, product.pk)[0]["message_set"]) == 2


def test_what_was_not_asked_for_is_not_published(
    agent: str, storefront: Any, call: Any, make_shopper: Any, make_conversation: Any, make_product: Any
) -> None:
    """406 for a private one and for one about no product; a rejection needs its reason."""
    private = make_conversation(make_shopper(), make_product(), type="question")
    base = f"/api/v1/remote/{storefront.pk}/conversations/"
    for made in (private, make_conversation(make_shopper(), is_public=True)):
        for action in ("publish", "reject"):
            answer = call("POST", f"{base}{made.pk}/{action}/", {"reason": "No."}, token=agent)
            assert (answer.status_code, answer.json()["error_code"]) == (406, "conversation_100_5")
    assert list(call("POST", f"{base}{private.pk}/reject/", {}, token=agent).json()) == ["reason"]


def test_moderation_by_the_api(asked: Any, agent: str, storefront: Any, call: Any, sign_in: Any) -> None:
    """Published and rejected are seen by staff and, as far as they are public, by the shopper."""
    base = f"/api/v1/remote/{storefront.pk}/conversations/{asked.pk}/"
    posting.from_shopper(asked.pk, asked.shopper_id, "And is it long?")
    part = call("POST", f"{base}publish/", {"upto": asked.last_message_id}, token=agent).json()
    assert (part["visibility"], part["is_public"]) == ("asked", True)
    refused = call("POST", f"{base}publish/", {"upto": "all"}, token=agent)
    assert (refused.status_code, list(refused.json())) == (400, ["upto"])
    published = call("POST", f"{base}publish/", token=agent).json()
    assert (published["visibility"], published["is_public"]) == ("published", True)
    assert sign_in(asked.shopper).get(f"/users/conversations/{asked.pk}/").json()["is_public"] is True
    rejected = call("POST", f"{base}reject/", {"reason": "No."}, token=agent).json()
    assert (rejected["is_public"], rejected["rejection_reason"]) == (False, "No.")


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 400, "product"),
        ("?product=x", 400, "product"),
        (f"?product={2**80}", 400, "product"),
        ("?product=1&conversation_type=message", 400, "conversation_type"),
        ("?product=1&page=2", 404, "detail"),
    ],
)
def test_what_it_does_not_understand(query: str, status: int, field: str, anonymous: Client) -> None:
    """400 by parameter, 404 for a page."""
    answer = anonymous.get(PATHS[0] + query)
    assert (answer.status_code, list(answer.json())) == (status, [field])


def test_costs_one_statement(asked: Any, anonymous: Client) -> None:
    """Whatever there is."""
    moderation.publish(asked.pk)
    for product_id in (asked.product_id, 4711):
        with CaptureQueriesContext(connection) as statements:
            shown(anonymous, product_id)
        assert len(statements) == 1
    assert shown(anonymous, asked.product_id, "&conversation_type=review") == []
