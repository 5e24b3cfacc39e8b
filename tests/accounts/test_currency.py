"""The currency of a session and of a request."""

import pytest

from patron.accounts import currency
from patron.accounts.models import Session
from patron.kernel import dynamic
from patron.kernel.errors import Invalid


@pytest.mark.django_db
def test_guest_chooses() -> None:
    """A guest gets a session that remembers the currency; an unknown one is refused and leaves none."""
    with pytest.raises(Invalid) as refused:
        currency.activate(None, "xxx")
    assert list(refused.value.fields) == ["currency_code"]
    assert not Session.objects.exists()
    opened = currency.activate(None, "USD")
    assert opened
    session = Session.objects.get(pk=opened.session_id)
    assert session.currency_code == "usd"
    assert currency.activate(session, "eur") is None
    session.refresh_from_db()
    assert session.currency_code == "eur"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reads_header", "chosen", "header", "found"),
    [
        (False, None, None, "try"),
        (False, "usd", None, "usd"),
        (False, "usd", "eur", "usd"),
        (True, "usd", "EUR", "eur"),
        (True, "usd", "xxx", "usd"),
        (True, "usd", "undefined", "usd"),
        (True, "", "", "try"),
        (False, "xxx", None, "try"),
    ],
)
def test_currency_in_force(reads_header: bool, chosen: str | None, header: str | None, found: str) -> None:
    """The header where the shop reads it, else the session's, else the default; one not available counts as none."""
    dynamic.put("READ_CURRENCY_FROM_HEADER", reads_header, staff_id=None, source="test")
    assert currency.of(chosen, header) == found
