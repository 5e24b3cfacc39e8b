"""Staff at the console merge two customers, look at what it would do first, and undo it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from patron.channels.access import EVERYWHERE
from patron.channels.models import Staff
from patron.customers import mappings
from patron.customers.models import Change, Customer, CustomerMapping, Merge
from patron.kernel import tables, walking
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


def entered(**others: str) -> dict[str, str]:
    """What the page of a new customer sends."""
    rows = {"mappings-TOTAL_FORMS": "0", "mappings-INITIAL_FORMS": "0"}
    return {"channel_code": "C1", "email": "a@example.com"} | rows | others


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "nobody"),
        ("attributes", "[]"),
        ("attributes", '{"a": NaN}'),
        ("extra_field", '{"a": "\\ud800"}'),
        ("extra_field", '{"a":' * 2000 + "1" + "}" * 2000),
        ("localized_attributes", '{"a": "' + "x" * 20_000 + '"}'),
    ],
)
def test_the_console_takes_no_more_than_the_api(field: str, text: str, console: Client, make_channel: Any) -> None:
    """What the API refuses comes back with the form."""
    channel = str(make_channel().pk)
    answer = console.post(f"{LIST}add/", entered(channel=channel, **{field: text}))
    assert (answer.status_code, "Please correct the error" in answer.content.decode()) == (200, True)
    assert not Customer.objects.exists()
    assert console.post(f"{LIST}add/", entered(channel=channel)).status_code == 302
    page = f"{LIST}{Customer.objects.get().pk}/change/"
    assert console.post(page, entered(**{field: text})).status_code == 200
    assert not Change.objects.exists()


def test_what_was_not_touched_is_not_changed(console: Client, make_customer: Any) -> None:
    """Though the form shows a moment without its microseconds."""
    joined = datetime(2020, 1, 1, 10, 30, 15, 123456, tzinfo=UTC)
    customer = make_customer(date_joined=joined)
    page = f"{LIST}{customer.pk}/change/"
    sent = entered(email=customer.email, first_name="Ada", date_joined_0="2020-01-01", date_joined_1="10:30:15")
    assert console.post(page, sent).status_code == 302
    assert Change.objects.get().values == {"first_name": ["", "Ada"]}
    assert Customer.objects.get().date_joined == joined


# What other systems call a customer, on its page.


def page_of(customer: Customer, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """What the page sends: the customer as it is, and these lines of mappings, `initial` of which were there."""
    sent = {
        "email": customer.email,
        "mappings-TOTAL_FORMS": len(rows),
        "mappings-INITIAL_FORMS": initial,
    }
    for number, row in enumerate(rows):
        sent |= {f"mappings-{number}-{name}": value for name, value in ({"customer": customer.pk} | row).items()}
    return sent


def test_mappings_are_written_on_the_customers_page(console: Client, make_customer: Any, boss: Any) -> None:
    """Made, changed, and taken away for another of the same code; the history says who did it, and where."""
    customer = make_customer()
    page = f"{LIST}{customer.pk}/change/"
    assert 'name="mappings-TOTAL_FORMS"' in console.get(page).content.decode()
    rows = [{"integration_type": "erp", "code": code} for code in ("1", "2")]
    assert console.post(page, page_of(customer, *rows)).status_code == 302
    first, second = CustomerMapping.objects.order_by("code")
    rows = [
        {"id": first.pk, "integration_type": "erp", "code": "1", "DELETE": "on"},
        {"id": second.pk, "integration_type": "erp", "code": "3"},
    ]
    assert console.post(page, page_of(customer, *rows, initial=2)).status_code == 302
    assert CustomerMapping.objects.values_list("pk", "code").get() == (second.pk, "3")
    changes = Change.objects.order_by("id")
    told = [[each and each["code"] for each in change.values["mapping"]] for change in changes]
    assert told == [[None, "1"], [None, "2"], ["1", None], ["2", "3"]]
    assert {(change.source, change.staff) for change in changes} == {("console", boss)}


def test_a_mapping_that_the_journey_refuses_comes_back_with_the_form(
    console: Client, make_customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the page is saved."""
    monkeypatch.setattr(mappings, "MOST", 1)
    customer = make_customer()
    rows = [{"integration_type": "erp", "code": code} for code in ("1", "2")]
    answer = console.post(f"{LIST}{customer.pk}/change/", page_of(customer, *rows) | {"first_name": "Ada"})
    assert "A customer has at most 1 integration mappings." in answer.content.decode()
    assert Customer.objects.get().first_name == ""
    assert not CustomerMapping.objects.exists()


@pytest.mark.parametrize(("right", "is_written"), [("view", False), ("change", True)])
def test_mappings_are_a_part_of_the_customer(
    right: str, is_written: bool, clerks_console: Client, clerk: Staff, make_customer: Any
) -> None:
    """Seen by whoever sees the customer, written by whoever may change it."""
    customer = make_customer()
    mappings.create(customer.pk, {"integration_type": "erp", "code": "CARI-1"}, EVERYWHERE, staff_id=None)
    clerk.user_permissions.add(Permission.objects.get(codename=f"{right}_customer"))
    shown = clerks_console.get(f"{LIST}{customer.pk}/change/").content.decode()
    assert "CARI-1" in shown
    assert ('name="mappings-0-code"' in shown) is is_written


# A page of many, wherever they stand.


@pytest.fixture
def many(make_customer: Any) -> None:
    """Forty, of whom the last ten are active; by date and by e-mail they stand in other orders."""
    for number in range(40):
        day = datetime(2050 - number // 7, 1, 1, tzinfo=UTC)
        make_customer(email=f"{number * 11 % 40:02}@test.com", is_active=number >= 30, created_date=day)


@pytest.mark.parametrize("order", [["-id"], ["pk"], ["created_date", "-pk"], ["-email", "created_date", "id"]])
def test_a_page_is_the_same_however_its_rows_are_found(
    order: list[str], many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gathered, near, or too far to be walked to."""
    rows = Customer.objects.filter(is_active=True).order_by(*order)
    expected = list(rows)
    assert len(expected) == 10
    monkeypatch.setattr(walking, "PER_ROW", 0)
    for window in (1, 15, 1000):
        monkeypatch.setattr(walking, "WINDOW", window)
        for start in range(0, 10, 3):
            for are_few in (True, False):
                assert list(walking.page(rows, start, start + 3, are_few=are_few)) == expected[start : start + 3]


@pytest.mark.parametrize(
    ("filters", "order", "are_few", "window", "statements"),
    [
        ({}, ["-id"], False, 5, 1),
        ({"is_active": True}, ["gender", "id"], False, 5, 1),
        ({"is_active": True}, ["channel__name"], False, 5, 1),
        ({"is_active": True}, ["-id"], True, 5, 2),
        ({"is_active": True}, ["-id"], False, 5, 2),
        ({"is_active": True}, ["id"], False, 5, 4),
        ({"is_active": True}, ["id"], False, 100, 2),
    ],
    ids=["no filter", "no index", "another table", "few", "near", "far", "a small table"],
)
def test_what_a_page_asks(
    filters: dict[str, Any],
    order: list[str],
    are_few: bool,
    window: int,
    statements: int,
    many: None,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    """Where the window ends, the rows in it, all that fit, the rows of the page."""
    monkeypatch.setattr(walking, "PER_ROW", 0)
    monkeypatch.setattr(walking, "WINDOW", window)
    rows = Customer.objects.filter(**filters).order_by(*order)
    with django_assert_num_queries(statements):
        assert len(walking.page(rows, 0, 3, are_few=are_few)) == 3


def test_nobody_is_a_page(console: Client) -> None:
    """Whether PostgreSQL has to be asked for that or not."""
    assert list(console.get(f"{LIST}?q=%231").context_data["cl"].result_list) == []
    assert list(walking.page(Customer.objects.none().order_by("id"), 0, 0, are_few=True)) == []


def test_the_console_finds_what_stands_far_away(console: Client, many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more rows than it counts, on a page behind the first."""
    monkeypatch.setattr(tables, "MOST_COUNTED", 25)
    monkeypatch.setattr(tables.Table, "list_per_page", 10)
    monkeypatch.setattr(walking, "WINDOW", 1)
    monkeypatch.setattr(walking, "PER_ROW", 0)
    rows = Customer.objects.filter(is_active=False).order_by("-pk")
    for number in (1, 2, 3):
        found = console.get(f"{LIST}?is_active__exact=0&p={number}").context_data["cl"].result_list
        assert list(found) == list(rows)[number * 10 - 10 : min(number * 10, 25)]
