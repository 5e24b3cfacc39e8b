from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from patron.accounts.models import Consent, Session, Shopper
from patron.channels.models import Staff
from patron.kernel import events
from tests.console.conftest import PHONE, browser_of, make_shopper

LIST = "/console/accounts/shopper/"


def address(shopper: Shopper, kind: str = "change") -> str:
    return f"{LIST}{shopper.pk}/{kind}/"


def shown(client: Client, shopper: Shopper) -> dict[str, Any]:
    """What a browser would send back unchanged."""
    answer = client.get(address(shopper))
    sent: dict[str, Any] = {}
    for field in answer.context["adminform"].form:
        for name in (field.html_name, field.html_initial_name):
            if field.value() not in (None, False):
                sent[name] = field.value()
    for inline in answer.context["inline_admin_formsets"]:
        sent |= {field.html_name: field.value() for field in inline.formset.management_form}
    return sent


def test_the_page_shows_the_whole_phone_and_the_ledger(console: Client, rows: dict[str, Any], shopper: Shopper) -> None:
    """Staff who help a shopper see the number, what was agreed to, the sessions and the messages."""
    text = console.get(address(shopper)).content.decode()
    for part in (PHONE, "PATCH /users/profile/", "198.51.100.7", "outgoing SMS"):
        assert part in text


@pytest.mark.parametrize(
    "words", ["#{pk}", "{pk}", "JANE.doe1@shop.example", "+905551112233", "0555 111 22 33", "jane", "Jane D", "doe"]
)
def test_shoppers_are_found_by_what_identifies_them(console: Client, shopper: Shopper, words: str) -> None:
    """Number, e-mail in any case, phone however it is written, the beginning of a name."""
    Shopper.objects.create(
        username="other", email="x@shop.example", date_joined=shopper.date_joined, modified_date=shopper.date_joined
    )
    answer = console.get(LIST, {"q": words.format(pk=shopper.pk)})
    assert list(answer.context["cl"].queryset) == [shopper]


def test_staff_change_a_permission_under_their_name(
    console: Client, boss: Staff, shopper: Shopper, heard: list[tuple[str, dict[str, Any]]], run_jobs: Callable[[], int]
) -> None:
    """The change reaches the shopper, the ledger (source staff, unproven) and the rooms that listen."""
    sent = shown(console, shopper) | {"email_allowed": "on", "first_name": "Janet"}
    assert console.post(address(shopper), sent).status_code == 302
    run_jobs()
    shopper.refresh_from_db()
    assert (shopper.email_allowed, shopper.first_name) == (True, "Janet")
    change = Consent.objects.get()
    assert (change.channel, change.new_value, change.source, change.staff) == ("email", True, "staff", boss)
    assert change.is_proven is False
    assert heard == [("shopper.changed", {"shopper_id": shopper.pk})]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What a listener of `shopper.changed` hears."""
    heard: list[tuple[str, dict[str, Any]]] = []

    def listener(event: str, payload: dict[str, Any]) -> None:
        heard.append((event, payload))

    monkeypatch.setitem(events._listeners, "shopper.changed", [listener])
    return heard


def test_what_the_shopper_changed_meanwhile_stays(console: Client, shopper: Shopper) -> None:
    """A page that was open for long does not bring back a permission the shopper has withdrawn since."""
    sent = shown(console, shopper) | {"last_name": "Roe"}
    Shopper.objects.update(sms_allowed=False)
    assert console.post(address(shopper), sent).status_code == 302
    shopper.refresh_from_db()
    assert (shopper.sms_allowed, shopper.last_name) == (False, "Roe")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"),
        ("language_code", "xx"),
        ("date_of_birth", "2999-01-01"),
        ("gender", "x"),
        ("first_name", "x" * 51),
    ],
)
def test_bad_values_are_refused_beside_their_field(console: Client, shopper: Shopper, field: str, value: str) -> None:
    """The rules of the shopper's own change hold for staff too."""
    answer = console.post(address(shopper), shown(console, shopper) | {field: value})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]


def test_a_taken_phone_comes_back_as_a_message(console: Client, shopper: Shopper) -> None:
    """The database decides; the page says so and nothing is changed."""
    other = make_shopper(2)
    answer = console.post(address(shopper), shown(console, shopper) | {"phone": other.phone}, follow=True)
    assert answer.status_code == 200
    assert "already in use" in answer.content.decode()
    shopper.refresh_from_db()
    assert shopper.phone == PHONE


def test_end_sessions_is_a_post_with_the_right(
    console: Client, clerk: Staff, rows: dict[str, Any], shopper: Shopper
) -> None:
    """Looking at the dialog ends nothing; confirming ends all; the journal has it; without the right it is 403."""
    url = reverse("admin:accounts_shopper_end_sessions", args=[shopper.pk])
    clerk.user_permissions.add(Permission.objects.get(codename="view_shopper"))
    assert browser_of(clerk).post(url, {"_form_submitted": "on"}).status_code == 403
    assert console.get(url).status_code == 200
    assert Session.objects.filter(shopper=shopper).exists()
    answer = console.post(url, {"_form_submitted": "on"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, address(shopper))
    assert not Session.objects.filter(shopper=shopper).exists()
    assert LogEntry.objects.filter(object_id=str(shopper.pk), change_message="end sessions").exists()


def test_anonymize_needs_the_number_typed(console: Client, boss: Staff, shopper: Shopper) -> None:
    """Another number changes nothing; the right one erases the person and withdraws what was allowed, by name."""
    url = reverse("admin:accounts_shopper_anonymize", args=[shopper.pk])
    assert console.post(url, {"_form_submitted": "on", "number": "0"}).status_code == 200
    shopper.refresh_from_db()
    assert shopper.anonymized_at is None
    console.post(url, {"_form_submitted": "on", "number": f"#{shopper.pk}"})
    shopper.refresh_from_db()
    assert shopper.anonymized_at is not None
    assert shopper.first_name != "Jane"
    assert Consent.objects.get(channel="sms").staff == boss
    assert console.post(address(shopper), {}).status_code == 403


def test_chosen_sessions_are_ended(console: Client, rows: dict[str, Any]) -> None:
    """The action of the list signs out where it was asked to."""
    session = rows["accounts_session"]
    console.post("/console/accounts/session/", {"action": "end", "_selected_action": [session.pk]})
    assert not Session.objects.filter(pk=session.pk).exists()
