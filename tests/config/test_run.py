"""`patron run` as a newcomer meets it, in the order in which they would."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.config.running import Running, command, environment, free_port, is_alive, until


def test_shows_where_everything_is_and_answers_there(patron: Running) -> None:
    """The first start ends with one screen of addresses and logins, and each part reports that it works."""
    for words in (f"http://127.0.0.1:{patron.port}/docs/", "/console/", "/sandbox/", "/healthz", "Staff", "Shopper"):
        assert words in patron.screen
    assert patron.get("/healthz") == (200, b'{"status":"ok"}')
    status, body = patron.get("/readyz")
    assert status == 200
    assert all(json.loads(body)[part]["ok"] for part in ("database", "migrations", "worker"))
    assert b"patron_database_up 1.0" in patron.get("/metrics")[1]


def test_counts_the_requests_of_every_process_together(patron: Running) -> None:
    """A request shows in the metrics whichever process answered it."""
    assert patron.get("/healthz")[0] == 200
    status, body = patron.get("/metrics")
    assert status == 200
    line = next(line for line in body.decode().splitlines() if "healthz" in line and "total" in line)
    assert float(line.rsplit(" ", 1)[1]) >= 1


def test_serves_the_files_of_its_pages(patron: Running) -> None:
    """Style sheets come from the same server, with a name for browsers to cache them by."""
    assert patron.get("/static/admin/css/base.css")[0] == 200
    assert patron.get("/static/../settings.py")[0] == 404


def test_says_in_one_line_that_it_runs_already(patron: Running) -> None:
    """A second start on the same data directory leaves the first alone."""
    second = command(patron.data_dir, "run", PATRON_PORT=str(free_port()))
    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1
    assert "runs already" in second.stderr


def test_commands_use_the_running_database(patron: Running) -> None:
    """A staff member made while Patron runs is there, a token is printed alone, a mistake is one line."""
    made = command(patron.data_dir, "staff", "create", "--username", "ada", "--password", "a-long-password-9")
    assert made.returncode == 0, made.stderr
    assert len(command(patron.data_dir, "staff", "token", "ada").stdout.strip()) == 40
    again = command(patron.data_dir, "staff", "create", "--username", "ada", "--password", "a-long-password-9")
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1
    assert "username: A user with that username already exists." in again.stderr


def test_ends_with_ctrl_c_and_leaves_nothing_running(patron: Running) -> None:
    """Ctrl-C ends web server, worker and database in order, with exit status 0."""
    assert patron.process
    everyone = [patron.web, patron.answering, patron.worker, patron.postmaster()]
    assert patron.stop(signal.SIGINT) == 0
    assert not [pid for pid in everyone if is_alive(pid)]
    assert not patron.cluster.is_running()


def test_commands_start_the_database_themselves(patron: Running) -> None:
    """With nothing running, a command brings the database up for as long as it takes."""
    patron.stop()
    unknown = command(patron.data_dir, "staff", "token", "nobody")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (1, 1)
    assert len(command(patron.data_dir, "staff", "token", "demo").stdout.strip()) == 40
    assert not patron.cluster.is_running()


def test_starts_again_quickly_and_keeps_what_was_there(patron: Running) -> None:
    """The second start finds its data and has nothing to prepare."""
    patron.stop()
    command(patron.data_dir, "settings", "set", "SHOP_NAME", '"Kept"')
    assert patron.start() < 15  # three seconds on a machine of one's own; the suite's is shared
    assert command(patron.data_dir, "settings", "get", "SHOP_NAME").stdout == '"Kept"\n'


def test_refuses_a_busy_port(tmp_path: Path) -> None:
    """One line says which port is taken and what to do; nothing was started."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = command(tmp_path / "data", "run", PATRON_PORT=port)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert port in done.stderr
    assert "PATRON_PORT" in done.stderr
    assert not (tmp_path / "data" / "postgres").exists()


def test_refuses_a_data_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """One line names the folder and the variable."""
    (tmp_path / "data").write_text("a file stands in its place")
    for more in ({}, {"PATRON_SECRET_KEY": "x" * 40}):
        done = command(tmp_path / "data", "run", PATRON_PORT=str(free_port()), **more)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "PATRON_DATA_DIR" in done.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PATRON_PORT": "eighty"}, "PATRON_PORT"),
        ({"PATRON_HOST": "no.such.host.invalid"}, "PATRON_HOST"),
        ({"DATABASE_URL": "mysql://root:secret@db/shop"}, "postgresql://"),
        ({"DATABASE_URL": "postgresql://shop:secret@127.0.0.1:1/shop"}, "does not answer"),
    ],
)
def test_refuses_what_cannot_work_without_telling_secrets(
    tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    """Each mistake is told in a line that a person can act on; a password in it is not shown."""
    done = command(tmp_path / "data", "run", **({"PATRON_PORT": str(free_port())} | variables))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_refuses_a_sandbox_that_could_reach_real_people(patron: Running) -> None:
    """With the sandbox on, a real mail server or SMS provider keeps everything from starting."""
    patron.stop()
    done = command(patron.data_dir, "run", PATRON_PORT=str(patron.port), EMAIL_URL="smtp://shop:secret@mail.example")
    assert done.returncode == 1
    assert "patron.E001" in done.stderr
    assert "secret" not in done.stderr
    assert not patron.cluster.is_running()


def test_refuses_a_database_that_is_not_there(tmp_path: Path) -> None:
    """One line names the database and how to make it."""
    done = command(tmp_path / "data", "run", PATRON_PORT=str(free_port()), DATABASE_URL=_own_server("absent"))
    assert done.returncode == 1
    assert "createdb absent" in done.stderr


def test_refuses_the_database_of_a_newer_patron(tmp_path: Path) -> None:
    """A database with a migration this code does not know is left alone."""
    with psycopg.connect(_own_server("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS newer")
        server.execute("CREATE DATABASE newer")
    url = _own_server("newer")
    migrated = command(tmp_path / "data", "migrate", DATABASE_URL=url)
    assert migrated.returncode == 0, migrated.stderr
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '0999_of_tomorrow', now())"
        )
    for word in ("run", "worker"):
        done = command(tmp_path / "data", word, PATRON_PORT=str(free_port()), DATABASE_URL=url)
        assert done.returncode == 1
        assert "0999_of_tomorrow" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_serve_and_worker_run_apart_and_log_to_their_output(tmp_path: Path) -> None:
    """Under an init system each is a process of its own on a given database; both end with SIGTERM."""
    with psycopg.connect(_own_server("postgres"), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS apart")
        server.execute("CREATE DATABASE apart")
    port, url = free_port(), _own_server("apart")
    refused = command(tmp_path / "data", "serve", PATRON_PORT=str(port), DATABASE_URL=url)
    assert "patron migrate" in refused.stderr
    assert command(tmp_path / "data", "migrate", DATABASE_URL=url).returncode == 0
    env = environment(tmp_path / "data", PATRON_PORT=str(port), DATABASE_URL=url)
    start = [sys.executable, "-c", "from patron.config.cli import main; main()"]
    parts = [
        subprocess.Popen([*start, word], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for word in ("serve", "worker")
    ]
    until(Running(tmp_path / "data", port).is_ready)
    for part in parts:
        part.send_signal(signal.SIGTERM)
    outputs = [part.communicate(timeout=40)[0] for part in parts]
    assert [part.returncode for part in parts] == [0, 0], outputs
    assert '"event":"request"' in outputs[0]


def _own_server(database: str) -> str:
    """The test run's own PostgreSQL, which is given as if it were a shop's."""
    from django.conf import settings

    given = settings.DATABASES["default"]
    return f"postgresql://{given['USER']}@/{database}?host={given['HOST']}"
