"""Conversations, messages, saved answers and blocked senders as tables of the console."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patron.support import answering
from patron.support.models import BlockedSender, SavedAnswer
from tests.console.conftest import boss, browser_of

__all__ = ["boss"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def console(boss: Any) -> Client:
    return browser_of(boss)


def test_tables_and_pages(
    console: Client, boss: Any, make_shopper: Any, make_conversation: Any, make_product: Any, make_order_item: Any
) -> None:
    """Each opens with its rows, found by number and by the shopper's e-mail; markup is shown as words."""
    shopper = make_shopper()
    made = make_conversation(shopper, make_product(name="Scarf <3"), content="<script>alert(1)</script>")
    make_conversation(shopper, make_order_item(shopper))
    posted = answering.reply(made.pk, "Hello back", boss.pk)
    answering.block(made.pk, "Insults.", boss.pk)
    rows = {"conversation": made.pk, "message": posted.message_id - 2, "blockedsender": BlockedSender.objects.get().pk}
    for table, row in rows.items():
        listed = reverse(f"admin:support_{table}_changelist")
        for address in (listed, f"{listed}?q=%23{row}", f"{listed}?q={shopper.email}"):
            assert console.get(address).status_code == 200, address
        page = console.get(reverse(f"admin:support_{table}_change", args=[row]))
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.content.decode()
    page = console.get(reverse("admin:support_conversation_change", args=[made.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "Scarf &lt;3" in page


def test_what_was_written_is_not_changed(console: Client, make_shopper: Any, make_conversation: Any) -> None:
    """Neither conversations nor messages are added, changed or deleted here."""
    made = make_conversation(make_shopper())
    for table, row in (("conversation", made.pk), ("message", made.last_message_id)):
        assert console.post(reverse(f"admin:support_{table}_add"), {}).status_code == 403
        for action in ("change", "delete"):
            address = reverse(f"admin:support_{table}_{action}", args=[row])
            assert console.post(address, {"post": "yes"}).status_code == 403


def test_saved_answers_and_blocked_senders(
    console: Client, boss: Any, make_shopper: Any, make_seller: Any, make_conversation: Any
) -> None:
    """Saved answers are kept here; a sender is blocked here too, and heard again."""
    address = reverse("admin:support_savedanswer_add")
    assert console.post(address, {"title": "On its way", "content": "It is.", "datasource": ""}).status_code == 302
    saved = SavedAnswer.objects.get()
    assert (saved.title, saved.datasource) == ("On its way", None)
    made = make_conversation(make_shopper())
    block = {"shopper": made.shopper_id, "datasource": made.datasource_id, "reason": "Insults."}
    assert console.post(reverse("admin:support_blockedsender_add"), block).status_code == 302
    assert console.post(reverse("admin:support_blockedsender_add"), block).status_code == 200, "once is enough"
    blocked = BlockedSender.objects.get()
    assert blocked.staff == boss
    address = reverse("admin:support_blockedsender_delete", args=[blocked.pk])
    assert console.post(address, {"post": "yes"}).status_code == 302
    assert not BlockedSender.objects.exists()
