"""The inbox in a browser: what shoppers write arrives by itself, and a keyboard is enough to answer it."""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from patron.accounts import sessions
from patron.accounts.models import Shopper
from patron.channels import staff
from patron.gateways.models import CapturedMail
from patron.kernel import clock
from patron.support import answering, conversing
from patron.support.conversing import Beginning
from patron.support.models import Conversation, Message, SavedAnswer
from tests.browser.conftest import PATIENCE_MS
from tests.console.conftest import make_shopper
from tests.support.conftest import make_order_item, make_product, make_seller

__all__ = ["make_order_item", "make_product", "make_seller"]
pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"
ATTACK = "<img src=x onerror=\"document.title='broken'\"> <b>Is it warm?</b>"
SAVED = "Thank you for writing. We look into it today."
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# The sidebar and the head of every page of the console are Unfold's own: no landmarks, and not ours to change.
CHROME: Final = [["#nav-sidebar"], ["#header-inner"]]
WIDE: Final = {"width": 1440, "height": 900}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "dark": {"locale": "en-US", "viewport": WIDE, "color_scheme": "dark"},
    "arabic": {"locale": "ar", "viewport": WIDE},
    "tablet": {"locale": "de", "viewport": {"width": 1024, "height": 768}},
    "phone": {"locale": "en-US", "viewport": {"width": 390, "height": 844}},
}
axe = Axe()


@pytest.fixture
def shop(make_seller: Any, make_product: Any, make_order_item: Any) -> dict[str, Any]:
    """A superuser, Jane who has bought something and is signed in at the storefront, and what others wrote before."""
    boss = staff.create("boss", PASSWORD, is_superuser=True)
    jane = make_shopper(1)
    seller = make_seller(name="Shirts", title="Shirts & Co", email="shirts@shop.example")
    item = make_order_item(jane, make_product(name="Winter coat"))
    now = clock.now()
    for number in range(2, 7):
        other = make_shopper(number)
        Shopper.objects.filter(pk=other.pk).update(first_name=f"Ada {number}")
        is_asked = number == 3
        about = {"item_content": "product", "item_id": item.product_id} if is_asked else {"subject": f"Parcel {number}"}
        wish = Beginning("question" if is_asked else "message", seller.pk, "Where is it?", is_public=is_asked, **about)
        begun = conversing.start(other.pk, wish)
        if number == 4:
            late = now - timedelta(days=2)
            Conversation.objects.filter(pk=begun.conversation_id).update(
                waiting_since=late, due_at=late, is_overdue=True
            )
        if number == 5:
            answering.assign(begun.conversation_id, boss.pk)
    for title, content in (("Thanks", SAVED), ("Opening hours", "From nine to five.")):
        SavedAnswer.objects.create(title=title, content=content, created_at=now, modified_at=now)
    key = sessions.sign_in(None, jane).key
    return {"boss": boss, "jane": jane.pk, "email": jane.email, "seller": seller.pk, "item": item.pk, "key": key}


@pytest.fixture
def storefront(shop: dict[str, Any], live_server: LiveServer) -> Iterator[httpx.Client]:
    """Jane's browser at the storefront."""
    cookies = {"osessionid": shop["key"], "csrftoken": "t" * 32}
    headers = {"x-csrftoken": "t" * 32, "Accept-Language": "en"}
    with httpx.Client(
        base_url=live_server.url, cookies=cookies, headers=headers, timeout=60, trust_env=False
    ) as client:
        yield client


@pytest.fixture
def console(storefront: httpx.Client, page: Page) -> Page:
    """The inbox, opened by somebody who signed in; no script may break and nothing foreign be asked."""
    page.on("pageerror", lambda error: pytest.fail(f"the script broke: {error}"))
    page.goto("/console/login/?next=/console/inbox/")
    page.locator("input[name=username]").fill("boss")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".inbox")).to_be_visible()
    return page


def aside(work: Callable[[], Any]) -> Any:
    """Ask the database from a thread of its own, since the browser's loop runs in this one."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def written(storefront: httpx.Client, shop: dict[str, Any], content: str, **more: Any) -> httpx.Response:
    """What Jane sends to the seller about her order."""
    body = {
        "conversation_type": "message",
        "user": shop["jane"],
        "user_type": "registered",
        "message_content": content,
        "datasource": shop["seller"],
        "content_type": "user",
        "content_id": shop["jane"],
        "item_content": "orderitem",
        "item_id": shop["item"],
    }
    return storefront.post("/users/conversations/", json=body | more)


def picture(page: Page, name: str) -> None:
    """A screenshot, for who looks at them."""
    if folder := os.environ.get("PATRON_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/inbox-{name}.png")


def accessible(page: Page) -> None:
    """axe has nothing to complain of, neither in what is ours of the page nor in the page as a whole."""
    context = "dialog[open]" if page.locator("dialog[open]").count() else {"exclude": CHROME}
    found = axe.run(page, context=context, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    # what has the very colour of its ground may be hidden on purpose, so axe leaves it to us: nothing here is
    unsure = [node for rule in found.response["incomplete"] for node in rule["nodes"] if " 1:1 " in str(node["any"])]
    assert unsure == []


def rows(page: Page) -> Locator:
    return page.locator(".inbox-row")


def test_a_shopper_is_answered_with_the_keyboard(
    console: Page, shop: dict[str, Any], storefront: httpx.Client, run_jobs: Callable[..., int]
) -> None:
    """It arrives without a reload, is text whatever it holds, and its answer is read at the storefront and mailed."""
    page, keys = console, console.keyboard
    expect(rows(page)).to_have_count(5)
    accessible(page)
    picture(page, "light")
    made = written(storefront, shop, ATTACK)
    assert made.status_code == 201, made.text
    expect(rows(page)).to_have_count(6)
    expect(page.locator("[data-news]")).to_have_text("Jane Doe has written.")
    expect(page.locator("[data-queue=waiting] [data-count]")).to_have_text("6")

    # the key of j on a Russian keyboard
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'о', code: 'KeyJ', bubbles: true}))")
    for _row in range(5):
        keys.press("j")
    expect(rows(page).last).to_be_focused()
    expect(page.locator(".inbox-conversation h2")).to_have_text("Winter coat")
    expect(page.locator(".inbox-facts")).to_contain_text(re.compile(r"waiting for \d+ minutes?"))
    expect(page.locator(".inbox-words")).to_have_text([ATTACK])
    expect(page.locator(".inbox-side")).to_contain_text("Jane.Doe1@shop.example")
    expect(page.locator(".inbox-side")).to_contain_text("SC-")
    assert page.title().startswith("Inbox")

    keys.press("r")
    expect(page.get_by_label("Your answer")).to_be_focused()
    keys.type("Dear Jane,\n")
    keys.press("/")
    expect(page.get_by_role("combobox", name="Find a saved answer")).to_be_focused()
    accessible(page)
    picture(page, "saved")
    keys.type("thank")
    keys.press("Enter")
    expect(page.get_by_label("Your answer")).to_have_value(f"Dear Jane,\n{SAVED}")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value(f"Dear Jane,\n{SAVED}")
    page.get_by_label("Your answer").press("Control+Enter")
    expect(page.locator(".inbox-message.is-ours .inbox-words")).to_have_text([f"Dear Jane,\n{SAVED}"])
    expect(page.get_by_label("Your answer")).to_have_value("")
    expect(rows(page)).to_have_count(5)

    number = made.json()["id"]
    read = storefront.get(f"/users/conversations/{number}/").json()
    assert read["is_answered"]
    assert read["message_set"][-1]["message_content"] == f"Dear Jane,\n{SAVED}"
    assert read["message_set"][0]["is_read"]
    expect(page.locator(".inbox-read:visible")).to_have_count(1)
    aside(run_jobs)
    mails = aside(lambda: list(CapturedMail.objects.filter(to=shop["email"]).values_list("text", flat=True)))
    assert len(mails) == 1
    assert SAVED in mails[0]

    written(storefront, shop, "Thank you!", conversation=number)
    expect(page.locator(".inbox-words").last).to_have_text("Thank you!")
    keys.press("Escape")
    keys.press("a")
    expect(page.get_by_label("Assigned to")).to_have_value(str(shop["boss"].pk))
    keys.press("e")
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_disabled()
    assert written(storefront, shop, "Hello?", conversation=number).json()["error_code"] == "conversation_100_1"
    picture(page, "closed")


def test_an_answer_is_sent_once_and_only_by_who_has_read_the_others(
    console: Page, shop: dict[str, Any], storefront: httpx.Client
) -> None:
    """A lost connection is tried again with the same key; a colleague's answer that came first is shown first."""
    page = console
    number = written(storefront, shop, "Is it warm?").json()["id"]
    page.goto(f"/console/inbox/?conversation={number}")
    box = page.get_by_label("Your answer")
    box.fill("Yes.")
    lost: list[str] = []

    def lose(route: Any) -> None:
        lost.append(route.request.headers["idempotency-key"])
        if len(lost) > 1:
            route.continue_()
            return
        route.fetch()  # it gets there, and its answer does not come back
        route.abort()

    page.route("**/reply/", lose)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-refusal]")).to_have_text("The server cannot be reached. It is tried again.")
    expect(box).to_have_value("Yes.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(box).to_have_value("")
    expect(page.locator(".is-ours .inbox-words")).to_have_text(["Yes."])
    assert len(set(lost)) == 1
    assert aside(lambda: Message.objects.filter(conversation_id=number, sender="datasource").count()) == 1

    page.route("**/updates/**", lambda route: route.abort())
    box.fill("Very.")
    aside(lambda: answering.reply(number, "It is, said a colleague.", shop["boss"].pk))
    page.get_by_role("button", name="Send", exact=True).click()
    refusal = page.locator("[data-refusal]")
    expect(refusal).to_have_text("Somebody else has answered meanwhile. Read it before you send yours.")
    expect(box).to_have_value("Very.")
    page.unroute("**/updates/**")
    expect(page.locator(".is-ours .inbox-words").last).to_have_text("It is, said a colleague.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".is-ours .inbox-words").last).to_have_text("Very.")


def test_the_inbox_in_the_dark_in_arabic_and_on_a_phone(
    console: Page, shop: dict[str, Any], storefront: httpx.Client, live_server: LiveServer
) -> None:
    """Right to left for Arabic; one thing at a time where there is little room; axe content in each."""
    number = written(storefront, shop, "Is it warm?").json()["id"]
    browser = console.context.browser
    assert browser is not None
    for name, options in LOOKS.items():
        context = browser.new_context(
            base_url=live_server.url, storage_state=console.context.storage_state(), reduced_motion="reduce", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the script broke: {error}"))
        page.goto(f"/console/inbox/?conversation={number}")
        expect(page.locator(".inbox-words")).to_have_text(["Is it warm?"])
        assert page.locator("html").get_attribute("dir") == ("rtl" if name == "arabic" else "ltr")
        accessible(page)
        picture(page, name)
        is_narrow = options["viewport"]["width"] < 700
        expect(page.locator(".inbox-list")).to_be_visible(visible=not is_narrow)
        if is_narrow:
            page.locator("[data-back]").click()
            expect(page.locator(".inbox-list")).to_be_visible()
            expect(page.locator(".inbox-conversation")).to_be_hidden()
            expect(rows(page).last).to_be_focused()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            accessible(page)
            picture(page, f"{name}-list")
        page.locator("[data-help-button]").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        accessible(page)
        picture(page, f"{name}-help")
        context.close()
