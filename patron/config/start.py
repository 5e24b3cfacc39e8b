"""From the environment to a database that is there and up to date, for the start and for every command."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator

from patron.config.environment import Environment
from patron.operations import lock, server, tuning
from patron.operations.embedded import Cluster
from patron.operations.errors import CannotStart


def choose(env: Environment) -> Cluster | None:
    """Name the database to Django, which reads DATABASE_URL: the given one, or that of an embedded server, returned."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patron.config.settings")
    if env.database_url:
        return None
    cluster = Cluster(env.data_dir / "postgres", tuning.settings(env.workers))
    os.environ["DATABASE_URL"] = cluster.url()
    return cluster


def open_database(env: Environment, cluster: Cluster | None) -> None:
    """Start the embedded server, or make sure that the given one will do. Raises CannotStart."""
    if cluster:
        cluster.start()
        server.create_database(cluster.url())
    elif env.database_url:
        server.check(env.database_url)


@contextlib.contextmanager
def database(env: Environment, *, migrate: bool = False) -> Iterator[int]:
    """Django over a database that is up to date, for one command; how many migrations that took.

    The embedded server is used as `patron run` has it, or runs for as long as the command does. A given database is
    migrated only when asked for: other processes may be working on it. Raises CannotStart.
    """
    cluster = choose(env)
    with contextlib.ExitStack() as stack:
        is_ours = False
        if cluster:
            with contextlib.suppress(lock.Busy):
                stack.enter_context(lock.hold(env.data_dir, lock.COMMAND))
                stack.callback(cluster.stop)
                is_ours = True
        if is_ours or not cluster:
            open_database(env, cluster)
        load_django(is_quiet=True)
        from django.db import connections
        from django.utils import translation

        from patron.operations import schema

        translation.activate("en")  # a refusal's text among the command's own words
        stack.callback(connections.close_all)
        stack.enter_context(server.told())
        if is_ours or migrate:
            yield schema.migrate()
        else:
            refuse_unready()
            yield 0


def refuse_unready() -> None:
    """Raise CannotStart unless the database is exactly at this code's migrations."""
    from patron.operations import schema

    schema.refuse_newer()
    if schema.state().missing:
        raise CannotStart("The database is not up to date: run `patron migrate` first.")


def run_checks() -> int:
    """Say what the start-up checks found, one line each, and return how many lines.

    Raises CannotStart when one of them forbids to go on.
    """
    from django.core.checks import ERROR

    from patron.operations import checks

    found = checks.found()
    for message in found:
        sys.stderr.write(f"{message.id}: {message.msg} {message.hint or ''}".rstrip() + "\n")
    if any(message.level >= ERROR for message in found):
        raise CannotStart("Patron does not start until this is mended.")
    return len(found)


def load_django(*, is_quiet: bool = False) -> None:
    """Load every room. Takes about a second, so nothing that can be refused earlier waits for it.

    `is_quiet`: for a person at a terminal, who wants the outcome and not the log; warnings go to standard error.
    """
    import django
    from django.utils import translation

    django.setup()
    translation.activate("en")  # a command speaks as its help does
    if is_quiet:
        log = logging.getLogger()
        log.setLevel(logging.WARNING)
        for handler in log.handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(sys.stderr)
