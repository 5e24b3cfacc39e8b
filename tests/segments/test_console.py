"""Staff at the console write segments; each page's script asks what only the server knows."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from patron.kernel import clock
from patron.reference.models import PriceList
from patron.segments import editing, forms, rules
from patron.segments.models import Facts, Recomputation, Segment, Standing
from tests.console.conftest import boss, browser_of, clerks_console, console

__all__ = ["boss", "clerks_console", "console"]

pytestmark = pytest.mark.django_db
LIST = "/console/segments/segment/"
RECOMPUTE = "/console/segments/segment/recompute/"
WOMEN = {"field": "gender", "op": "eq", "value": "female"}
FILLED = {
    "name_en": "Women",
    "name_tr": "Kadınlar",
    "priority": "3",
    "is_active": "on",
    "rule": json.dumps({"all": [WOMEN]}),
    "starts_at_0": "2024-01-01",
    "starts_at_1": "00:00",
    "ends_at_0": "",
    "ends_at_1": "",
    "price_list": "",
    "stock_list_code": "",
}


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def ask(client: Client, body: Any) -> dict[str, Any]:
    answer = client.post(f"{LIST}preview/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_segment_is_made_changed_and_deleted(console: Client, boss: Any, run_jobs: Any) -> None:
    """Through the journeys: a run is asked for each time, in the staff member's name."""
    assert console.post(f"{LIST}add/", FILLED).status_code == 302
    made = Segment.objects.get()
    assert (made.name, made.rule, made.priority) == ({"en": "Women", "tr": "Kadınlar"}, {"all": [WOMEN]}, 3)
    assert Recomputation.objects.get().staff == boss
    run_jobs()
    page = console.get(f"{LIST}{made.pk}/change/").content.decode()
    assert "Kadınlar" in page
    assert console.post(f"{LIST}{made.pk}/change/", FILLED | {"rule": json.dumps(WOMEN)}).status_code == 302
    assert Segment.objects.get().rule == WOMEN
    assert console.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Segment.objects.exists()
    assert Recomputation.objects.count() == 2
    assert LogEntry.objects.count() == 3


def test_the_chosen_ones_are_deleted_through_the_journey_too(console: Client, make_segment: Any) -> None:
    """A run is asked for."""
    chosen = [make_segment().pk, make_segment().pk]
    sent = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    console.post(LIST, sent)
    assert not Segment.objects.exists()
    assert Recomputation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field", "text"),
    [
        ({"name_en": ""}, "name_en", "This field is required."),
        ({"rule": ""}, "rule", "This field is required."),
        ({"rule": "{"}, "rule", "This is not valid JSON."),
        ({"rule": "[" * 5000}, "rule", "This is not valid JSON."),
        ({"rule": "{}"}, "rule", "rule: expected an object with all, any or not, or with field, op and value"),
        ({"priority": "-1"}, "priority", "Ensure this value is greater than or equal to 0."),
        ({"ends_at_0": "2023-01-01", "ends_at_1": "00:00"}, "__all__", "The end must be after the start."),
    ],
)
def test_bad_input_comes_back_at_its_field(wrong: dict[str, str], field: str, text: str, console: Client) -> None:
    """With everything that was entered."""
    answer = console.post(f"{LIST}add/", FILLED | wrong)
    assert answer.status_code == 200
    assert errors(answer)[field] == [text]
    assert "Kadınlar" in answer.content.decode()
    assert not Segment.objects.exists()


def test_what_only_the_journey_knows_comes_back_in_the_form(
    console: Client, make_segment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules of all segments together, a price list deleted in this moment: nothing entered is lost."""
    from patron.segments import roster

    monkeypatch.setattr(roster, "MOST_PARAMETERS", 0)
    answer = console.post(f"{LIST}add/", FILLED)
    assert answer.status_code == 200
    assert errors(answer)["rule"][0].startswith("The rules of all active segments together are too large.")
    assert "Kadınlar" in answer.content.decode()
    monkeypatch.undo()
    now = clock.now()
    gone = PriceList.objects.create(name="D", code="D", currency="usd", created_at=now, modified_at=now)
    plain = forms.SegmentForm.data_of_segment.fget

    def with_another(form: Any) -> dict[str, Any]:
        return plain(form) | {"price_list_id": gone.pk + 1}  # type: ignore[misc]

    monkeypatch.setattr(forms.SegmentForm, "data_of_segment", property(with_another))
    answer = console.post(f"{LIST}add/", FILLED)
    assert errors(answer)["price_list"] == ["There is no such price list."]


def test_a_segment_deleted_meanwhile_is_not_found(
    console: Client, make_segment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving it makes no other."""
    segment = make_segment()
    whole = editing.change

    def too_late(*args: Any, **kwargs: Any) -> Segment:
        Segment.objects.all().delete()
        return whole(*args, **kwargs)

    monkeypatch.setattr(editing, "change", too_late)
    assert console.post(f"{LIST}{segment.pk}/change/", FILLED).status_code == 404


def test_a_rule_is_counted_before_it_is_saved(console: Client, make_shopper: Any) -> None:
    """In words, with the way to some of them."""
    ada = make_shopper(gender="female")
    make_shopper(gender="male")
    assert ask(console, {"rule": WOMEN}) == {
        "text": "1 shopper fits.",
        "sample": [{"text": f"#{ada.pk} Ada Yılmaz", "address": f"/console/accounts/shopper/{ada.pk}/change/"}],
    }
    assert ask(console, {"rule": rules.EVERYBODY})["text"] == "2 shoppers fit."


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (
            {"rule": {"all": [WOMEN, WOMEN | {"value": 5}]}},
            {"fault": "expected one of male, female, unknown", "path": "rule.all[1].value"},
        ),
        ({}, {"fault": "This is not valid JSON."}),
        ([], {"fault": "This is not valid JSON."}),
    ],
)
def test_a_fault_is_told_with_its_path(body: Any, answer: dict[str, str], console: Client) -> None:
    """So that the page can mark the input."""
    assert ask(console, body) == answer


def test_who_may_look_sees_the_rule_and_counts(clerk: Any, make_segment: Any, make_shopper: Any) -> None:
    """Without inputs, without names of shoppers, without the button of the run."""
    make_shopper(gender="female")
    segment = make_segment("Women", rule=WOMEN)
    clerk.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client = browser_of(clerk)
    page = client.get(f"{LIST}{segment.pk}/change/").content.decode()
    assert "Women" in page
    assert "email_domain" not in page, "no editor"
    assert "&quot;gender&quot;" in page
    assert ask(client, {"rule": WOMEN}) == {"text": "1 shopper fits.", "sample": []}
    assert client.post(f"{LIST}{segment.pk}/change/", FILLED).status_code == 403
    assert "Look at everybody again" not in client.get(LIST).content.decode()
    assert client.post(RECOMPUTE, {"_form_submitted": "on"}).status_code == 403
    assert Recomputation.objects.count() == 0


def test_who_has_no_right_gets_nothing(clerks_console: Client) -> None:
    """Neither page nor script's answers."""
    for path in (LIST, f"{LIST}progress/"):
        assert clerks_console.get(path).status_code == 403
    answer = clerks_console.post(f"{LIST}preview/", json.dumps({"rule": WOMEN}), content_type="application/json")
    assert answer.status_code == 403
    assert Client().post(f"{LIST}preview/", "{}", content_type="application/json").status_code == 302


def test_the_run_is_asked_for_and_followed(
    console: Client, make_segment: Any, make_shopper: Any, run_jobs: Any
) -> None:
    """From the list, which shows how far it is and how many fitted when it was done."""
    make_shopper()
    make_segment()
    assert "Nobody was looked at yet." in console.get(LIST).content.decode()
    (button,) = console.get(LIST).context["actions_list"]
    assert button["path"] == RECOMPUTE
    assert console.get(RECOMPUTE).status_code == 200
    assert not Recomputation.objects.exists(), "a link alone does nothing"
    assert console.post(RECOMPUTE, {"_form_submitted": "on"})["HX-Redirect"] == LIST
    assert console.get(f"{LIST}progress/").json()["is_running"] is True
    run_jobs()
    assert console.get(f"{LIST}progress/").json() == {
        "text": "All 1 shoppers were looked at.",
        "percent": 100,
        "is_running": False,
    }
    assert '<td class="field-members' in console.get(LIST).content.decode()


def test_standings_and_facts_are_found_by_shopper(
    console: Client, make_shopper: Any, make_segment: Any, run_jobs: Any, sign_in: Any
) -> None:
    """With the way to the shopper, and bearing a chosen segment that is gone."""
    ada, bob = make_shopper(), make_shopper()
    segment = make_segment()
    for shopper in (ada, bob):
        sign_in(shopper).post(f"/users/segments/{segment.pk}/set/")
        Facts.objects.create(shopper=shopper, order_count=2)
    Segment.objects.all().delete()
    for table, model in (("standing", Standing), ("facts", Facts)):
        address = f"/console/segments/{table}/"
        assert list(console.get(address, {"q": f"#{ada.pk}"}).context["cl"].queryset) == [model.objects.get(pk=ada.pk)]
        assert console.get(f"{address}{ada.pk}/change/").status_code == 200
        assert console.post(f"{address}{ada.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_price_list_taken_at_this_moment_comes_back_in_the_form(
    console: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form saw it free; the constraint did not."""
    now = clock.now()
    PriceList.objects.create(name="D", code="D1", currency="usd", created_at=now, modified_at=now)
    monkeypatch.setattr(PriceList, "validate_constraints", lambda *args, **kwargs: None)
    answer = console.post("/console/reference/pricelist/add/", {"name": "E", "code": "D1", "currency": "eur"})
    assert answer.status_code == 200
    assert errors(answer)["code"] == ["There is a price list with this code already."]


def test_price_lists_are_kept_by_hand(console: Client) -> None:
    """Made, changed, found by code, deleted."""
    path = "/console/reference/pricelist/"
    assert console.post(f"{path}add/", {"name": "E", "code": "E1", "currency": "EUR"}).status_code == 200
    assert console.post(f"{path}add/", {"name": "E", "code": "E1", "currency": "eur"}).status_code == 302
    made = PriceList.objects.get()
    assert list(console.get(path, {"q": "E1"}).context["cl"].queryset) == [made]
    console.post(f"{path}{made.pk}/change/", {"name": "Euro", "code": "E1", "currency": "eur"})
    assert PriceList.objects.get().name == "Euro"
    console.post(f"{path}{made.pk}/delete/", {"post": "yes"})
    assert not PriceList.objects.exists()
