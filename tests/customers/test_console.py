"""Staff at the console merge two customers, look at what it would do first, and undo it."""

from typing import Any

import pytest
from django.test import Client

from patron.customers.models import Change, Customer, Merge
from tests.console.conftest import boss, clerk, clerks_console, console

__all__ = ["boss", "clerk", "clerks_console", "console"]

pytestmark = pytest.mark.django_db
LIST = "/console/customers/customer/"


def test_two_are_merged_and_parted_again(console: Client, make_customer: Any, boss: Any) -> None:
    """By an action on both, a page that shows the fields in which they differ, and an action on the merge."""
    kept, gone = make_customer(first_name="Ada", attributes={"a": 1}), make_customer(first_name="Eda", last_name="L")
    sent = console.post(LIST, {"action": "merge_two", "_selected_action": [gone.pk, kept.pk]})
    page = f"{LIST}merge/{kept.pk}/{gone.pk}/"
    assert (sent.status_code, sent["Location"]) == (302, page)
    shown = console.get(page).content.decode()
    for text in ("Ada", "Eda", 'name="last_name" value="merged" checked', f"#{gone.pk}"):
        assert text in shown
    assert Customer.objects.count() == 2
    assert console.post(page, {"first_name": "merged"}).status_code == 302
    assert Customer.objects.values_list("first_name", "last_name").get() == ("Eda", "L")
    assert (Merge.objects.get().staff, Change.objects.get().staff) == (boss, boss)
    for table in ("merge", "change"):
        assert f"#{kept.pk}" in console.get(f"/console/customers/{table}/?q={kept.pk}").content.decode()
    console.post("/console/customers/merge/", {"action": "undo", "_selected_action": [Merge.objects.get().pk]})
    assert set(Customer.objects.values_list("first_name", flat=True)) == {"Ada", "Eda"}
    assert Merge.objects.get().undone_by == boss


def test_what_cannot_be_merged_is_said(console: Client, make_customer: Any, make_channel: Any) -> None:
    """One alone, two channels, somebody who is gone; nothing happens."""
    one, other = make_customer(), make_customer(channel=make_channel("Other"))
    alone = console.post(LIST, {"action": "merge_two", "_selected_action": [one.pk]}, follow=True)
    assert "Choose exactly two customers of one channel." in alone.content.decode()
    apart = console.get(f"{LIST}merge/{one.pk}/{other.pk}/", follow=True)
    assert "Only customers of one channel can be merged." in apart.content.decode()
    assert console.get(f"{LIST}merge/{one.pk}/{other.pk + 1000}/").status_code == 404
    assert Customer.objects.count() == 2


def test_it_needs_the_right_to_change(clerks_console: Client, make_customer: Any) -> None:
    """403 for both."""
    page = f"{LIST}merge/{make_customer().pk}/{make_customer().pk}/"
    assert (clerks_console.get(page).status_code, clerks_console.post(page).status_code) == (403, 403)
