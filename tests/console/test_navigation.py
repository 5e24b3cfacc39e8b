"""The sidebar of the console."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SAY = """
import django
django.setup()
from django.contrib.admin import site
from patron.console import navigation
from django.test import RequestFactory
links = [str(item["link"]) for group in navigation.groups(RequestFactory().get("/")) for item in group["items"]]
tables = [f"/console/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry]
print(sorted(set(tables) - set(links)), len(links) - len(set(links)), any("/captured" in link for link in links))
"""


@pytest.mark.parametrize("sandbox", ["0", "1"])
def test_every_table_stands_once_in_the_sidebar(sandbox: str, tmp_path: Path) -> None:
    """In the shop as in the sandbox, whose own tables the shop does not have."""
    settings = {
        "PATRON_SANDBOX": sandbox,
        "PATRON_DATA_DIR": str(tmp_path),
        "PATRON_SECRET_KEY": "only-for-this-test-of-the-sidebar-and-nothing-else",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "patron.config.settings",
    }
    said = subprocess.run(
        [sys.executable, "-c", _SAY], env=os.environ | settings, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == f"[] 0 {sandbox == '1'}"
