"""The door in front of Django's handler says what the handler says, or leaves it to the handler."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signals
from django.db import close_old_connections
from prometheus_client import REGISTRY

from patron.accounts import doors as accounts
from patron.accounts import reads, sessions
from patron.accounts.models import Avatar, Session, Shopper
from patron.config import wsgi
from patron.customers import doors as customers
from patron.kernel import clock, secrets
from patron.kernel.doors import HotReads
from patron.loyalty import doors as loyalty
from patron.segments import doors as segments
from patron.support import doors as support

pytestmark = pytest.mark.django_db
READS = accounts.READS | segments.READS
PATHS = tuple(READS)
Answer = tuple[str, dict[str, str], bytes]


class House:
    """Django's handler, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._handler = wsgi.House()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        return self._handler(environ, start_response)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def key() -> str:
    """The session key of a shopper who has every field."""
    now = clock.now()
    shopper = Shopper.objects.create(
        username=secrets.digest("door"),
        email="Ada@Example.com",
        email_verified_at=now,
        password="!",
        first_name="Ada",
        last_name="Yılmaz",
        phone="05321234567",
        phone_e164="+905321234567",
        call_allowed=False,
        gender="female",
        date_of_birth="1990-05-17",
        attributes={"store": "Kadıköy", "n": 1},
        avatar="a.webp",
        date_joined=now.replace(microsecond=0),
        last_login=now,
        modified_date=now,
    )
    Avatar.objects.create(name="a.webp", shopper=shopper, content=b"", content_type="image/webp", created_at=now)
    return sessions.sign_in(None, shopper).key


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The handler leaves the connection of the test's transaction alone, as with Django's own test client."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def forget_sites() -> Iterator[None]:
    """What a host name meant under the settings of another test."""
    accounts.site_named.cache_clear()
    yield
    accounts.site_named.cache_clear()


def ask(application: Callable[..., Iterable[bytes]], path: str, key: str = "", **variables: str) -> Answer:
    """One GET, or what `variables` of the environment make of it."""
    answer: list[tuple[str, list[tuple[str, str]]]] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "198.51.100.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": f"_ga=1; {settings.SESSION_COOKIE}={key}; csrftoken=x" if key else "",
    } | variables
    body = b"".join(application(environ, lambda status, headers: answer.append((status, headers))))
    ((status, headers),) = answer
    return status, dict(headers), body


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers differ in nothing but their request ids."""
    ids = one[1].pop("X-Request-Id"), other[1].pop("X-Request-Id")
    return one == other and len(set(ids)) == 2


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en-US,en;q=0.9", "ar", ""])
def test_signed_in(path: str, language: str, key: str, house: House) -> None:
    """A shopper gets from the door, byte by byte, what Django's handler answers, and the handler is not asked."""
    given = ask(HotReads(READS, house), path, key, HTTP_ACCEPT_LANGUAGE=language)
    assert house.asked == 0
    assert given[0] == "200 OK"
    assert same(given, ask(house, path, key, HTTP_ACCEPT_LANGUAGE=language))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "variables",
    [
        {"HTTP_COOKIE": ""},
        {"HTTP_COOKIE": f"{settings.SESSION_COOKIE}=unknown"},
        {"HTTP_COOKIE": f'{settings.SESSION_COOKIE}="quoted"'},
        {"HTTP_COOKIE": f"{settings.SESSION_COOKIE}=one; {settings.SESSION_COOKIE}=two"},
        {"HTTP_COOKIE": f"x{settings.SESSION_COOKIE}=another"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "DELETE"},
        {"HTTP_X_COOKIE": "a=b"},
    ],
    ids=lambda variables: " ".join(f"{name}={value}" for name, value in variables.items()),
)
def test_left_to_the_handler(path: str, variables: dict[str, str], key: str, house: House) -> None:
    """What is not plainly a signed-in GET is the handler's, and so is its answer."""
    given = ask(HotReads(READS, house), path, key, **variables)
    assert house.asked == 1
    assert same(given, ask(house, path, key, **variables))


@pytest.mark.parametrize("path", PATHS)
def test_stale_session(path: str, key: str, house: House) -> None:
    """A session that was not seen for an hour is the handler's, which renews the session and its cookie."""
    Session.objects.update(last_seen_at=clock.now() - sessions.SEEN_EVERY - timedelta(minutes=1))
    assert "Set-Cookie" in ask(HotReads(READS, house), path, key)[1]
    assert house.asked == 1
    assert "Set-Cookie" not in ask(HotReads(READS, house), path, key)[1]
    assert house.asked == 1


def test_ended_session(key: str, house: House) -> None:
    """A key is worth nothing once its session has ended."""
    door = HotReads(READS, house)
    assert ask(door, PATHS[0], key)[0] == "200 OK"
    Session.objects.all().delete()
    assert ask(door, PATHS[0], key)[0].startswith("401")


@pytest.mark.parametrize("asked", [{"HTTP_HOST": "evil.example"}, {"HTTP_HOST": "a b"}])
def test_foreign_host(asked: dict[str, str], key: str, house: House, settings: Any) -> None:
    """A host that is not ours is refused by the handler, also when asked again."""
    settings.ALLOWED_HOSTS = ["testserver"]
    door = HotReads(READS, house)
    for _ in range(2):
        status, _, body = ask(door, PATHS[0], key, **asked)
        assert status.startswith("400")
        assert "non_field_errors" in json.loads(body)


def test_address_behind_a_proxy(key: str, house: House, settings: Any) -> None:
    """An avatar's address follows the host and the scheme a trusted proxy forwards."""
    settings.USE_X_FORWARDED_HOST = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["shop.example", "testserver"]
    forwarded = {"HTTP_X_FORWARDED_HOST": "shop.example", "HTTP_X_FORWARDED_PROTO": "https"}
    given = ask(HotReads(READS, house), PATHS[0], key, **forwarded)
    assert json.loads(given[2])["avatar"] == "https://shop.example/media/avatars/a.webp"
    assert house.asked == 0
    assert same(given, ask(house, PATHS[0], key, **forwarded))


def test_failing_read(key: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that fails in the door is answered by the handler, which says 500 in JSON if it fails there too."""

    def fail(*arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(reads, "current_user", fail)
    status, headers, body = ask(HotReads(READS, house), "/current_user/", key)
    assert house.asked == 1
    assert status.startswith("500")
    assert headers["X-Request-Id"]
    assert list(json.loads(body)) == ["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_measured_and_logged(
    path: str, key: str, house: House, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """An answer of the door is counted under the handler's labels and logged in the handler's words."""
    caplog.set_level("INFO", "patron.access")
    labels = {"method": "GET", "route": path[1:], "status": "200"}

    def counted() -> float:
        return REGISTRY.get_sample_value("patron_requests_total", labels) or 0

    before = counted()
    ids = [ask(door, path, key)[1]["X-Request-Id"] for door in (HotReads(READS, house), house)]
    assert counted() == before + 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"event":"request"' in line]
    assert [line.pop("request_id") for line in lines] == ids
    assert all(line.pop("ms") > 0 for line in lines)
    assert lines[0] == lines[1]


def test_application_has_the_door() -> None:
    """The application a web server loads begins with the door, which knows every hot read."""
    assert isinstance(wsgi.application, HotReads)
    rooms = (accounts, customers, loyalty, segments, support)
    assert wsgi.application.paths == {path for room in rooms for path in room.READS}
