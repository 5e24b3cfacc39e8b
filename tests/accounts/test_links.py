"""Links in mails."""

from typing import Any

import pytest

from patron.accounts import links
from patron.accounts.links import BadLink, Kind
from patron.accounts.models import Shopper
from patron.kernel import dynamic


@pytest.fixture
def shopper(db: None, make_shopper: Any) -> Shopper:
    found: Shopper = make_shopper()
    return found


@pytest.mark.parametrize("kind", list(Kind))
def test_a_link_says_what_it_was_made_with(shopper: Shopper, kind: Kind) -> None:
    """It comes back whole, and is made of characters that no proxy or mail program touches."""
    token = links.make(kind, shopper, email="new@example.com", email_allowed=True)
    link = links.read(kind, token)
    assert (link.email, link.email_allowed) == ("new@example.com", True)
    assert links.owner(kind, link) == shopper
    assert token.isascii()
    assert set(token) - set("-_") == {char for char in token if char.isalnum()}


def test_a_link_opens_nothing_of_another_kind(shopper: Shopper) -> None:
    """The link to confirm an e-mail resets no password."""
    for made in Kind:
        token = links.make(made, shopper)
        for other in set(Kind) - {made}:
            with pytest.raises(BadLink):
                links.read(other, token)


def test_damage_is_noticed(shopper: Shopper) -> None:
    """A link with any part changed, cut off, added or of another alphabet is no link."""
    token = links.make(Kind.RESET, shopper)
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token) - 1, 7)]
    for bad in (
        *flipped,
        token[:-4],
        token + "AAAA",
        token + "=",
        "",
        "a",
        "ü" * 60,
        "a:b/c",
        token + "\x00",
        token * 30,
    ):
        with pytest.raises(BadLink):
            links.read(Kind.RESET, bad)


def test_a_link_ends_after_the_hours_of_the_setting(shopper: Shopper, advance: Any) -> None:
    """MAIL_LINK_HOURS, counted from its making; a clock that went back does not end it."""
    dynamic.put("MAIL_LINK_HOURS", 2, staff_id=None, source="test")
    token = links.make(Kind.RESET, shopper)
    advance(-3600)
    links.read(Kind.RESET, token)
    advance(3600 + 7190)
    links.read(Kind.RESET, token)
    advance(20)
    with pytest.raises(BadLink):
        links.read(Kind.RESET, token)


@pytest.mark.parametrize(
    ("kind", "change", "survives"),
    [
        (Kind.RESET, {"password": "x"}, False),
        (Kind.RESET, {"last_login": "2024-01-01T00:00:00Z"}, False),
        (Kind.RESET, {"email": "x@example.com"}, False),
        (Kind.RESET, {"first_name": "x"}, True),
        (Kind.NEW_EMAIL, {"password": "x"}, False),
        (Kind.NEW_EMAIL, {"email": "x@example.com"}, False),
        (Kind.NEW_EMAIL, {"last_login": "2024-01-01T00:00:00Z"}, True),
        (Kind.FIRST_EMAIL, {"email": "x@example.com"}, False),
        (Kind.FIRST_EMAIL, {"password": "x"}, True),
        *((kind, {"is_active": False}, False) for kind in Kind),
    ],
)
def test_a_link_ends_with_the_state_it_names(
    shopper: Shopper, kind: Kind, change: dict[str, Any], survives: bool
) -> None:
    """What the use of a link changes ends it, and so does a closed account."""
    link = links.read(kind, links.make(kind, Shopper.objects.get(pk=shopper.pk)))
    Shopper.objects.filter(pk=shopper.pk).update(**change)
    if survives:
        assert links.owner(kind, link) == shopper
    else:
        with pytest.raises(BadLink):
            links.owner(kind, link)


def test_address_is_the_storefronts_where_there_is_one(db: None) -> None:
    """STOREFRONT_URL wins over the host that was called."""
    assert links.address("https://api.example", "/users/x/") == "https://api.example/users/x/"
    dynamic.put("STOREFRONT_URL", "https://shop.example/", staff_id=None, source="test")
    assert links.address("https://api.example", "/users/x/") == "https://shop.example/users/x/"
