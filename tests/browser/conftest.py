"""A real browser: Debian's Chromium, driven by playwright."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 60_000


@pytest.fixture
def page(live_server: LiveServer) -> Iterator[Page]:
    """A page of a browser that speaks English and has no cookies, `live_server` being its origin.

    The database may not be asked while it is open (playwright runs an event loop in this thread): make what the test
    needs in fixtures that come before it.
    """
    if not CHROMIUM.exists():
        assert os.environ.get("CI") != "true", f"{CHROMIUM} is missing: under CI no test may be skipped"
        pytest.skip(f"{CHROMIUM} is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            base_url=live_server.url, locale="en-US", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)  # its own default of 5 s is short for two busy cores
        yield context.new_page()
        browser.close()
