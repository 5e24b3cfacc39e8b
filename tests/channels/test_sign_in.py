import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from patron.channels import sign_in, staff, tokens
from patron.channels.models import Staff, StaffToken
from patron.channels.sign_in import BadCredentials
from patron.kernel import clock, context, dynamic
from patron.kernel.errors import TooMany
from tests.channels.conftest import PASSWORD

ADDRESS = "198.51.100.7"


@pytest.fixture(autouse=True)
def _from_an_address() -> Iterator[None]:
    before = context.caller()
    context.enter(context.Caller(ip=ADDRESS))
    yield
    context.enter(before)


def refusals(count: int, username: str = "clerk") -> None:
    """Guess wrong `count` times."""
    for _ in range(count):
        with pytest.raises(BadCredentials):
            sign_in.verify(username, "wrong")


def test_log_in_mints_a_key_of_its_own_each_time(clerk: Staff) -> None:
    """Two sign-ins give two keys, each valid; the moment is noted on the staff member."""
    one, other = sign_in.log_in("clerk", PASSWORD), sign_in.log_in("clerk", PASSWORD)
    assert one != other
    assert all(re.fullmatch(r"[0-9a-f]{40}", key) and tokens.owner(key) == clerk for key in (one, other))
    assert Staff.objects.get().last_login is not None


def test_log_in_ends_the_sign_in_unused_for_longest(clerk: Staff) -> None:
    """Beyond the setting's number the one used least recently ends; tokens of programs are not counted."""
    dynamic.put("STAFF_SIGN_INS_KEPT", 2, staff_id=None, source="test")
    program = tokens.issue(clerk, "ERP")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        in_use = sign_in.log_in("clerk", PASSWORD)
        traveller.shift(timedelta(hours=1))
        forgotten = sign_in.log_in("clerk", PASSWORD)
        traveller.shift(timedelta(hours=1))
        assert tokens.owner(in_use) == clerk
        newest = sign_in.log_in("clerk", PASSWORD)
        assert tokens.owner(forgotten) is None
        assert tokens.owner(in_use) == tokens.owner(newest) == tokens.owner(program) == clerk


@pytest.mark.parametrize(("days", "ends"), [(30, True), (0, False)])
def test_sign_ins_end_after_the_days_of_the_setting(clerk: Staff, days: int, ends: bool) -> None:
    """STAFF_SIGN_IN_DAYS says how long a key lives; 0 keeps it for ever."""
    dynamic.put("STAFF_SIGN_IN_DAYS", days, staff_id=None, source="test")
    key = sign_in.log_in("clerk", PASSWORD)
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert (tokens.owner(key) is None) is ends


def test_wrong_unknown_and_inactive_are_refused_alike(clerk: Staff) -> None:
    """Nothing in the refusal tells whether the username exists."""
    staff.create("former", PASSWORD)
    Staff.objects.filter(username="former").update(is_active=False)
    texts = set()
    for username, password in (("clerk", "wrong"), ("nobody", PASSWORD), ("former", PASSWORD)):
        with pytest.raises(BadCredentials) as refused:
            sign_in.log_in(username, password)
        texts.add(str({field: [str(text) for text in texts] for field, texts in refused.value.fields.items()}))
    assert len(texts) == 1
    assert not StaffToken.objects.exists()


def test_unknown_usernames_take_the_time_of_a_wrong_password(clerk: Staff) -> None:
    """A password is hashed for an unknown username too, so the time does not tell it apart."""

    def fastest(username: str) -> float:
        times = []
        for _ in range(4):
            started = time.perf_counter()
            with pytest.raises(BadCredentials):
                sign_in.verify(username, "wrong")
            times.append(time.perf_counter() - started)
        return min(times)

    known, unknown = fastest("clerk"), fastest("nobody")
    assert 0.4 < known / unknown < 2.5


def test_ten_wrong_passwords_lock_one_username_for_five_minutes(clerk: Staff) -> None:
    """The eleventh try is refused with the time to wait, even with the right password; other usernames go on."""
    staff.create("colleague", PASSWORD)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        refusals(10)
        traveller.shift(timedelta(minutes=1))
        with pytest.raises(TooMany) as refused:
            sign_in.verify("clerk", PASSWORD)
        assert 235 <= refused.value.wait_seconds <= 245
        assert sign_in.verify("colleague", PASSWORD).username == "colleague"
        traveller.shift(timedelta(minutes=5))
        assert sign_in.verify("clerk", PASSWORD) == clerk


def test_a_right_password_ends_the_count(clerk: Staff) -> None:
    """Nine wrong ones, a right one, nine wrong ones: still not locked."""
    for _ in range(2):
        refusals(9)
        assert sign_in.verify("clerk", PASSWORD) == clerk


def test_an_address_is_limited_over_all_usernames(clerk: Staff) -> None:
    """Wrong tries of one address count whatever the username; right ones do not, and an exempt network is free."""
    dynamic.put(
        "STAFF_LOGIN_THROTTLES",
        {"failed-per-address": {"count": 3, "duration": "5m"}},
        staff_id=None,
        source="test",
    )
    for _ in range(4):
        assert sign_in.verify("clerk", PASSWORD) == clerk
    for username in ("a", "b", "c"):
        refusals(1, username)
    with pytest.raises(TooMany):
        sign_in.verify("clerk", PASSWORD)
    dynamic.put("THROTTLE_EXEMPT_NETWORKS", [f"{ADDRESS}/32"], staff_id=None, source="test")
    assert sign_in.verify("clerk", PASSWORD) == clerk


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_evaluate_no_more_than_the_limit() -> None:
    """Of thirty wrong guesses at once exactly ten are looked at."""
    staff.create("clerk", PASSWORD)

    def guess(_: int) -> str:
        try:
            sign_in.verify("clerk", "wrong")
        except (BadCredentials, TooMany) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "signed in"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(guess, range(30)))
    assert sorted(outcomes) == ["BadCredentials"] * 10 + ["TooMany"] * 20


@pytest.mark.django_db(transaction=True)
def test_parallel_sign_ins_keep_the_bound() -> None:
    """Sign-ins at once leave exactly as many valid as the setting says."""
    clerk = staff.create("clerk", PASSWORD)
    dynamic.put("STAFF_SIGN_INS_KEPT", 3, staff_id=None, source="test")

    def enter(_: int) -> str:
        try:
            return sign_in.log_in("clerk", PASSWORD)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        keys = list(pool.map(enter, range(8)))
    assert sum(tokens.owner(key) == clerk for key in keys) == 3


def test_a_password_changed_meanwhile_signs_nobody_in(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that is changed between its check and the making of the key gives no key."""
    checked = sign_in.verify

    def verify_then_change(username: str, password: str) -> Staff:
        found = checked(username, password)
        staff.change_password(Staff.objects.get(pk=found.pk), "another horse battery")
        return found

    monkeypatch.setattr(sign_in, "verify", verify_then_change)
    with pytest.raises(BadCredentials):
        sign_in.log_in("clerk", PASSWORD)
    assert not StaffToken.objects.exists()
