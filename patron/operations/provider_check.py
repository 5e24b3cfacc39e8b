"""`patron provider check`: does an implementation of the loyalty provider's protocol keep it?

Knows nothing but the published protocol (docs/loyalty-provider.md) and an address. It opens accounts of people it makes
up (e-mails under `example.com`) and closes them again, so it is for a test system.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
import msgspec

from patron.gateways.loyalty_provider import protocol
from patron.gateways.loyalty_provider.contract import Details

MOST_BYTES: Final = 65_536
UNKNOWN: Final = "0"


class Broken(Exception):
    """A rule is not kept; the words say what was seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule. `seen`: what was wrong with it, empty where it is kept. `hint`: what to do about it."""

    rule: str
    seen: str
    hint: str

    @property
    def is_kept(self) -> bool:
        """Whether the rule is kept."""
        return not self.seen


@dataclass
class Provider:
    """The implementation under the rules. `seconds`: how long it may take for an answer."""

    base: str
    auth: tuple[str, str]
    seconds: float
    client: httpx.Client = field(init=False)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = self.base.rstrip("/")
        self.client = httpx.Client(timeout=httpx.Timeout(self.seconds), follow_redirects=False)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        without: str = "",
        auth: tuple[str, str] | None = None,
    ) -> httpx.Response:
        """One request as Patron makes it, but for what it is `without`. Raises Broken where nobody answers in time."""
        headers = {protocol.REQUEST_ID: uuid4().hex, protocol.VERSION: protocol.API_VERSION}
        headers |= {protocol.KEY: key} if key else {}
        headers.pop(without, None)
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if content is not None:
            headers["content-type"] = "application/json"
        started = time.monotonic()
        try:
            answer = self.client.request(
                method,
                self.base + path,
                content=content,
                headers=headers,
                auth=None if without == "authorization" else auth or self.auth,
            )
        except httpx.TimeoutException as error:
            raise Broken(f"{method} {path}: no answer within {self.seconds:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Broken(f"{method} {path}: the connection failed ({type(error).__name__})") from error
        if time.monotonic() - started > self.seconds:
            raise Broken(f"{method} {path}: the answer took longer than {self.seconds:g} s")
        return answer

    def open(self, person: Details, key: str | None = None) -> protocol.Created:
        """An account, closed at the end. Raises Broken."""
        answer = self.call("POST", "/accounts", person, key=key or uuid4().hex)
        made: protocol.Created = shaped(answer, 201, protocol.Created)
        self.opened.append(made.account_number)
        return made

    def close_all(self) -> None:
        """Close what was opened; what cannot be is left, since the rules have said why."""
        for number in self.opened:
            try:
                self.call("DELETE", f"/accounts/{number}", key=uuid4().hex)
            except Broken:
                continue


def person(**fields: Any) -> Details:
    """Somebody who does not exist."""
    mark = secrets.token_hex(6)
    made_up: dict[str, Any] = {
        "first_name": "Conformance",
        "last_name": "Check",
        "email": f"Check.{mark}@example.com",
        "phone": f"+90500{secrets.randbelow(10**7):07d}",
        "gender": "unknown",
        "email_allowed": False,
    }
    return Details(**made_up | fields)


def status(answer: httpx.Response, expected: int, code: str | None = None) -> None:
    """Raise Broken unless the answer has that status, and for a refusal the published body with that code."""
    asked = f"{answer.request.method} {answer.request.url.path}"
    if answer.status_code != expected:
        raise Broken(f"{asked}: {answer.status_code} where {expected} is expected")
    if len(answer.content) > MOST_BYTES:
        raise Broken(f"{asked}: a body of {len(answer.content)} bytes, at most {MOST_BYTES} are read")
    if expected < 400:
        return
    try:
        codes = [error.code for error in msgspec.json.decode(answer.content, type=protocol.Errors).errors]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f'{asked}: {expected} without {{"errors": [{{"code": …}}]}}') from error
    if not codes or (code and code not in codes):
        raise Broken(f"{asked}: {expected} with code {', '.join(codes) or '(none)'} where {code or 'one'} is expected")


def shaped(answer: httpx.Response, expected: int, shape: Any) -> Any:
    """The body of a success. Raises Broken with the place where it is not as published."""
    status(answer, expected)
    asked = f"{answer.request.method} {answer.request.url.path}"
    if answer.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Broken(f"{asked}: content type {answer.headers.get('content-type', '(none)')} is not application/json")
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except msgspec.ValidationError as error:
        raise Broken(f"{asked}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f"{asked}: the body is not JSON") from error


Rule = tuple[str, Callable[[Provider], None], str]


def check(provider: Provider, rules: list[Rule]) -> Iterator[Verdict]:
    """Each rule in turn; one that is broken does not keep the next from being looked at."""
    try:
        for rule, look, hint in rules:
            try:
                look(provider)
            except Broken as broken:
                yield Verdict(rule, str(broken), hint)
            else:
                yield Verdict(rule, "", hint)
    finally:
        provider.close_all()
        provider.client.close()


def same(answer: Mapping[str, Any] | Any, expected: Mapping[str, Any]) -> None:
    """Raise Broken for the first field of an account that is not as it was told. Letter case of an e-mail is kept."""
    for name, value in expected.items():
        found = getattr(answer, name)
        if found != value:
            raise Broken(f"{name} is {found!r} where {value!r} was told")
