"""Mails and SMS about what the other side wrote."""

from typing import Any

import pytest
from django.db import connection

from patron.accounts import anonymizing
from patron.kernel import clock
from patron.support import answering, moderation, notices, posting
from patron.support.models import Conversation, Message

pytestmark = pytest.mark.django_db


def test_a_new_message_is_mailed_to_the_seller(
    make_seller: Any, make_shopper: Any, make_conversation: Any, make_product: Any, mail_outbox: Any
) -> None:
    """In the shop's language, with what it is about; markup stays words."""
    seller = make_seller(email="seller@shop.example")
    made = make_conversation(
        make_shopper(),
        make_product(name="Şal <3"),
        datasource_id=seller.pk,
        type="question",
        content="Kaç <script>alert(1)</script>\n%s %(shop)s {shop}?",
    )
    (mail,) = mail_outbox()
    assert mail.to == "seller@shop.example"
    assert str(made.pk) in mail.subject
    assert "Şal <3" in mail.text
    assert "Kaç <script>alert(1)</script>\n\n%s %(shop)s {shop}?" in mail.text
    assert "Kaç &lt;script&gt;alert(1)&lt;/script&gt;" in mail.html
    assert "<script" not in mail.html
    assert mail_outbox() == [mail]


def test_a_seller_without_an_address_is_not_told(
    make_shopper: Any, make_conversation: Any, mail_outbox: Any, run_jobs: Any
) -> None:
    """Nor is a job put."""
    make_conversation(make_shopper())
    assert run_jobs() == 0
    assert mail_outbox() == []


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr"), ("", "ltr")])
def test_a_mail_says_how_its_lines_run(
    language: str, direction: str, make_shopper: Any, make_conversation: Any, mail_outbox: Any, clerk: Any
) -> None:
    """In the shopper's language, or the shop's where they have none."""
    made = make_conversation(make_shopper(language_code=language))
    answering.reply(made.pk, "Hello", clerk.pk)
    (mail,) = mail_outbox()
    assert mail.html.startswith(f'<div lang="{language or "tr"}" dir="{direction}">')


def test_a_reply_is_mailed_to_the_shopper(
    make_shopper: Any, make_conversation: Any, mail_outbox: Any, sms_outbox: Any, clerk: Any, setting: Any
) -> None:
    """In the shopper's language, escaped; no SMS without permission."""
    setting("SHOP_NAME", "100% Shop {x}")
    shopper = make_shopper(language_code="en", phone="+905551112233")
    made = make_conversation(shopper)
    answering.reply(made.pk, "Half <b>price</b>, 50%!\n%(shop)s {seller}", clerk.pk)
    (mail,) = mail_outbox()
    assert mail.to == shopper.email
    assert mail.subject == "Test Seller has answered you at 100% Shop {x}"
    assert "Half <b>price</b>, 50%!\n\n%(shop)s {seller}" in mail.text
    assert f"About: {made.subject}" in mail.text
    assert "Half &lt;b&gt;price&lt;/b&gt;, 50%!" in mail.html
    assert "<b>" not in mail.html
    assert sms_outbox() == []


@pytest.mark.parametrize(("allowed", "is_on", "count"), [(True, True, 1), (False, True, 0), (True, False, 0)])
def test_sms_where_it_is_allowed(
    allowed: bool,
    is_on: bool,
    count: int,
    make_shopper: Any,
    make_conversation: Any,
    sms_outbox: Any,
    clerk: Any,
    setting: Any,
) -> None:
    """By the shopper and by REPLY_BY_SMS; it holds no word of the answer."""
    setting("REPLY_BY_SMS", is_on)
    shopper = make_shopper(phone="+905551112233", sms_allowed=allowed)
    answering.reply(make_conversation(shopper).pk, "confidential", clerk.pk)
    sent = sms_outbox()
    assert len(sent) == count
    assert all(each.to == "+905551112233" and "confidential" not in each.text for each in sent)


def test_a_burst_is_one_mail_and_nothing_is_told_twice(
    make_shopper: Any, make_conversation: Any, mail_outbox: Any, clerk: Any
) -> None:
    """Three answers before the worker comes: all in one mail, in their order; a job that is repeated tells nothing."""
    made = make_conversation(make_shopper())
    for text in ("one", "two", "three"):
        answering.reply(made.pk, text, clerk.pk)
    (mail,) = mail_outbox()
    assert mail.text.index("one") < mail.text.index("two") < mail.text.index("three")
    for message in Message.objects.all():
        notices.tell_shopper(made.pk, message.pk)
        notices.tell_seller(made.pk, message.pk)
    assert len(mail_outbox()) == 1
    answering.reply(made.pk, "four", clerk.pk)
    assert "three" not in mail_outbox()[0].text


@pytest.mark.parametrize("first", ["shopper", "seller"])
def test_who_write_at_once_are_both_told(
    first: str, make_seller: Any, make_shopper: Any, make_conversation: Any, mail_outbox: Any, clerk: Any
) -> None:
    """In whatever order their jobs run: who is told of the later message is not who waits for the earlier."""
    made = make_conversation(make_shopper(), datasource_id=make_seller(email="seller@shop.example").pk)
    assert len(mail_outbox()) == 1
    writes = {
        "shopper": lambda: posting.from_shopper(made.pk, made.shopper_id, "from the shopper"),
        "seller": lambda: answering.reply(made.pk, "from the seller", clerk.pk),
    }
    tells = {"shopper": notices.tell_seller, "seller": notices.tell_shopper}
    second = "seller" if first == "shopper" else "shopper"
    posted = {name: writes[name]() for name in (first, second)}
    for name in (second, first):
        tells[name](made.pk, posted[name].message_id)
    told = [mail.text for mail in mail_outbox()]
    assert sum("from the shopper" in text for text in told) == 1
    assert sum("from the seller" in text for text in told) == 1


def test_a_rejection_is_mailed_with_its_reason(
    make_shopper: Any, make_conversation: Any, make_product: Any, mail_outbox: Any, setting: Any
) -> None:
    """Once for each reason, in the shopper's language; a refused rejection tells nobody."""
    setting("SHOP_NAME", "100% Shop")
    shopper = make_shopper(language_code="de")
    asked = make_conversation(shopper, make_product(), type="question", is_public=True)
    private = make_conversation(shopper)
    reason = "<b>It names somebody</b>, 50% {x}"
    for _click in range(2):
        moderation.reject(asked.pk, reason)
    with pytest.raises(Exception, match="conversation_100_5"):
        moderation.reject(private.pk, reason)
    (mail,) = mail_outbox()
    assert (mail.to, mail.subject) == (shopper.email, f"100% Shop: Unterhaltung {asked.pk}")
    assert f"Abgelehnt: {reason}" in mail.text
    assert "<b>" not in mail.html
    moderation.reject(asked.pk, "It is a complaint")
    assert len(mail_outbox()) == 2


def test_a_message_that_did_not_get_in_tells_nobody(
    make_seller: Any, make_shopper: Any, make_conversation: Any, mail_outbox: Any
) -> None:
    """A refused one leaves no job behind."""
    made = make_conversation(make_shopper(), datasource_id=make_seller(email="seller@shop.example").pk)
    assert len(mail_outbox()) == 1
    answering.close(made.pk)
    with pytest.raises(Exception, match="conversation_100_1"):
        posting.from_shopper(made.pk, made.shopper_id, "hello?")
    assert len(mail_outbox()) == 1


def test_who_was_anonymised_is_not_written_to(
    make_shopper: Any, make_conversation: Any, mail_outbox: Any, clerk: Any
) -> None:
    """A notice that comes too late finds nobody."""
    shopper = make_shopper()
    made = make_conversation(shopper)
    answering.reply(made.pk, "Hello back", clerk.pk)
    anonymizing.anonymize(shopper.pk)
    assert [mail for mail in mail_outbox() if "answered" in mail.subject] == []


def test_anonymising_leaves_no_word(make_shopper: Any, make_conversation: Any, make_product: Any, clerk: Any) -> None:
    """Conversations stay as numbers: closed, private, without subject and content, each still one of its own."""
    shopper = make_shopper()
    about, other = make_conversation(shopper, subject="mine 1"), make_conversation(shopper, subject="mine 2")
    asked = make_conversation(shopper, make_product(), type="question", is_public=True, content="secret words")
    answering.reply(asked.pk, "secret too", clerk.pk)
    Conversation.objects.filter(pk=asked.pk).update(public_upto=2**40, rejection="secret")
    anonymizing.anonymize(shopper.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(c::text, '') || (SELECT string_agg(m::text, '') FROM support_message m)"
            " FROM support_conversation c"
        )
        (everything,) = cursor.fetchone()
    assert "secret" not in everything
    assert "mine" not in everything
    for made in (about, other, asked):
        made.refresh_from_db()
        assert (made.state, made.visibility, made.public_upto, made.waiting_since) == ("closed", "private", 0, None)
        assert made.closed_at <= clock.now()
