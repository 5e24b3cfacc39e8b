"""Signing in with e-mail and password, without HTTP."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from patron.accounts import captcha, password, sessions, sign_in
from patron.accounts.models import Session, Shopper
from patron.accounts.sign_in import CAPTCHA_PAGE, BadCredentials
from patron.gateways.captcha.embedded import TEST_TOKEN
from patron.kernel import context, dynamic
from patron.kernel.errors import TooMany
from patron.kernel.passwords import Argon2
from tests.accounts.conftest import PASSWORD

ADDRESS = "198.51.100.7"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was hashed, one word a computation: the cost, and with `verify` the look at a password."""
    done: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        original = getattr(Argon2, name)

        def call(self: Argon2, *args: Any) -> Any:
            done.append(name)
            return original(self, *args)

        return call

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2, name, counted(name))
    return done


@pytest.fixture
def throttles() -> Callable[..., None]:
    """`throttles(login=3)` sets how many calls a scope may make in five minutes."""

    def put(**counts: int) -> None:
        value = {scope.replace("_", "-"): {"count": count, "duration": "5m"} for scope, count in counts.items()}
        dynamic.put("THROTTLING_SETTINGS", value, staff_id=None, source="test")

    return put


def fail(shopper: Shopper, times: int, session: Session | None = None) -> None:
    for _ in range(times):
        with pytest.raises(BadCredentials):
            sign_in.log_in(session, shopper.email, "wrong")


def guest() -> Session:
    return Session.objects.get(pk=sessions.open_guest().session_id)


@pytest.mark.django_db
def test_email_in_any_letter_case(make_shopper: Any) -> None:
    """The e-mail signs in however its letters are written, and keeps the case it was given in."""
    shopper = make_shopper(email="Ada.Lovelace@Example.com")
    opened = sign_in.log_in(None, "ada.LOVELACE@example.com", PASSWORD)
    session = Session.objects.select_related("shopper").get(pk=opened.session_id)
    assert session.shopper == shopper
    assert session.shopper.email == "Ada.Lovelace@Example.com"
    assert session.shopper.last_login is not None


@pytest.mark.django_db
def test_refusals_cannot_be_told_apart(make_shopper: Any, hashes: list[str]) -> None:
    """Wrong password, unknown e-mail, closed account and one without a password: one text, one hash computed."""
    known, closed, guest_shopper = make_shopper(), make_shopper(is_active=False), make_shopper(password=None)
    told = set()
    for email, tried in (
        (known.email, "wrong"),
        ("nobody@example.com", PASSWORD),
        (closed.email, PASSWORD),
        (guest_shopper.email, PASSWORD),
    ):
        hashes.clear()
        with pytest.raises(BadCredentials) as refused:
            sign_in.log_in(None, email, tried)
        told.add((str(refused.value.fields), len(hashes)))
    assert len(told) == 1
    assert {count for _, count in told} == {1}


@pytest.mark.django_db
def test_wrong_passwords_lock_the_account_until_the_window_ends(make_shopper: Any, advance: Any) -> None:
    """The sixth try is refused even with the right password, in whatever letter case, and tells the captcha's page."""
    shopper, other = make_shopper(), make_shopper()
    fail(shopper, 5)
    advance(60)
    with pytest.raises(TooMany) as refused:
        sign_in.log_in(None, shopper.email.upper(), PASSWORD)
    assert 235 <= refused.value.wait_seconds <= 241
    assert refused.value.redirect_url == CAPTCHA_PAGE
    sign_in.log_in(None, other.email, PASSWORD)
    advance(241)
    sign_in.log_in(None, shopper.email, PASSWORD)


@pytest.mark.django_db
def test_unknown_email_is_locked_like_a_known_one() -> None:
    """The limit does not tell whether an account exists."""
    for _ in range(5):
        with pytest.raises(BadCredentials):
            sign_in.log_in(None, "nobody@example.com", "wrong")
    with pytest.raises(TooMany) as refused:
        sign_in.log_in(None, "Nobody@example.com", "wrong")
    assert refused.value.redirect_url == CAPTCHA_PAGE


@pytest.mark.django_db
def test_right_password_ends_the_count(make_shopper: Any) -> None:
    """Four wrong ones, a right one, four wrong ones: not locked."""
    shopper = make_shopper()
    for _ in range(2):
        fail(shopper, 4)
        sign_in.log_in(None, shopper.email, PASSWORD)


@pytest.mark.django_db
def test_captcha_is_worth_one_try(make_shopper: Any) -> None:
    """A captcha passed in the session lets one locked-out try through, right or wrong, and in no other session."""
    shopper, session = make_shopper(), guest()
    fail(shopper, 5)
    captcha.solve(session, TEST_TOKEN)
    with pytest.raises(TooMany):
        sign_in.log_in(guest(), shopper.email, PASSWORD)
    fail(shopper, 1, session)
    with pytest.raises(TooMany):
        sign_in.log_in(session, shopper.email, PASSWORD)
    captcha.solve(session, TEST_TOKEN)
    assert sign_in.log_in(session, shopper.email, PASSWORD).session_id == session.pk


@pytest.mark.django_db
def test_captcha_is_forgotten_after_ten_minutes(make_shopper: Any, advance: Any, throttles: Any) -> None:
    """A captcha cannot be kept in store."""
    throttles(login_failed=1)
    shopper, session = make_shopper(), guest()
    captcha.solve(session, TEST_TOKEN)
    advance(601)
    fail(shopper, 1)
    with pytest.raises(TooMany):
        sign_in.log_in(session, shopper.email, PASSWORD)


@pytest.mark.django_db
def test_address_is_limited_over_all_accounts(make_shopper: Any, throttles: Any) -> None:
    """Calls of one address count whatever the e-mail; a refused one leaves the account's count alone.

    The address of a storefront's server, which stands for every shopper, is free.
    """
    throttles(login=3, login_failed=4)
    context.enter(context.Caller(ip=ADDRESS))
    shopper = make_shopper()
    fail(shopper, 3)
    for _ in range(3):
        with pytest.raises(TooMany):
            sign_in.log_in(None, shopper.email, PASSWORD)
    context.enter(context.Caller(ip="198.51.100.8"))
    sign_in.log_in(None, shopper.email, PASSWORD)
    context.enter(context.Caller(ip=ADDRESS))
    dynamic.put("THROTTLE_EXEMPT_NETWORKS", [f"{ADDRESS}/32"], staff_id=None, source="test")
    sign_in.log_in(None, shopper.email, PASSWORD)


@pytest.mark.django_db
def test_session_goes_on_under_a_new_key(make_shopper: Any) -> None:
    """A guest's session becomes the shopper's under another key; one of somebody else ends."""
    shopper, before = make_shopper(), guest()
    opened = sign_in.log_in(before, shopper.email, PASSWORD)
    assert opened.session_id == before.pk
    assert Session.objects.get(pk=before.pk).key_digest != before.key_digest
    other = sign_in.log_in(Session.objects.get(pk=before.pk), make_shopper().email, PASSWORD)
    assert list(Session.objects.values_list("pk", flat=True)) == [other.session_id]


@pytest.mark.django_db
def test_password_changed_meanwhile_signs_nobody_in(make_shopper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the password and the session a reset may end every session: then none is opened."""
    shopper, looked = make_shopper(), Argon2.verify

    def verify_then_change(self: Argon2, *args: Any) -> bool:
        right = looked(self, *args)
        Shopper.objects.filter(pk=shopper.pk).update(password="changed")
        return right

    monkeypatch.setattr(Argon2, "verify", verify_then_change)
    with pytest.raises(BadCredentials):
        sign_in.log_in(None, shopper.email, PASSWORD)
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_outdated_hash_is_renewed(make_shopper: Any) -> None:
    """A hash of weaker parameters is replaced when its password comes by, and signs in."""
    weak = Argon2()
    weak.memory_cost = 8192
    encoded = weak.encode(PASSWORD, "a" * 22)
    shopper = make_shopper()
    Shopper.objects.filter(pk=shopper.pk).update(password=encoded)
    sign_in.log_in(None, shopper.email, PASSWORD)
    shopper.refresh_from_db()
    assert not Argon2().must_update(shopper.password)
    sign_in.log_in(None, shopper.email, PASSWORD)


@pytest.mark.django_db
def test_confirming_a_password_is_limited(make_shopper: Any, throttles: Any) -> None:
    """Whoever got hold of a session cannot try passwords without end; one slip counts as the client's four calls."""
    throttles(login_failed=1)
    shopper = make_shopper()
    assert [sign_in.confirm_password(shopper, "wrong") for _ in range(3)] == [False] * 3
    assert sign_in.confirm_password(shopper, PASSWORD)
    assert [sign_in.confirm_password(shopper, "wrong") for _ in range(4)] == [False] * 4
    with pytest.raises(TooMany):
        sign_in.confirm_password(shopper, PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_a_try_is_refused_inside_a_transaction(make_shopper: Any) -> None:
    """A count that is not committed could be raced, so it is a bug to ask for one."""
    shopper = make_shopper()
    with transaction.atomic(), pytest.raises(RuntimeError):
        sign_in.log_in(None, shopper.email, PASSWORD)
    with transaction.atomic(), pytest.raises(RuntimeError):
        sign_in.confirm_password(shopper, PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_guesses(make_shopper: Any, hashes: list[str]) -> None:
    """Of fifty wrong passwords at once exactly five are looked at."""
    shopper = make_shopper()
    hashes.clear()

    def guess(_: int) -> str:
        try:
            sign_in.log_in(None, shopper.email, "wrong")
        except (BadCredentials, TooMany) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "signed in"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(guess, range(50)))
    assert sorted(outcomes) == ["BadCredentials"] * 5 + ["TooMany"] * 45
    assert hashes == ["verify"] * 5


@pytest.mark.django_db(transaction=True)
def test_one_captcha_for_many_tries_at_once(make_shopper: Any) -> None:
    """Of parallel tries in one session one takes the captcha."""
    shopper, session = make_shopper(), guest()
    fail(shopper, 5)
    captcha.solve(session, TEST_TOKEN)

    def guess(_: int) -> str:
        try:
            sign_in.log_in(session, shopper.email, "wrong")
        except (BadCredentials, TooMany) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "signed in"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(guess, range(12)))
    assert sorted(outcomes) == ["BadCredentials"] + ["TooMany"] * 11


@pytest.mark.django_db
def test_new_password_ends_the_count(make_shopper: Any, mail_outbox: Any) -> None:
    """Whoever is locked out and resets the password can sign in at once."""
    shopper = make_shopper()
    fail(shopper, 5)
    password.forget(shopper.email, "https://shop.example")
    token = mail_outbox()[0].text.partition("/users/reset/")[2].partition("/")[0]
    password.reset(token, "Another-horse-8")
    sign_in.log_in(None, shopper.email, "Another-horse-8")
