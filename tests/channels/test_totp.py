import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connections

from patron.channels import sign_in, staff, tokens, totp
from patron.channels.models import Authenticator, RecoveryCode, Staff
from patron.channels.totp import BadCode, CodeNeeded
from patron.kernel import clock, dynamic
from patron.kernel.errors import Forbidden, TooMany
from tests.channels.conftest import PASSWORD

SECRET = b"12345678901234567890"  # of RFC 6238, appendix B

MANY_TRIES = {"failed-codes": {"count": 100, "duration": "5m"}}


def at(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.fromtimestamp(seconds, UTC), tick=False)


def a_wrong_code() -> str:
    near = {totp.code_at(SECRET, totp.now_step() + drift) for drift in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


@pytest.fixture
def enrolled(clerk: Staff) -> Staff:
    """A staff member with the second step set up, a minute ago."""
    with time_machine.travel(clock.now() - timedelta(minutes=1), tick=False):
        totp.set_up(clerk, SECRET, totp.code_at(SECRET, totp.now_step()))
    return Staff.objects.get(pk=clerk.pk)


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_rfc(moment: int, code: str) -> None:
    """The published vectors, six digits."""
    assert totp.code_at(SECRET, moment // 30) == code


def test_the_address_is_what_apps_read(clerk: Staff) -> None:
    """otpauth with issuer, account and the secret that is spelled beside it; a new secret has 160 bits."""
    secret = totp.propose()
    parts = urlsplit(totp.address(secret, clerk))
    asked = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Patron:clerk")
    assert asked["issuer"] == ["Patron"]
    assert asked["secret"] == [totp.spelled(secret).replace(" ", "")]
    assert len(secret) == 20
    assert secret != totp.propose()


def test_set_up_asks_for_a_code_from_then_on(clerk: Staff) -> None:
    """A wrong code sets nothing up; a right one does, seals the secret and ends what the password alone signed in."""
    key, program = sign_in.log_in("clerk", PASSWORD), tokens.issue(clerk, "ERP")
    with pytest.raises(BadCode):
        totp.set_up(clerk, SECRET, a_wrong_code())
    assert tokens.owner(key) == clerk
    codes = totp.set_up(clerk, SECRET, totp.code_at(SECRET, totp.now_step()))
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    stored = Authenticator.objects.get()
    assert SECRET not in bytes(stored.sealed_secret)
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert (tokens.owner(key), tokens.owner(program)) == (None, clerk)
    with pytest.raises(Forbidden):
        totp.set_up(clerk, SECRET, totp.code_at(SECRET, totp.now_step()))


def test_log_in_needs_the_code(enrolled: Staff) -> None:
    """After the right password only; with the code a key comes."""
    with pytest.raises(CodeNeeded):
        sign_in.log_in("clerk", PASSWORD)
    with pytest.raises(BadCode):
        sign_in.log_in("clerk", PASSWORD, a_wrong_code())
    with pytest.raises(sign_in.BadCredentials):
        sign_in.log_in("clerk", "wrong", totp.code_at(SECRET, totp.now_step()))
    assert tokens.owner(sign_in.log_in("clerk", PASSWORD, totp.code_at(SECRET, totp.now_step()))) == enrolled


@pytest.mark.parametrize(("drift", "passes"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_half_a_minute_off(enrolled: Staff, drift: int, passes: bool) -> None:
    """A step before and after count, no more."""
    with time_machine.travel(clock.now(), tick=False):
        code = totp.code_at(SECRET, totp.now_step() + drift)
        if passes:
            totp.check(enrolled, code)
        else:
            with pytest.raises(BadCode):
                totp.check(enrolled, code)


def test_a_code_works_once(enrolled: Staff) -> None:
    """Neither it nor an older one passes again; the next one does."""
    with at(1_900_000_000) as traveller:
        step = totp.now_step()
        totp.check(enrolled, f" {totp.code_at(SECRET, step)[:3]} {totp.code_at(SECRET, step)[3:]} ")
        for used in (step, step - 1):
            with pytest.raises(BadCode):
                totp.check(enrolled, totp.code_at(SECRET, used))
        traveller.shift(30)
        totp.check(enrolled, totp.code_at(SECRET, step + 1))


def test_a_clock_that_goes_back_locks_nobody_out(enrolled: Staff) -> None:
    """A code used while the sandbox's clock stood a year ahead does not make the codes of today old."""
    with at(2_000_000_000):
        totp.check(enrolled, totp.code_at(SECRET, totp.now_step()))
    with at(1_900_000_000):
        totp.check(enrolled, totp.code_at(SECRET, totp.now_step()))
        with pytest.raises(BadCode):
            totp.check(enrolled, totp.code_at(SECRET, totp.now_step()))


@pytest.mark.django_db(transaction=True)
def test_of_parallel_calls_with_one_code_one_passes() -> None:
    """The step is used up by one statement."""
    member = staff.create("clerk", PASSWORD)
    dynamic.put("STAFF_LOGIN_THROTTLES", MANY_TRIES, staff_id=None, source="test")
    with at(1_900_000_000):
        totp.set_up(member, SECRET, totp.code_at(SECRET, totp.now_step()))
    with at(1_900_000_060):
        outcomes = _in_parallel(12, lambda: totp.check(member, totp.code_at(SECRET, totp.now_step())))
    assert sorted(outcomes) == ["BadCode"] * 11 + ["passed"]


@pytest.mark.django_db(transaction=True)
def test_of_parallel_guesses_five_are_looked_at() -> None:
    """And a right code among the refused ones is not looked at either until the window ends."""
    member = staff.create("clerk", PASSWORD)
    with at(1_900_000_000):
        totp.set_up(member, SECRET, totp.code_at(SECRET, totp.now_step()))
    with at(1_900_000_060) as traveller:
        outcomes = _in_parallel(20, lambda: totp.check(member, a_wrong_code()))
        assert sorted(outcomes) == ["BadCode"] * 5 + ["TooMany"] * 15
        with pytest.raises(TooMany):
            totp.check(member, totp.code_at(SECRET, totp.now_step()))
        traveller.shift(15 * 60)
        totp.check(member, totp.code_at(SECRET, totp.now_step()))


@pytest.mark.django_db(transaction=True)
def test_of_parallel_calls_with_one_recovery_code_one_passes() -> None:
    """It is marked as used by one statement."""
    member = staff.create("clerk", PASSWORD)
    dynamic.put("STAFF_LOGIN_THROTTLES", MANY_TRIES, staff_id=None, source="test")
    code = totp.set_up(member, SECRET, totp.code_at(SECRET, totp.now_step()))[0]
    outcomes = _in_parallel(8, lambda: totp.check(member, code))
    assert sorted(outcomes) == ["BadCode"] * 7 + ["passed"]
    assert totp.recovery_codes_left(member) == 9


@pytest.mark.django_db(transaction=True)
def test_of_parallel_set_ups_one_wins() -> None:
    """The other is refused, and the recovery codes that were shown are those that work."""
    member = staff.create("clerk", PASSWORD)
    shown: list[list[str]] = []
    outcomes = _in_parallel(4, lambda: shown.append(totp.set_up(member, SECRET, totp.code_at(SECRET, totp.now_step()))))
    assert sorted(outcomes) == ["Forbidden"] * 3 + ["passed"]
    totp.check(member, shown[0][3])


def test_recovery_codes_are_ones_own_and_replaced_together(enrolled: Staff) -> None:
    """Written as they like; another's does not pass; new ones end the old."""
    code = totp.renew_recovery_codes(enrolled, totp.code_at(SECRET, totp.now_step()))[0]
    other = staff.create("other", PASSWORD)
    totp.set_up(other, SECRET, totp.code_at(SECRET, totp.now_step()))
    with pytest.raises(BadCode):
        totp.check(other, code)
    fresh = totp.renew_recovery_codes(enrolled, f"  {code.upper().replace('-', ' ')} ")
    with pytest.raises(BadCode):
        totp.check(enrolled, code)
    totp.check(enrolled, fresh[0].replace("-", ""))
    assert totp.recovery_codes_left(enrolled) == 9


@pytest.mark.django_db(transaction=True)
def test_of_parallel_renewals_the_last_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten codes, and not those of both."""
    member = staff.create("clerk", PASSWORD)
    codes = totp.set_up(member, SECRET, totp.code_at(SECRET, totp.now_step()))
    both, make = threading.Barrier(2), totp._new_recovery_codes

    def together(of: Staff) -> list[str]:
        both.wait(20)
        return make(of)

    monkeypatch.setattr(totp, "_new_recovery_codes", together)
    left = iter(codes[:2])
    assert _in_parallel(2, lambda: totp.renew_recovery_codes(member, next(left))) == ["passed"] * 2
    assert totp.recovery_codes_left(member) == 10


def test_turning_off_needs_a_code_and_leave(enrolled: Staff) -> None:
    """Where the second step is obligatory it stays; a reset needs neither and ends what was signed in."""
    dynamic.put("STAFF_TOTP_REQUIRED", True, staff_id=None, source="test")
    with pytest.raises(Forbidden):
        totp.turn_off(enrolled, totp.code_at(SECRET, totp.now_step()))
    dynamic.put("STAFF_TOTP_REQUIRED", False, staff_id=None, source="test")
    with pytest.raises(BadCode):
        totp.turn_off(enrolled, a_wrong_code())
    key = sign_in.log_in("clerk", PASSWORD, totp.code_at(SECRET, totp.now_step()))
    totp.reset(enrolled)
    assert tokens.owner(key) is None
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert tokens.owner(sign_in.log_in("clerk", PASSWORD)) == enrolled


def test_a_lost_secret_key_leaves_recovery_codes(enrolled: Staff) -> None:
    """What cannot be opened any more refuses codes and lets a recovery code in."""
    code = totp.renew_recovery_codes(enrolled, totp.code_at(SECRET, totp.now_step()))[0]
    Authenticator.objects.update(sealed_secret=b"not of this key")
    with pytest.raises(BadCode):
        totp.check(enrolled, totp.code_at(SECRET, totp.now_step() + 1))
    totp.check(enrolled, code)


def test_the_second_step_is_part_of_the_consoles_sessions(enrolled: Staff) -> None:
    """Set up or taken away, every session that knew the other state ends."""
    with_step = enrolled.get_session_auth_hash()
    enrolled.totp_since = None
    assert enrolled.get_session_auth_hash() != with_step


def _in_parallel(times: int, work: Callable[[], object]) -> list[str]:
    def once(_: int) -> str:
        try:
            work()
        except (BadCode, TooMany, Forbidden) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "passed"

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(once, range(times)))
