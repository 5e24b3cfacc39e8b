"""Imports that are killed again and again, and imports of a file that is larger than what they may hold."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from patron.kernel.models import FileImport
from tests.customers.conftest import channel, make_channel

__all__ = ["channel", "make_channel"]

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]
COMMAND = [sys.executable, "-c", "from patron.config.cli import main; main()", "import", "customers"]


@pytest.fixture
def address() -> str:
    """Of the test's own database."""
    from django.db import connection

    known = connection.settings_dict
    return f"postgresql://{known['USER']}@/{known['NAME']}?host={known['HOST']}&port={known['PORT'] or 5432}"


def write(file: Path, channel_id: int, count: int, *, bad_every: int) -> None:
    """Customers in an order by chance, with a refused row now and then."""
    numbers = list(range(count))
    random.Random(7).shuffle(numbers)
    with file.open("w") as output:
        output.write("channel,channel_code,email,first_name,attributes\n")
        for number in numbers:
            email = "nobody" if number % bad_every == 0 else f"c{number}@example.com"
            output.write(f'{channel_id},C{number},{email},N{number},"{{""n"": {number}}}"\n')


def test_killed_at_thirty_random_moments_the_table_equals_the_file(
    tmp_path: Path, channel: object, address: str
) -> None:
    """Command and, now and then, its connection; every row once, every refused row told once."""
    file, count, bad_every = tmp_path / "many.csv", 1_500_000, 1_000
    write(file, channel.pk, count, bad_every=bad_every)  # type: ignore[attr-defined]
    environment = os.environ | {"DATABASE_URL": address}
    chance, kills = random.Random(11), 0
    while kills < 30:
        process = subprocess.Popen(
            [*COMMAND, str(file)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        ends = time.monotonic() + chance.uniform(1.5, 3.5)
        while time.monotonic() < ends and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is not None:
            process.communicate()
            break
        if kills % 3 == 2:
            with psycopg.connect(address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'patron' AND datname = current_database() AND query LIKE '%customers_%'"
                )
            time.sleep(0.1)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    last = subprocess.run([*COMMAND, str(file)], env=environment, check=False, capture_output=True, text=True)
    assert last.returncode == 1, last.stderr  # rows were refused
    assert kills >= 5
    refused = count // bad_every
    newest = FileImport.objects.order_by("-id").first()
    assert newest
    with psycopg.connect(address) as db:
        row = db.execute(
            "SELECT count(*), count(DISTINCT channel_code), sum((attributes->>'n')::bigint) FROM customers_customer"
        ).fetchone()
        wrong = db.execute(
            "SELECT count(*) FROM customers_customer WHERE email <> 'c' || (attributes->>'n') || '@example.com'"
            " OR channel_code <> 'C' || (attributes->>'n') OR first_name <> 'N' || (attributes->>'n')"
        ).fetchone()
    expected = sum(number for number in range(count) if number % bad_every)
    assert row == (count - refused, count - refused, expected)
    assert wrong == (0,)
    told = [line.split(",")[0] for line in Path(f"{file}.errors").read_text().splitlines()[1:]]
    assert (len(told), len(set(told))) == (refused, refused)


def test_memory_does_not_grow_with_the_file(tmp_path: Path, channel: object, address: str) -> None:
    """A million rows, and a line of a gigabyte between them, in 200 MB."""
    file = tmp_path / "large.csv"
    write(file, channel.pk, 1_000_000, bad_every=10**9)  # type: ignore[attr-defined]
    with file.open("ab") as output:
        for _each in range(1_000):
            output.write(b"x" * 1_000_000)
        output.write(f"\n{channel.pk},LAST,last@example.com,Last,{{}}\n".encode())  # type: ignore[attr-defined]
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from patron.config.cli import app\n"
        "try:\n    app(['import', 'customers', sys.argv[1]], standalone_mode=False)\n"
        "finally:\n"
        # what getrusage tells counts in the process that started this one
        "    told = Path('/proc/self/status').read_text().partition('VmHWM:')[2]\n"
        "    print('most', int(told.split()[0]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        env=os.environ | {"DATABASE_URL": address},
        check=False,
        capture_output=True,
        text=True,
    )
    # the one at 0 is no address, the long line no row
    assert "1,000,002 rows: 1,000,000 made, 2 refused." in done.stdout, done.stdout + done.stderr
    assert int(done.stdout.split("most ")[1]) <= 200
