"""The tour, as `make demo` walks it, and what it leaves behind."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from rich.console import Console

from patron.operations import embedded
from patron.operations.embedded import Cluster
from patron.operations.tour import Tour

POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")
MOMENT = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?|\b1\d{9}\.\d+")
CAPTURED = {"gateways_capturedsms", "gateways_capturedmail"}  # the sandbox's window on what was sent


class Watched(Tour):
    """A tour that remembers every secret it met."""

    def __init__(self, base: str) -> None:
        self.seen = io.StringIO()
        super().__init__(base, Console(file=self.seen, width=200))
        self.secrets = {self.password, self.new_password}

    def call(self, *args: Any, **kwargs: Any) -> httpx.Response:
        answer = super().call(*args, **kwargs)
        self.secrets |= {cookie.value for cookie in self.browser.cookies.jar if cookie.value}
        if "json" in answer.headers.get("content-type", "") and isinstance(answer.json(), dict):
            self.secrets |= {answer.json()[name] for name in ("key", "csrf_token") if name in answer.json()}
        return answer

    def code(self, phone: str) -> str:
        code = super().code(phone)
        self.secrets.add(code)
        return code

    def inbox(self, kind: str, to: str, containing: str = "") -> dict[str, Any]:
        message = super().inbox(kind, to, containing)
        self.secrets |= {link.rsplit("/", 2)[-2] for link in re.findall(r"https?://\S+/", message["text"])}
        return message


@pytest.fixture
def postgresql_15(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A separate PostgreSQL 15 of Debian's, by its address."""
    if not POSTGRESQL_15.exists():
        pytest.fail("install Debian's postgresql-15 for this proof")
    monkeypatch.setattr(embedded, "_BIN", POSTGRESQL_15)
    monkeypatch.setattr(embedded, "MAJOR", "15")
    cluster = Cluster(tmp_path_factory.mktemp("pg15") / "postgres")
    cluster.start()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    yield cluster.url("shop")
    cluster.stop()


@pytest.fixture
def separate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A separate server, by its address."""
    cluster = Cluster(tmp_path_factory.mktemp("separate") / "postgres", ("fsync=off",))
    cluster.start()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    yield cluster.url("shop")
    cluster.stop()


def left_behind(address: str, data_dir: Path) -> dict[str, str]:
    """Every table but the captured messages, and every log, as text without moments."""
    texts = {path.name: path.read_text() for path in data_dir.glob("logs/*")}
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table not in CAPTURED:
                rows = connection.execute(f'SELECT t::text FROM "{table}" t').fetchall()
                texts[table] = "\n".join(row[0] for row in rows)
    return {name: MOMENT.sub("", text) for name, text in texts.items()}


def test_tour_leaves_no_secret(patron: Any) -> None:
    """After the tour neither the database, the queue nor a log holds a code, a password, a key or a link in clear."""
    live = patron()
    tour = Watched(live.base)
    tour.run()
    texts = left_behind(Cluster(live.data_dir / "postgres").url(), live.data_dir)
    assert len(tour.secrets) >= 10
    assert tour.email in texts["accounts_shopper"], "the search finds what is there"
    assert '"status":406' in texts["web.log"]
    found = {
        (name, secret)
        for name, text in texts.items()
        for secret in tour.secrets
        if re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", text)
    }
    assert found == set()
    personal = {tour.email, tour.phone, tour.new_phone}
    assert {value for name in ("web.log", "worker.log") for value in personal if value in texts[name]} == set()
    assert not any(secret in tour.seen.getvalue() for secret in (tour.password, tour.new_password))


def test_tour_on_a_given_server(patron: Any, separate: str) -> None:
    """With DATABASE_URL the tour runs on that server, and nothing embedded is started."""
    live = patron(DATABASE_URL=separate)
    Watched(live.base).run()
    assert not (live.data_dir / "postgres").exists()
    live.stop()


@pytest.mark.prove
def test_tour_on_postgresql_15(patron: Any, postgresql_15: str) -> None:
    """The oldest PostgreSQL that is promised."""
    live = patron(DATABASE_URL=postgresql_15)
    Watched(live.base).run()
    with psycopg.connect(postgresql_15) as connection:
        assert connection.info.server_version // 10_000 == 15
    live.stop()
