"""GET /sandbox/."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.django_db


def test_a_browser_gets_a_page_that_loads_nothing_from_elsewhere(client):
    """One style and one script of our own, and a policy that allows no other."""
    answer = client.get("/sandbox/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert answer["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    linked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sorted(linked) == ["data:,", "sandbox.css", "sandbox.js"]
    assert not re.search(r"<style|<script>|\son\w+=|style=", page)
    for asset in ("sandbox.css", "sandbox.js"):
        assert client.get(f"/sandbox/{asset}").status_code == 200


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
def test_the_page_speaks_the_callers_language(client, language, direction):
    """And is written in its direction."""
    answer = client.get("/sandbox/", headers={"Accept-Language": language})

    assert f'<html lang="{language}" dir="{direction}">' in answer.content.decode()


def test_a_program_gets_an_index(client):
    """The addresses by name."""
    answer = client.get("/sandbox/", headers={"Accept": "application/json"}).json()

    assert answer["sms"] == "http://testserver/sandbox/sms/"
    for address in ("sms", "mail", "clock", "faults"):
        assert client.get(answer[address]).status_code == 200


def test_no_other_file_is_served(client):
    """Only the two assets have an address."""
    for name in ("sandbox.py", "../demo.py", "page.html"):
        assert client.get(f"/sandbox/{name}").status_code == 404


def test_outside_the_sandbox_there_is_no_sandbox():
    """Neither the address nor the app is there."""
    program = (
        "import django; django.setup()\n"
        "from django.apps import apps; from django.test import Client\n"
        "assert not apps.is_installed('patron.sandbox')\n"
        "for part in ('', 'sms/', 'reset/'):\n"
        "    assert Client().get('/sandbox/' + part).status_code == 404, part\n"
    )
    settings = {"PATRON_SANDBOX": "0", "PATRON_ALLOWED_HOSTS": "testserver"}
    env = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "patron.config.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
