"""The published protocol, from one request to one answer; the same for the network and for the transport."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Final, TypeVar

import msgspec
from django.db import connection
from msgspec import UNSET, Meta, UnsetType

from patron.gateways.loyalty_provider import protocol
from patron.gateways.loyalty_provider.contract import LONGEST_KEY, Changes, Details, Gender
from patron.kernel import clock, secrets, transactions
from patron.sandbox.models_simulator import SimulatedAccount, SimulatedWrite
from patron.sandbox.simulator import accounts
from patron.sandbox.simulator.accounts import Refused

USERNAME: Final = "simulator"
PASSWORD: Final = "simulator"  # noqa: S105 -- published
MAX_BODY: Final = 65_536
_CLAIM: Final = """
INSERT INTO sandbox_simulatedwrite (key, account_number, digest, status, body, created_date)
VALUES (%s, %s, %s, 0, '', %s)
ON CONFLICT (key) DO NOTHING
"""
_PATH: Final = re.compile(r"/accounts(?:/(?P<number>[A-Za-z0-9][A-Za-z0-9._-]{0,63})(?P<points>/points)?)?\Z")
_FIELD: Final = re.compile(r"(?:field `|`\$\.)(\w+)`")

_Name = Annotated[str, Meta(min_length=1, max_length=150, pattern=r"^[^\x00]*$")]
_Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\Z")]
_Phone = Annotated[str, Meta(max_length=60, pattern=r"^[^\x00]*\d[^\x00]*\Z")]
S = TypeVar("S")


class _Search(msgspec.Struct):
    email: _Email
    phone: _Phone | None = None
    date_of_birth: date | None = None


class _NewAccount(Details, frozen=True, kw_only=True):
    first_name: _Name
    last_name: _Name
    email: _Email
    phone: _Phone


class _Changed(Changes, frozen=True, kw_only=True):
    first_name: _Name | UnsetType = UNSET
    last_name: _Name | UnsetType = UNSET
    email: _Email | UnsetType = UNSET
    phone: _Phone | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Request:
    """`path`: below the provider's address, without a query. `headers`: names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `body`: JSON, or nothing."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def answer(request: Request) -> Answer:
    """Do what is asked and say what became of it; it is committed by then."""
    try:
        _refuse_stranger(request.headers)
        found = _route(request)
    except Refused as refused:
        found = _refusal(refused)
    known = {"x-request-id": request.headers.get(protocol.REQUEST_ID, "")}
    return replace(found, headers={"content-type": "application/json", **known, **found.headers})


def _refuse_stranger(headers: Mapping[str, str]) -> None:
    expected = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    if not secrets.same(headers.get("authorization", ""), expected):
        raise Refused(401, "unauthorized", "The credentials are missing or wrong.")
    if headers.get(protocol.VERSION) != protocol.API_VERSION:
        raise Refused(400, "unsupported_version", f"x-api-version must be {protocol.API_VERSION}.")


def _route(request: Request) -> Answer:
    if request.path == "/accounts/search":
        return _only(request, POST=lambda: _search(request))
    found = _PATH.match(request.path)
    if found is None:
        raise Refused(404, "no_such_address", "Nobody answers here.")
    number = found["number"]
    if number is None:
        return _only(request, POST=lambda: _once(request, "", lambda: _create(request)))
    if found["points"]:
        return _only(request, GET=lambda: _json(200, {"points": _number(accounts.points(number))}))
    return _only(
        request,
        GET=lambda: _account(accounts.get(number)),
        PATCH=lambda: _once(request, number, lambda: _account(accounts.change(number, _read(request, _Changed)))),
        DELETE=lambda: _once(request, number, lambda: _close(number)),
    )


def _only(request: Request, **methods: Callable[[], Answer]) -> Answer:
    if request.method not in methods:
        raise Refused(405, "method_not_allowed", f"Allowed: {', '.join(methods)}.")
    return methods[request.method]()


def _search(request: Request) -> Answer:
    wish = _read(request, _Search)
    return _account(accounts.search(wish.email, wish.phone, wish.date_of_birth))


def _create(request: Request) -> Answer:
    account = accounts.create(_read(request, _NewAccount))
    return _json(201, {"number": account.number, "account_number": account.account_number})


def _close(number: str) -> Answer:
    accounts.close(number)
    # a change is not told again with the details of somebody who has left
    gone = _refusal(accounts.not_found())
    SimulatedWrite.objects.filter(account_number=number, status=200).update(status=gone.status, body=gone.body)
    return Answer(204)


def _once(request: Request, account_number: str, write: Callable[[], Answer]) -> Answer:
    """Do the write unless its key was here before; what it was answered then is answered now."""
    key = request.headers.get(protocol.KEY.lower(), "")
    if not re.fullmatch(rf"[ -~]{{1,{LONGEST_KEY}}}", key):
        raise Refused(400, "key_required", "A write needs an Idempotency-Key of 1 to 255 printable characters.")
    digest = hashlib.sha256(b"\n".join([request.method.encode(), request.path.encode(), request.body])).hexdigest()
    return transactions.run(lambda: _claimed(key, account_number, digest, write))


def _claimed(key: str, account_number: str, digest: str, write: Callable[[], Answer]) -> Answer:
    with connection.cursor() as cursor:
        # a second request with the same key waits here until the first has committed
        cursor.execute(_CLAIM, [key, account_number, digest, clock.now()])
        is_first = cursor.rowcount == 1
    kept = SimulatedWrite.objects.get(key=key)
    if not is_first:
        if kept.digest != digest:
            raise Refused(422, protocol.KEY_REUSED, "The key was used for another request.")
        return Answer(kept.status, bytes(kept.body))
    done = write()  # a refusal leaves no trace, the key included: the wish may be granted later
    SimulatedWrite.objects.filter(key=key).update(status=done.status, body=done.body)
    return done


def _read(request: Request, shape: type[S]) -> S:
    if len(request.body) > MAX_BODY:
        raise Refused(413, "too_large", "The body is too large.")
    try:
        return msgspec.json.decode(request.body, type=shape)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise Refused(400, "invalid", "Missing or not as published.", found[1] if found else None) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "malformed", "The body is not JSON.") from error


def _account(account: SimulatedAccount) -> Answer:
    shown = ("number", "account_number", *Details.__struct_fields__)
    return _json(200, {name: getattr(account, name) for name in shown})


def _refusal(refused: Refused) -> Answer:
    headers = {"www-authenticate": 'Basic realm="loyalty"'} if refused.status == 401 else {}
    body = msgspec.json.encode(protocol.Errors([refused.error]))
    return Answer(refused.status, body, headers)


def _json(status: int, value: Any) -> Answer:
    return Answer(status, msgspec.json.encode(value))


def _number(points: Any) -> int | float:
    return int(points) if points == int(points) else float(points)
