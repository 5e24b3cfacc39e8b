"""The page of the API: every call can be made from it, with nothing but the page's own server."""

import json
import os
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from patron.accounts.models import Shopper
from patron.kernel import clock, secrets

PASSWORD = "Correct-horse-7"


@pytest.fixture
def ada(transactional_db: None) -> str:
    """The e-mail of a shopper with password PASSWORD."""
    now = clock.now()
    shopper = Shopper.objects.create(
        username=secrets.digest("ada"),
        email="Ada@shop.example",
        first_name="Ada",
        password=make_password(PASSWORD),
        language_code="en",
        date_joined=now,
        modified_date=now,
    )
    return shopper.email


def test_a_developer_tries_the_api(ada: str, page: Page, live_server: LiveServer) -> None:
    """From the front door to the page, where signing in is enough: cookies and the CSRF header follow by themselves.

    Nothing is asked of any other server.
    """
    foreign: list[str] = []
    complaints: list[str] = []
    page.on(
        "request", lambda request: request.url.startswith((live_server.url, "data:")) or foreign.append(request.url)
    )
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Every operation").click()
    expect(page.locator(".info .title")).to_contain_text("Patron")
    expect(page.get_by_role("link", name="API", exact=True)).to_have_attribute("aria-current", "page")

    assert call(page, "Sign-in", "login", {"email": ada, "password": PASSWORD})["redirect_url"] == "/"
    assert call(page, "Profile", "profile_retrieve")["email"] == ada
    assert call(page, "Profile", "profile_change", {"first_name": "Grace"})["first_name"] == "Grace"
    assert call(page, "Profile", "current_user")["first_name"] == "Grace"
    assert foreign == []
    assert complaints == []


def call(page: Page, tag: str, operation_id: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Try an operation on the page and return the JSON it shows; the status must be 200."""
    family = page.locator(f"#operations-tag-{tag}")
    if family.get_attribute("data-is-open") == "false":
        family.click()
    operation = page.locator(f"[id^=operations-][id$=-{operation_id}]")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    if body is not None:
        operation.locator("textarea.body-param__text").fill(json.dumps(body))
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").nth(1)).to_contain_text("200")
    if folder := os.environ.get("PATRON_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{operation_id}.png")
    shown: dict[str, Any] = json.loads(answer.locator(".highlight-code code").first.inner_text())
    return shown
