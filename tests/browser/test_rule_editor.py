"""The editor of rules: inputs that can be worked with a keyboard alone, counted as they change."""

import os
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from patron.accounts.models import Shopper
from patron.channels import staff
from patron.kernel import clock, secrets

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"
ADD = "/console/segments/segment/add/"


@pytest.fixture
def shop(db: None) -> None:
    """Two adults and a child, and somebody at the console."""
    now = clock.now()
    for number, born in enumerate((date(1980, 1, 1), date(1990, 1, 1), date(now.year - 5, 1, 1))):
        Shopper.objects.create(
            username=secrets.digest(str(number)),
            email=f"shopper{number}@shop.example",
            first_name=f"Shopper {number}",
            date_of_birth=born,
            attributes={"tier": "gold"} if number == 0 else {},
            date_joined=now,
            modified_date=now,
        )
    staff.create("boss", PASSWORD, is_superuser=True)


@pytest.fixture
def console(shop: None, page: Page) -> Page:
    """The page on which a segment is made, opened by somebody who signed in; nothing may be complained of."""
    page.on("pageerror", lambda error: pytest.fail(f"the script broke: {error}"))
    page.goto(f"/console/login/?next={ADD}")
    page.locator("input[name=username]").fill("boss")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ADD}")
    shows(page, "3 shoppers fit.")  # the script has run: until then the page is the one for browsers without scripts
    return page


def editor(page: Page) -> Locator:
    return page.locator("[data-rule-editor]")


def shows(page: Page, text: str) -> None:
    expect(editor(page).locator("[data-count]")).to_have_text(text)


def test_a_rule_is_written_with_the_keyboard_alone(console: Page) -> None:
    """Focus goes where the next key is wanted; the count follows; what is saved comes back as the same inputs."""
    page, keys = console, console.keyboard
    shows(page, "3 shoppers fit.")
    page.locator("input[name=name_en]").fill("Adults")
    editor(page).get_by_role("button", name="Add a condition").focus()
    keys.press("Enter")
    field = editor(page).get_by_label("Field")
    expect(field).to_be_focused()
    keys.type("age in years")
    keys.press("Tab")
    expect(editor(page).get_by_label("Comparison")).to_be_focused()
    keys.type("is at least")
    keys.press("Tab")
    keys.type("18")
    shows(page, "2 shoppers fit.")
    expect(editor(page).locator("[data-sample] a")).to_have_count(2)

    keys.press("Tab")
    expect(editor(page).get_by_role("button", name="Remove")).to_be_focused()
    keys.press("Enter")
    shows(page, "3 shoppers fit.")
    expect(editor(page).get_by_role("button", name="Add a condition")).to_be_focused()

    keys.press("Tab")
    keys.press("Enter")  # a group, within which at least one condition is wanted
    fault = editor(page).get_by_role("alert")
    expect(fault).to_have_text("rule.all[0].any: expected at least one rule")
    expect(editor(page).locator("fieldset[aria-invalid=true]")).to_have_count(1)
    editor(page).get_by_role("button", name="Add a condition").first.focus()
    keys.press("Enter")
    editor(page).get_by_label("Field").select_option("attributes")
    editor(page).get_by_label("key").fill("tier")
    editor(page).get_by_label("Value", exact=True).fill("gold")
    shows(page, "1 shopper fits.")
    expect(fault).to_be_hidden()
    if folder := os.environ.get("PATRON_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/rule-editor.png", full_page=True)

    page.locator("input[name=priority]").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#result_list").get_by_role("link", name="Adults").click()
    shows(page, "1 shopper fits.")
    expect(editor(page).get_by_label("key")).to_have_value("tier")
    expect(editor(page).get_by_label("Value", exact=True)).to_have_value("gold")


def test_the_json_can_be_edited_by_hand(console: Page) -> None:
    """The inputs follow it; where it is at fault, the input is marked; where it is no rule, the text stays."""
    page = console
    editor(page).get_by_text("The rule as JSON").click()
    source = editor(page).locator("textarea[name=rule]")
    fault = editor(page).get_by_role("alert")

    source.fill('{"not": {"field": "date_joined", "op": "lt", "value": "soon"}}')
    expect(fault).to_have_text("rule.not.value: expected a date as 2024-05-31")
    expect(editor(page).locator("input[type=date]")).to_have_attribute("aria-invalid", "true")
    expect(editor(page).get_by_label("How the conditions of this group count")).to_have_value("none")
    expect(source).to_have_value('{"not": {"field": "date_joined", "op": "lt", "value": "soon"}}')

    source.fill('{"all": [')
    expect(fault).to_have_text("This is not valid JSON.")
    expect(editor(page).locator("[data-builder]")).to_be_hidden()

    source.fill('{"field": "shoe_size", "op": "eq", "value": 43}')
    expect(fault).to_contain_text("rule.field: expected one of gender, age")

    source.fill('{"field": "attributes.tier", "op": "in", "value": ["gold", "silver"]}')
    shows(page, "1 shopper fits.")
    expect(editor(page).get_by_label("Values, one a line")).to_have_value("gold\nsilver")
