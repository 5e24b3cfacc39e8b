"""`patron provider check`: the simulator keeps every rule, and what is broken on purpose is found and named."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner

from patron.config.cli import app
from patron.operations import provider_check, provider_rules
from patron.operations.provider_check import Provider, Verdict
from patron.sandbox.models import SimulatedAccount
from patron.sandbox.simulator import server
from patron.sandbox.simulator.server import Answer, Request
from tests.gateways.loyalty_servers import serving

pytestmark = pytest.mark.django_db(transaction=True)
Server = Callable[[Request], Answer]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def broken_rules(answer: Server, *, seconds: float = 2) -> list[Verdict]:
    """What the check has to say against a server."""
    with serving(answer) as url:
        provider = Provider(url, (server.USERNAME, server.PASSWORD), seconds)
        return [verdict for verdict in provider_check.check(provider, provider_rules.RULES) if not verdict.is_kept]


def test_the_simulator_keeps_every_rule() -> None:
    """And the accounts that were opened are closed again."""
    assert broken_rules(server.answer) == []
    assert SimulatedAccount.objects.exists()
    assert not SimulatedAccount.objects.filter(closed_date=None).exists()


def anybody(request: Request) -> Answer:
    """Knows no credentials."""
    return server.answer(replace(request, headers=dict(request.headers) | {"authorization": BASIC}))


def forgetful(request: Request) -> Answer:
    """Looks at no key."""
    return server.answer(replace(request, headers=dict(request.headers) | {"idempotency-key": uuid4().hex}))


def plain_404(request: Request) -> Answer:
    """A framework's own 404."""
    given = server.answer(request)
    return replace(given, body=b'{"detail": "Not found."}') if given.status == 404 else given


def points_as_text(request: Request) -> Answer:
    """A number in quotes."""
    given = server.answer(request)
    return replace(given, body=re.sub(rb'"points":(\d+)', rb'"points":"\1"', given.body))


def negative_points(request: Request) -> Answer:
    """A debt."""
    given = server.answer(request)
    return replace(given, body=re.sub(rb'"points":(\d+)', rb'"points":-\1', given.body))


def numbers_as_numbers(request: Request) -> Answer:
    """An account number without quotes."""
    given = server.answer(request)
    return replace(given, body=re.sub(rb'"account_number":"(\d+)"', rb'"account_number":\1', given.body))


def case_sensitive(request: Request) -> Answer:
    """Compares e-mails as they are."""
    if request.path == "/accounts/search" and b"@EXAMPLE.COM" in request.body:
        return Answer(404, b'{"errors": [{"code": "account_not_found"}]}', {"content-type": "application/json"})
    return server.answer(request)


def loose_search(request: Request) -> Answer:
    """Looks at the e-mail alone."""
    if request.path != "/accounts/search":
        return server.answer(request)
    body = msgspec.json.decode(request.body)
    body = {name: value for name, value in body.items() if name == "email"}
    return server.answer(replace(request, body=msgspec.json.encode(body)))


def falls_over(request: Request) -> Answer:
    """500 where 400 is due."""
    given = server.answer(request)
    return replace(given, status=500) if given.status == 400 else given


def never_closes(request: Request) -> Answer:
    """Says so only."""
    return Answer(204) if request.method == "DELETE" else server.answer(request)


def forgets_null(request: Request) -> Answer:
    """Takes null for absent."""
    if request.method != "PATCH":
        return server.answer(request)
    body = {name: value for name, value in msgspec.json.decode(request.body).items() if value is not None}
    return server.answer(replace(request, body=msgspec.json.encode(body)))


def lower_case(request: Request) -> Answer:
    """Keeps e-mails in lower case."""
    given = server.answer(request)
    return replace(given, body=re.sub(rb'"Check\.', b'"check.', given.body))


def html(request: Request) -> Answer:
    """A page for everybody."""
    return Answer(200, b"<html>", {"content-type": "text/html"})


BASIC = "Basic c2ltdWxhdG9yOnNpbXVsYXRvcg=="
NO_UNKNOWN = {"Nobody is found", "not found by a phone", "An unknown account", "An account is closed"}


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (anybody, {"A stranger is answered 401"}),
        (
            forgetful,
            {"The same key opens", "The same key at once", "422 key_reused", "without Idempotency-Key", "gone"},
        ),
        (plain_404, NO_UNKNOWN),
        (points_as_text, {"Points are"}),
        (negative_points, {"Points are"}),
        (case_sensitive, {"in any letter case"}),
        (loose_search, {"not found by a phone"}),
        (falls_over, {"x-api-version", "without e-mail", "lacks a field", "malformed", "without Idempotency-Key"}),
        (never_closes, {"An unknown account", "An account is closed", "number is not given again"}),
        (forgets_null, {"A change changes"}),
        (lower_case, {"shows what it was opened with", "A change changes", "A change to another's"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_broken_is_named(broken: Server, expected: set[str]) -> None:
    """These rules and no other."""
    found = broken_rules(broken)

    unexpected = [verdict for verdict in found if not any(part.lower() in verdict.rule.lower() for part in expected)]
    missed = [part for part in expected if not any(part.lower() in verdict.rule.lower() for verdict in found)]
    assert (unexpected, missed) == ([], [])
    assert all(verdict.seen and verdict.hint for verdict in found)


def test_it_says_where_the_shape_is_wrong() -> None:
    """The field, and what was expected of it."""
    (verdict,) = [each for each in broken_rules(numbers_as_numbers) if each.rule.startswith("An account is opened")]

    assert verdict.seen == "POST /accounts: Expected `str`, got `int` - at `$.account_number`"


def test_a_page_of_html_keeps_no_rule() -> None:
    """Each is judged, none is kept."""
    assert len(broken_rules(html)) == len(provider_rules.RULES)


def test_one_that_is_slow_or_hangs_up_is_told_so() -> None:
    """Of the operation that does."""

    def slow(request: Request) -> Answer:
        if request.path.endswith("/points"):
            time.sleep(0.7)
        if request.path == "/accounts/search":
            raise ConnectionError
        return server.answer(request)

    found = {verdict.rule: verdict.seen for verdict in broken_rules(slow, seconds=0.5)}

    assert "no answer within 0.5 s" in found["Points are a number from 0 to 10^12"]
    assert "the connection failed" in found["Nobody is found: 404 account_not_found"]
    assert "An account is opened: 201 {number, account_number}" not in found


def test_the_command_says_pass_or_fail_by_line() -> None:
    """Exit status 0 when every rule is kept, 1 with what is wrong and a hint."""
    with serving(server.answer) as url:
        good = _run(url)
    with serving(points_as_text) as url:
        bad = _run(url)

    count = len(provider_rules.RULES)
    assert good.exit_code == 0, good.output
    assert good.output.count("pass ") == count
    assert f"{count} of {count} rules are kept." in good.output
    assert bad.exit_code == 1
    assert re.search(r"FAIL Points are.*\n.*Expected `int \| float`.*\n.*a JSON number, not a text", bad.output)
    assert f"{count - 1} of {count} rules are kept." in bad.output


def test_nobody_there_is_a_failure() -> None:
    """Not a traceback."""
    answer = _run("http://127.0.0.1:9")

    assert answer.exit_code == 1
    assert "the connection failed" in answer.output


def test_it_needs_no_patron_that_is_set_up() -> None:
    """An integrator runs it from a clone: no database, no data directory, no settings."""
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("PATRON_", "DJANGO_", "DATABASE_"))
    }
    command = [sys.executable, "-c", "from patron.config.cli import main; main()", "provider", "check"]
    said = subprocess.run(
        [*command, "http://127.0.0.1:9"], env=bare, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.returncode == 1, said.stderr
    assert "the connection failed" in said.stdout
    assert "Traceback" not in said.stderr


def _run(url: str) -> Any:
    return CliRunner().invoke(app, ["provider", "check", url])
