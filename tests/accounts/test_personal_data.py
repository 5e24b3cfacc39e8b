"""What is held about a shopper, and that no column is forgotten."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from patron.accounts import personal_data_export, sessions
from patron.accounts.models import Session, Shopper
from patron.gateways import outbox
from patron.kernel.errors import Forbidden, TooMany
from patron.kernel.personal_data import HOLDINGS, Holding


def columns(model: type[Model]) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}


def belongs_to_a_shopper(model: type[Model]) -> bool:
    return "shopper_id" in columns(model) or any(
        isinstance(field, ForeignKey) and field.related_model is Shopper for field in model._meta.concrete_fields
    )


def session_of(shopper: Shopper) -> Session:
    found = sessions.find(sessions.sign_in(None, shopper).key)
    assert found
    return found


def test_every_table_of_a_shopper_is_declared() -> None:
    """A model that names a shopper stands in the holdings, once."""
    declared = [holding.model for holding in HOLDINGS]
    assert len(declared) == len(set(declared))
    of_shoppers = {model for model in apps.get_models() if belongs_to_a_shopper(model)} | {Shopper}
    assert of_shoppers - set(declared) == set()


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: holding.model._meta.label_lower)
def test_every_column_has_its_place(holding: Holding) -> None:
    """Each column is shown or withheld, and erased or kept: a new one fails here until somebody decides."""
    assert holding.exported | holding.withheld == columns(holding.model)
    assert holding.exported & holding.withheld == set()
    if holding.erased is None:
        assert holding.kept == set()
    else:
        assert set(holding.erased) | holding.kept == columns(holding.model)
        assert set(holding.erased) & holding.kept == set()


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: holding.model._meta.label_lower)
def test_no_secret_is_shown(holding: Holding) -> None:
    """Digests, hashes and sealed contents are withheld from everybody."""
    words = ("password", "digest", "sealed", "secret", "token")
    assert [column for column in holding.exported if any(word in column for word in words)] == []


@pytest.mark.django_db
def test_an_old_sign_in_is_not_enough(make_shopper: Any, setting: Any, advance: Any) -> None:
    """A session that signed in longer ago than FRESH_LOGIN_SECONDS gets nothing."""
    setting("FRESH_LOGIN_SECONDS", 60)
    session = session_of(make_shopper())
    advance(59)
    personal_data_export.export(session)
    advance(2)
    with pytest.raises(Forbidden):
        personal_data_export.export(session)


@pytest.mark.django_db
def test_what_belongs_to_others_is_not_shown(make_shopper: Any) -> None:
    """Only rows of the shopper are in it."""
    mine, other = make_shopper(), make_shopper(email="other@example.com")
    session_of(other)
    outbox.queue_mail(other.email, "Hello", "Hello", purpose="test", shopper_id=other.pk)
    found = personal_data_export.export(session_of(mine))
    assert [row["id"] for row in found.data["accounts.shopper"]] == [mine.pk]
    assert len(found.data["accounts.session"]) == 1
    assert found.data["gateways.outgoingmail"] == []
    assert set(found.data) == {holding.model._meta.label_lower for holding in HOLDINGS}


@pytest.mark.django_db
def test_it_says_where_it_had_to_stop(make_shopper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with more rows than are shown is named, and the newest are the ones shown."""
    monkeypatch.setattr(personal_data_export, "MAX_ROWS", 2)
    shopper = make_shopper()
    for number in range(3):
        outbox.queue_mail(shopper.email, f"Mail {number}", "Hello", purpose="test", shopper_id=shopper.pk)
    found = personal_data_export.export(session_of(shopper))
    assert found.incomplete == ["gateways.outgoingmail"]
    assert [row["subject"] for row in found.data["gateways.outgoingmail"]] == ["Mail 2", "Mail 1"]


@pytest.mark.django_db
def test_it_is_limited(make_shopper: Any) -> None:
    """It costs much, so a shopper can have it twenty times an hour."""
    session = session_of(make_shopper())
    for _ in range(20):
        personal_data_export.export(session)
    with pytest.raises(TooMany):
        personal_data_export.export(session)
