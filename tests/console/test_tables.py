import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patron.channels.models import Staff
from tests.console.conftest import PHONE, SECRETS, browser_of, make_shopper

# Django's and constance's own bookkeeping: held by the pages of groups, settings and the login.
WITHOUT_PAGE = {
    "auth_permission",
    "contenttypes_contenttype",
    "sessions_session",
    "constance_constance",
}
EDITABLE = {"accounts_shopper", "auth_group", "channels_staff"}
ADDABLE = {"auth_group", "channels_staff", "channels_stafftoken"}
DELETABLE = {"auth_group", "kernel_counter"}
TABLES = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in apps.get_models()
    if f"{model._meta.app_label}_{model._meta.model_name}" not in WITHOUT_PAGE
)


def page(table: str, kind: str, *args: object) -> str:
    return reverse(f"admin:{table}_{kind}", args=args)


def test_every_table_has_a_page() -> None:
    """A model that somebody adds must be given a page, or a reason to have none."""
    assert {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_lists_and_pages_open_and_show_no_secret(console: Client, rows: dict[str, Model], table: str) -> None:
    """A superuser sees the list, the search and one row of every table; digests and sealed texts nowhere."""
    row = rows[table]
    for address in (page(table, "changelist"), page(table, "changelist") + "?q=x", page(table, "change", row.pk)):
        answer = console.get(address)
        assert answer.status_code == 200, address
        assert not [secret for secret in SECRETS if secret in answer.content.decode()]


@pytest.mark.parametrize("table", TABLES)
def test_anonymous_callers_are_sent_to_the_login(rows: dict[str, Model], client: Client, table: str) -> None:
    """Nothing is shown to somebody who is not signed in."""
    for address in (page(table, "changelist"), page(table, "change", rows[table].pk)):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/login/")


@pytest.mark.parametrize("table", TABLES)
def test_staff_without_the_permission_get_403(clerks_console: Client, rows: dict[str, Model], table: str) -> None:
    """Being staff opens the console and no table of it."""
    for address in (page(table, "changelist"), page(table, "change", rows[table].pk)):
        assert clerks_console.get(address).status_code == 403


@pytest.mark.parametrize("table", TABLES)
def test_history_cannot_be_added_changed_or_deleted(console: Client, rows: dict[str, Model], table: str) -> None:
    """Even a superuser gets 403 where rows are history or written by journeys."""
    row = rows[table]
    if table not in ADDABLE:
        assert console.post(page(table, "add"), {}).status_code == 403
    if table not in EDITABLE:
        assert console.post(page(table, "change", row.pk), {}).status_code == 403
    if table not in DELETABLE:
        assert console.post(page(table, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_a_view_permission_opens_one_table(clerk: Staff, rows: dict[str, Model]) -> None:
    """What a group gives is what is open."""
    clerk.user_permissions.add(Permission.objects.get(codename="view_consent"))
    client = browser_of(clerk)
    assert client.get(page("accounts_consent", "changelist")).status_code == 200
    assert client.get(page("accounts_shopper", "changelist")).status_code == 403


@pytest.mark.parametrize("table", ["accounts_shopper", "accounts_challenge", "gateways_outgoingsms"])
def test_phones_are_masked_in_lists(console: Client, rows: dict[str, Model], table: str) -> None:
    """Lists show the first three characters and the last four."""
    text = console.get(page(table, "changelist")).content.decode()
    assert PHONE not in text
    assert "+90******2233" in text


def test_the_shopper_list_costs_the_same_for_any_number(console: Client, rows: dict[str, Model]) -> None:
    """Forty shoppers take as many statements as one."""
    address = page("accounts_shopper", "changelist")
    console.get(address)
    with CaptureQueriesContext(connection) as one:
        console.get(address)
    for number in range(2, 42):
        make_shopper(number)
    with CaptureQueriesContext(connection) as forty:
        answer = console.get(address)
    assert answer.content.decode().count("@shop.example") >= 41
    assert len(forty) == len(one)


@pytest.mark.parametrize("table", TABLES)
def test_lists_bear_junk(console: Client, rows: dict[str, Model], table: str) -> None:
    """A page that is none, an unknown filter, a NUL, an id beyond 64 bits: an answer, never a 500."""
    address = page(table, "changelist")
    for query in ("?p=x", "?p=99999999999999999999", "?foo__bar=1", "?q=%00", "?q=%23" + "9" * 30, "?o=9.9.-9"):
        assert console.get(address + query).status_code in (200, 302), query
    for row_id in ("0", "x", "9" * 30):
        assert console.get(page(table, "change", row_id)).status_code in (302, 404), row_id
