"""The rules of the loyalty provider's protocol, each as a question to an implementation.

A rule stands alone: it makes the accounts it needs, so one that is broken says nothing about the next.
"""

import threading
from contextlib import suppress
from datetime import date
from typing import Any, Final
from uuid import uuid4

import msgspec

from patron.gateways.loyalty_provider import protocol
from patron.operations.provider_check import UNKNOWN, Broken, Provider, Rule, person, same, shaped, status

AT_ONCE: Final = 5
_SEARCH: Final = "/accounts/search"


def credentials(provider: Provider) -> None:
    """401 for a stranger."""
    wish = {"email": "nobody@example.com"}
    status(provider.call("POST", _SEARCH, wish, without="authorization"), 401)
    status(provider.call("POST", _SEARCH, wish, auth=(provider.auth[0], "wrong" + provider.auth[1])), 401)


def search_nobody(provider: Provider) -> None:
    """404 by code."""
    status(provider.call("POST", _SEARCH, {"email": person().email}), 404, protocol.NOT_FOUND)


def search_needs_email(provider: Provider) -> None:
    """400 without one."""
    status(provider.call("POST", _SEARCH, {}), 400)


def create(provider: Provider) -> None:
    """201 with both numbers."""
    provider.open(person())


def get(provider: Provider) -> None:
    """What was told comes back."""
    wish = person(date_of_birth=date(1990, 12, 10), sms_allowed=True, gender="female", first_name="Zoë Şükran عمر")
    made = provider.open(wish)
    found = shaped(provider.call("GET", f"/accounts/{made.account_number}"), 200, protocol.Member)
    same(found, {"number": made.number, "account_number": made.account_number} | msgspec.structs.asdict(wish))


def search_all(provider: Provider) -> None:
    """By e-mail alone, and with all three."""
    wish = person(date_of_birth=date(1990, 12, 10))
    made = provider.open(wish)
    everything = {"email": wish.email, "phone": wish.phone, "date_of_birth": "1990-12-10"}
    for asked in ({"email": wish.email}, everything):
        found = shaped(provider.call("POST", _SEARCH, asked), 200, protocol.Member)
        same(found, {"account_number": made.account_number})


def search_case(provider: Provider) -> None:
    """E-mails differ in letter case."""
    wish = person()
    made = provider.open(wish)
    found = shaped(provider.call("POST", _SEARCH, {"email": wish.email.upper()}), 200, protocol.Member)
    same(found, {"account_number": made.account_number})


def search_narrows(provider: Provider) -> None:
    """What is given must fit."""
    wish = person(date_of_birth=date(1990, 12, 10))
    provider.open(wish)
    for other in ({"phone": person().phone}, {"date_of_birth": "1991-01-01"}):
        status(provider.call("POST", _SEARCH, {"email": wish.email} | other), 404, protocol.NOT_FOUND)


def create_incomplete(provider: Provider) -> None:
    """400 by field."""
    body = msgspec.to_builtins(person())
    for name in ("first_name", "last_name", "email", "phone", "gender"):
        wish = {key: value for key, value in body.items() if key != name}
        answer = provider.call("POST", "/accounts", wish, key=uuid4().hex)
        _refused(provider, answer, 400, f"without {name}")


def create_malformed(provider: Provider) -> None:
    """400, never 500."""
    body = msgspec.to_builtins(person())
    for wish in (b"{", b"[]", body | {"gender": "other"}, body | {"date_of_birth": "1990-02-30"}):
        _refused(provider, provider.call("POST", "/accounts", wish, key=uuid4().hex), 400, "malformed")


def create_same_key(provider: Provider) -> None:
    """Done once, answered the same."""
    wish, key = person(), uuid4().hex
    first, again = provider.open(wish, key), provider.open(wish, key)
    if first != again:
        raise Broken("the second answer is another: the account was opened twice or the answer is not repeated")


def create_same_key_at_once(provider: Provider) -> None:
    """Also in parallel."""
    wish, key = person(), uuid4().hex
    seen: list[Any] = []

    def ask() -> None:
        try:
            seen.append(provider.call("POST", "/accounts", wish, key=key))
        except Broken as broken:
            seen.append(broken)

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _one_account(provider, seen)


def create_other_body(provider: Provider) -> None:
    """422 for a key that was used."""
    key = uuid4().hex
    provider.open(person(), key)
    answer = provider.call("POST", "/accounts", person(), key=key)
    _refused(provider, answer, 422, "the key of another body", protocol.KEY_REUSED)


def key_needed(provider: Provider) -> None:
    """400 without one."""
    _refused(provider, provider.call("POST", "/accounts", person()), 400, "without Idempotency-Key")


def create_taken(provider: Provider) -> None:
    """409 for an e-mail or a phone that somebody has."""
    first = person()
    provider.open(first)
    for wish in (person(email=first.email.swapcase()), person(phone=first.phone)):
        answer = provider.call("POST", "/accounts", wish, key=uuid4().hex)
        _refused(provider, answer, 409, "of somebody who has an account", protocol.EXISTS)


def change(provider: Provider) -> None:
    """Only what is told changes."""
    wish = person(sms_allowed=True, date_of_birth=date(1990, 12, 10))
    made = provider.open(wish)
    path, key = f"/accounts/{made.account_number}", uuid4().hex
    changes = {"last_name": "Changed", "date_of_birth": None, "call_allowed": False}
    expected = msgspec.structs.asdict(wish) | changes | {"number": made.number}
    for _ in range(2):  # the second time with the same key
        same(shaped(provider.call("PATCH", path, changes, key=key), 200, protocol.Member), expected)
    same(shaped(provider.call("GET", path), 200, protocol.Member), expected)


def change_taken(provider: Provider) -> None:
    """409, and nothing changes."""
    first, second = person(), person()
    provider.open(first)
    path = f"/accounts/{provider.open(second).account_number}"
    wish = {"first_name": "X", "phone": first.phone}
    status(provider.call("PATCH", path, wish, key=uuid4().hex), 409, protocol.EXISTS)
    same(shaped(provider.call("GET", path), 200, protocol.Member), msgspec.structs.asdict(second))


def points(provider: Provider) -> None:
    """A number from 0."""
    made = provider.open(person())
    shaped(provider.call("GET", f"/accounts/{made.account_number}/points"), 200, protocol.Points)


def unknown(provider: Provider) -> None:
    """404 by code, on every operation."""
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/accounts/{UNKNOWN}", None),
        ("GET", f"/accounts/{UNKNOWN}/points", None),
        ("PATCH", f"/accounts/{UNKNOWN}", {"first_name": "X"}),
        ("DELETE", f"/accounts/{UNKNOWN}", None),
    ]
    for method, path, body in calls:
        key = uuid4().hex if method in ("PATCH", "DELETE") else None
        status(provider.call(method, path, body, key=key), 404, protocol.NOT_FOUND)


def delete(provider: Provider) -> None:
    """204; then it is gone."""
    wish, key = person(), uuid4().hex
    made = provider.open(wish)
    path = f"/accounts/{made.account_number}"
    status(provider.call("DELETE", path, key=key), 204)
    status(provider.call("DELETE", path, key=key), 204)
    status(provider.call("GET", path), 404, protocol.NOT_FOUND)
    status(provider.call("POST", _SEARCH, {"email": wish.email}), 404, protocol.NOT_FOUND)


def reopened(provider: Provider) -> None:
    """A closed account's number stays closed."""
    wish = person()
    first = provider.open(wish)
    status(provider.call("DELETE", f"/accounts/{first.account_number}", key=uuid4().hex), 204)
    if provider.open(wish).account_number == first.account_number:
        raise Broken("the new account has the number of the closed one")


def version(provider: Provider) -> None:
    """400 for a version that is not spoken."""
    status(provider.call("POST", _SEARCH, {"email": "nobody@example.com"}, without=protocol.VERSION), 400)


def _refused(provider: Provider, answer: Any, expected: int, what: str, code: str | None = None) -> None:
    if answer.status_code == 201:
        with suppress(Broken):  # then it cannot be closed; what matters here is that it was opened
            provider.opened.append(shaped(answer, 201, protocol.Created).account_number)
        raise Broken(f"POST /accounts {what}: 201 where {expected} is expected")
    status(answer, expected, code)


def _one_account(provider: Provider, seen: list[Any]) -> None:
    numbers = set()
    for answer in seen:
        if isinstance(answer, Broken):
            raise answer
        if answer.status_code == 201:
            numbers.add(shaped(answer, 201, protocol.Created).account_number)
        else:
            status(answer, 409, protocol.KEY_BUSY)  # the first is still running
    provider.opened.extend(numbers)
    if len(numbers) != 1:
        raise Broken(f"{AT_ONCE} requests with one key opened {len(numbers)} accounts")


RULES: Final[list[Rule]] = [
    ("A stranger is answered 401", credentials, "Check Basic auth on every operation, before anything else."),
    ("A call without x-api-version is answered 400", version, "Require the header x-api-version: 1."),
    ("Nobody is found: 404 account_not_found", search_nobody, 'Answer {"errors": [{"code": "account_not_found"}]}.'),
    ("A search without e-mail is answered 400", search_needs_email, "email is required in POST /accounts/search."),
    ("An account is opened: 201 {number, account_number}", create, "Both are texts; see Created in the OpenAPI."),
    ("An account shows what it was opened with", get, "Keep every field as it was told, e-mail in its letter case."),
    ("It is found by e-mail, and by all three criteria", search_all, "Answer the whole account, not a list."),
    ("It is found in any letter case of the e-mail", search_case, "Compare e-mails without letter case."),
    ("It is not found by a phone or birth date that is another's", search_narrows, "All criteria given must fit."),
    ("An account that lacks a field is refused: 400", create_incomplete, "See required in NewAccount."),
    ("A malformed account is refused: 400", create_malformed, "Answer bad JSON, enums and dates with 400, never 5xx."),
    ("A write without Idempotency-Key is refused: 400", key_needed, "Without a key a lost answer doubles accounts."),
    ("The same key opens one account", create_same_key, "Keep key and answer in the transaction that opens it."),
    ("The same key at once opens one account", create_same_key_at_once, "Claim the key by a unique index first."),
    ("A key that was used for another body: 422 key_reused", create_other_body, "Keep a digest of the body by it."),
    ("An e-mail or phone has one account: 409 account_exists", create_taken, "Hold both unique among open accounts."),
    ("A change changes what is told and nothing else", change, "Absent is left alone; null is a value."),
    ("A change to another's phone: 409 account_exists", change_taken, "Refuse it whole; change nothing."),
    ("Points are a number from 0 to 10^12", points, 'Answer {"points": 150}: a JSON number, not a text.'),
    ("An unknown account: 404 account_not_found", unknown, "On get, points, change and delete alike."),
    ("An account is closed: 204, and gone", delete, "A repeated key is answered 204 again; searches find it no more."),
    ("A closed account's number is not given again", reopened, "Give each account a number of its own, for ever."),
]
