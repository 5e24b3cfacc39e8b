import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from patron.operations import server, tuning
from patron.operations.embedded import Cluster, EmbeddedTrouble
from patron.operations.errors import CannotStart
from tests.config.running import new_folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster of this module's own, with the settings of `patron run`."""
    made = Cluster(new_folder() / "postgres", tuning.settings(2))
    half_made = made.directory.with_name("postgres.new")
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")  # as a start that was killed leaves it
    made.start()
    yield made
    made.stop()
    shutil.rmtree(made.directory.parent.parent)


def test_starts_anew_after_a_start_that_was_killed_half_way(cluster: Cluster) -> None:
    """What was half made is made again; the settings are in force and nothing listens on the network."""
    with psycopg.connect(cluster.url("postgres")) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW max_connections").fetchone() == ("68",)


def test_takes_over_a_server_that_runs(cluster: Cluster) -> None:
    """A second start finds it and changes nothing."""
    before = (cluster.directory / "postmaster.pid").read_text()
    cluster.start()
    assert (cluster.directory / "postmaster.pid").read_text() == before


def test_tells_personal_data_to_nobody(cluster: Cluster) -> None:
    """The text of a broken constraint holds the value; it reaches the program and not the server's log."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS phones (phone text UNIQUE)")
        connection.execute("INSERT INTO phones VALUES ('+905551112233')")
        with pytest.raises(psycopg.errors.UniqueViolation, match="905551112233"):
            connection.execute("INSERT INTO phones VALUES ('+905551112233')")
    assert "905551112233" not in (cluster.directory / "server.log").read_text()


def test_starts_although_another_program_has_the_number_of_a_dead_server(cluster: Cluster) -> None:
    """In a container every start counts from one, so the number of the killed server is soon somebody else's."""
    pid_file = cluster.directory / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    cluster.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    shutil.chown(pid_file, cluster.directory.owner(), cluster.directory.group())
    assert not cluster.is_running()
    cluster.start()
    assert cluster.is_running()


def test_makes_the_database_once(cluster: Cluster) -> None:
    """The second time it is there."""
    for _ in range(2):
        server.create_database(cluster.url("shop"))
    server.check(cluster.url("shop"))
    with pytest.raises(CannotStart, match="createdb other"):
        server.check(cluster.url("other"))


def test_refuses_a_server_that_is_too_old(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says which it is and which is needed."""
    monkeypatch.setattr(server, "OLDEST", 99)
    with pytest.raises(CannotStart, match="PostgreSQL 18: Patron needs 99 or newer"):
        server.check(cluster.url("postgres"))


def test_refuses_the_data_of_another_postgresql(tmp_path: Path) -> None:
    """It is left as it is."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedTrouble, match="made by PostgreSQL 17"):
        Cluster(tmp_path / "postgres").start()
    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]
