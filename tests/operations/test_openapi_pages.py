"""The front door and the page of the API, as a browser and as a program get them."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_program_gets_links(client: Client, settings: Any, accept: str) -> None:
    """Whoever does not prefer a page gets whole addresses."""
    settings.ALLOWED_HOSTS = ["patron.shop.example"]
    answer = client.get("/", headers={"accept": accept, "host": "patron.shop.example"}).json()
    assert answer["links"]["docs"] == "http://patron.shop.example/docs/"
    assert answer["links"]["sandbox"] == "http://patron.shop.example/sandbox/"


def test_browser_gets_a_page(client: Client) -> None:
    """A browser gets the same as a page, in its language."""
    answer = client.get("/", headers={"accept": BROWSER, "accept-language": "ar"})
    assert answer["Content-Type"].startswith("text/html")
    assert '<html lang="ar" dir="rtl">' in answer.content.decode()
    assert answer["Vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", BROWSER])
def test_no_way_to_a_sandbox_that_is_off(client: Client, settings: Any, accept: str) -> None:
    """In production nothing points at the sandbox."""
    settings.SANDBOX = False
    assert b"/sandbox/" not in client.get("/", headers={"accept": accept}).content


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_page_loads_nothing_from_elsewhere(client: Client, path: str) -> None:
    """Every file of the page is one of ours, and its policy allows no other."""
    answer = client.get(path)
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.content.decode())
    assert len(files) >= 5
    assert [file for file in files if finders.find(file.removeprefix("/static/")) is None] == []
    assert b"//" not in answer.content
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/docs/", "/openapi.json", "/openapi.yaml"])
def test_pages_are_only_read(client: Client, path: str) -> None:
    """Another method is 405, in the shape of every error."""
    answer = client.post(path, headers={"accept-language": "en"})
    assert answer.status_code == 405
    assert answer.json() == {"detail": 'Method "POST" not allowed.'}
