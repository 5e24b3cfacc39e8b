import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import BooleanField, Model
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
    "segments_revision",  # one token, for processes
    "customers_customermapping",  # on the page of its customer
}
PROMISED = {
    "accounts_avatar",
    "accounts_challenge",
    "accounts_consent",
    "accounts_session",
    "admin_logentry",
    "channels_authenticator",
    "channels_recoverycode",
    "gateways_capturedmail",
    "gateways_capturedsms",
    "gateways_fault",
    "gateways_outgoingmail",
    "gateways_outgoingsms",
    "kernel_keptanswer",
    "kernel_settingchange",
    "procrastinate_procrastinateevent",
    "procrastinate_procrastinatejob",
    "procrastinate_procrastinateperiodicdefer",
    "procrastinate_procrastinateworker",
}
SHORT = {"reference_pricelist"}  # reading every row of it is nothing
# What journeys alone add or take away.
FORBIDDEN = {
    **dict.fromkeys(sorted(PROMISED), ("add", "change", "delete")),
    "accounts_shopper": ("add", "delete"),
    "channels_staff": ("delete",),
    "channels_stafftoken": ("change", "delete"),
    "kernel_counter": ("add", "change"),
}


def name_of(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


TABLES = sorted(name_of(model) for model in admin.site._registry)


def page(table: str, kind: str, *args: object) -> str:
    return reverse(f"admin:{table}_{kind}", args=args)


def addresses(table: str, rows: dict[str, Model]) -> list[str]:
    """The list, and the page of one row where the fixture made one."""
    row = [page(table, "change", rows[table].pk)] if table in rows else []
    return [page(table, "changelist"), *row]


def test_every_table_has_a_page() -> None:
    """A model that somebody adds must be given a page, or a reason to have none."""
    assert {name_of(model) for model in apps.get_models()} - WITHOUT_PAGE == set(TABLES)


@pytest.mark.parametrize("model", [model for model in admin.site._registry if name_of(model) not in SHORT], ids=name_of)
def test_no_filter_reads_a_whole_table(model: type[Model]) -> None:
    """A filter over a text column without choices lists its values by reading every row."""
    for filtered in admin.site._registry[model].list_filter:
        if isinstance(filtered, str):
            field = model._meta.get_field(filtered)
            assert field.is_relation or field.choices or isinstance(field, BooleanField), filtered


@pytest.mark.parametrize("table", TABLES)
def test_lists_and_pages_open_and_show_no_secret(console: Client, rows: dict[str, Model], table: str) -> None:
    """A superuser sees the list, the search and one row of every table; digests and sealed texts nowhere."""
    for address in (*addresses(table, rows), page(table, "changelist") + "?q=x"):
        answer = console.get(address)
        assert answer.status_code == 200, address
        assert not [secret for secret in SECRETS if secret in answer.content.decode()]


@pytest.mark.parametrize("table", TABLES)
def test_anonymous_callers_are_sent_to_the_login(rows: dict[str, Model], client: Client, table: str) -> None:
    """Nothing is shown to somebody who is not signed in."""
    for address in addresses(table, rows):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/login/")


@pytest.mark.parametrize("table", TABLES)
def test_staff_without_the_permission_get_403(clerks_console: Client, rows: dict[str, Model], table: str) -> None:
    """Being staff opens the console and no table of it; the refusal is a page."""
    for address in addresses(table, rows):
        answer = clerks_console.get(address)
        assert answer.status_code == 403
        assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("table", "verb"), [(table, verb) for table, verbs in FORBIDDEN.items() for verb in verbs])
def test_history_cannot_be_added_changed_or_deleted(
    console: Client, rows: dict[str, Model], table: str, verb: str
) -> None:
    """Even a superuser gets 403 where rows are history or written by journeys."""
    row = rows[table]
    address = page(table, verb) if verb == "add" else page(table, verb, row.pk)
    assert console.post(address, {"post": "yes"}).status_code == 403
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
