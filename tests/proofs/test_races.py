"""Races against a running server, over HTTP, with one server process and with four."""

import contextlib
import random
import secrets
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

LIMIT = 5  # SMS_OTP_MAX_ATTEMPTS as it is delivered
SHORT = [pytest.param("1", 50), pytest.param("4", 50)]
LONG = [pytest.param(workers, 200, marks=pytest.mark.prove) for workers in ("1", "4")]


def a_phone() -> str:
    return f"+90532{random.randrange(10**7):07d}"


def an_email() -> str:
    return f"{secrets.token_hex(6)}@shop.example"


def together(number: int, call: Any) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(call, range(number)))


@pytest.mark.parametrize(("workers", "guesses"), SHORT + LONG)
def test_wrong_codes(patron: Any, workers: str, guesses: int) -> None:
    """However many wrong codes come at once, five are looked at; after them the right one is refused too."""
    live = patron(PATRON_WORKERS=workers)
    if guesses > 50:  # or the limit of changes a minute would refuse most of them first
        live.put("THROTTLING_SETTINGS", {"profile-update": {"count": 1000, "duration": "1m"}})
    ada = live.client()
    assert ada.register(email=an_email()).status_code == 201
    phone = a_phone()
    assert ada.patch(phone=phone).status_code == 202
    right = ada.code(phone)
    wrong = [code for code in (f"{number:06d}" for number in range(guesses + 1)) if code != right]
    answers = together(guesses, lambda number: ada.patch(phone=phone, code=wrong[number]))
    assert Counter(answer.json()["error_code"] for answer in answers) == {
        "sms_verification_100_2": LIMIT,
        "sms_verification_100_3": guesses - LIMIT,
    }
    last = ada.patch(phone=phone, code=right)
    assert (last.status_code, last.json()["error_code"]) == (406, "sms_verification_100_3")


@pytest.mark.parametrize("workers", ["1", "4"])
def test_right_code_at_once(patron: Any, workers: str) -> None:
    """Of parallel confirmations with the right code one is granted."""
    ada = patron(PATRON_WORKERS=workers).client()
    ada.register(email=an_email())
    phone = a_phone()
    ada.patch(phone=phone)
    code = ada.code(phone)
    answers = together(LIMIT, lambda _: ada.patch(phone=phone, code=code).status_code)
    assert Counter(answers) == {200: 1, 406: LIMIT - 1}


@pytest.mark.parametrize("workers", ["1", "4"])
@pytest.mark.parametrize("field", ["email", "phone"])
def test_registrations(patron: Any, workers: str, field: str) -> None:
    """Of 50 registrations of one e-mail (in any spelling) or one phone at once, exactly one is granted."""
    live = patron(PATRON_WORKERS=workers)
    email, phone = an_email(), a_phone()
    clients = [live.client() for _ in range(50)]

    def register(number: int) -> Any:
        mine = (
            {
                "email": email.upper() if number % 2 else email,
                "phone": a_phone() if number % 2 else None,
            }
            if field == "email"
            else {"email": an_email(), "phone": "0" + phone[3:] if number % 2 else phone}
        )
        return clients[number].register(**{key: value for key, value in mine.items() if value})

    answers = together(50, register)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 400: 49}
    assert all(list(answer.json()) == [field] for answer in answers if answer.status_code == 400)


@pytest.mark.parametrize("workers", ["1", "4"])
def test_one_phone_for_two(patron: Any, workers: str) -> None:
    """Of two shoppers who confirm the same phone at once, one gets it."""
    live = patron(PATRON_WORKERS=workers)
    for _ in range(5):
        phone = a_phone()
        two = [live.client(), live.client()]
        codes = []
        for number, shopper in enumerate(two, start=1):
            shopper.register(email=an_email())
            assert shopper.patch(phone=phone).status_code == 202
            codes.append(shopper.code(phone, number))
        answers = together(2, lambda number: two[number].patch(phone=phone, code=codes[number]))  # noqa: B023
        assert sorted(answer.status_code for answer in answers) == [200, 400]


@pytest.mark.parametrize("workers", ["1", "4"])
def test_idempotent_registration(patron: Any, workers: str) -> None:
    """Twenty tries with one Idempotency-Key make one shopper; each answer is the first one or asks to wait."""
    live = patron(PATRON_WORKERS=workers)
    key, email = secrets.token_hex(16), an_email()
    clients = [live.client() for _ in range(20)]  # who retries has not seen the first answer, nor its cookie
    for client in clients:
        client.http.headers["idempotency-key"] = key
    answers = together(20, lambda number: clients[number].register(email=email))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1


def test_bodies_no_server_should_choke_on(patron: Any) -> None:
    """Ten megabytes of nested JSON, fifty of a file, half a body: an answer in JSON, and the server lives."""
    ada = patron(PATRON_WORKERS="1").client()
    ada.register(email=an_email())
    json = {"content-type": "application/json"}
    nested = ada.http.patch("/users/profile/", content=b'{"a":' * 2_000_000, headers=json)
    assert (nested.status_code, list(nested.json())) == (400, ["non_field_errors"])
    file = ada.http.patch("/users/profile/", files={"avatar": ("a.png", b"\x89PNG" * 12_500_000)})
    assert (file.status_code, list(file.json())) == (400, ["non_field_errors"])
    named = ada.http.patch("/users/profile/", content=iter([b'{"first_name":', b' "Grace"}']), headers=json)
    assert (named.status_code, named.json()["first_name"]) == (200, "Grace"), "a chunked body is read"
    chunked = ada.http.patch("/users/profile/", content=iter([b"{" * 2_000_000] * 3), headers=json)
    assert (chunked.status_code, list(chunked.json())) == (400, ["non_field_errors"])
    assert ada.http.get("/users/profile/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"first_name=Grace&last_name=Hopper"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nGrace\r\n--x--',
        ),
        ("application/json", b'{"first_name": "Grace"}'),
    ],
    ids=["form", "multipart", "json"],
)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["length", "chunked"])
def test_half_a_body(patron: Any, kind: str, body: bytes, is_chunked: bool) -> None:
    """A body that breaks off is not acted on, though its beginning can be read."""
    live = patron(PATRON_WORKERS="1")
    ada = live.client()
    ada.register(email=an_email())
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in ada.http.cookies.jar)
    head = f"PATCH /users/profile/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\nContent-Type: {kind}\r\n"
    head += f"X-CSRFToken: {ada.http.cookies['csrftoken']}\r\n"
    # all but the last letter: the first field of a form is whole, and a chunk promised more than came
    size = f"Transfer-Encoding: chunked\r\n\r\n{len(body) + 9:x}" if is_chunked else f"Content-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", int(live.base.rsplit(":", 1)[1]))) as line:
        line.sendall(f"{head}{size}\r\n".encode() + body[:-1])
        line.shutdown(socket.SHUT_WR)
        line.settimeout(5)
        with contextlib.suppress(OSError):
            line.recv(10_000)
    time.sleep(0.2)
    assert ada.http.get("/users/profile/").json()["first_name"] == "Ada"
