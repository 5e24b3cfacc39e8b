"""The `patron` command. Each command loads what it needs when it runs, so that `--help` is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from patron.config import bulk_commands, environment
from patron.config.environment import BadEnvironment, Environment
from patron.kernel.errors import Invalid, Refusal
from patron.operations import openapi_command, provider_command
from patron.operations.errors import CannotStart

app = typer.Typer(
    name="patron",
    help="The customer layer of a shop.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
staff = typer.Typer(help="People and programs of the back office.", no_args_is_help=True)
settings = typer.Typer(help="Settings that take effect while Patron runs.", no_args_is_help=True)
app.add_typer(staff, name="staff")
app.add_typer(settings, name="settings")
app.add_typer(bulk_commands.imports, name="import")
app.add_typer(bulk_commands.exports, name="export")
app.add_typer(provider_command.app, name="provider")
app.command("openapi")(openapi_command.openapi)


def main() -> None:
    """Run a command. Whatever a person can mend is one line on standard error and exit status 1."""
    try:
        app()
    except (BadEnvironment, CannotStart) as error:
        _fail(str(error))
    except Invalid as error:
        _fail(" ".join(f"{field}: {text}" for field, texts in error.fields.items() for text in texts))
    except Refusal as error:
        _fail(str(error.text))


@app.command()
def run() -> None:
    """Start database, web server and worker; Ctrl-C stops them."""
    from patron.config import launch

    launch.run(environment.read())


@app.command()
def serve() -> None:
    """Run the web server alone, logging to standard output."""
    from patron.config import start, web

    env = _one_of_many()
    start.run_checks()
    _forget_connections()
    web.serve(env)


@app.command()
def worker() -> None:
    """Run a worker alone, logging to standard output."""
    _one_of_many()
    from patron.operations import worker

    _forget_connections()
    worker.work(alone=False)


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    from patron.config import start

    with start.database(environment.read(), migrate=True) as done:
        typer.echo(f"{done} migrations were run." if done else "The database is up to date.")


@app.command()
def check() -> None:
    """Say what the start-up checks find."""
    from patron.config import start

    with start.database(environment.read()):
        if not start.run_checks():
            typer.echo("Nothing to mend.")


@app.command()
def tour(
    url: Annotated[str, typer.Option(help="The server to walk through; the one of this environment if empty.")] = "",
) -> None:
    """Walk through a shopper's story over HTTP and print each call and answer. The server must be a sandbox."""
    from patron.operations import tour as story
    from patron.operations.tour_customers import StaffMember

    env = environment.read()
    password = env.data_dir / "demo_staff_password"  # the demo's, which another machine's sandbox does not share
    member = StaffMember("demo", password.read_text().strip()) if not url and password.exists() else None
    story.walk(url or f"http://{env.host}:{env.port}", member)


@app.command()
def seed(file: Annotated[Path, typer.Argument(help="A JSON list of shoppers.", exists=True, dir_okay=False)]) -> None:
    """Load shoppers from a file into a sandbox."""
    from patron.config import start

    env = environment.read()
    if not env.sandbox:
        raise CannotStart("Seed files are for a sandbox: set PATRON_SANDBOX=1.")
    with start.database(env):
        from patron.sandbox import demo

        typer.echo(f"{demo.seed(file)} shoppers were made.")


@staff.command("create")
def staff_create(
    username: Annotated[str, typer.Option(help="The name to sign in with.")],
    password: Annotated[
        str, typer.Option(help="At least eight characters; asked for when left out.", prompt=True, hide_input=True)
    ],
    email: Annotated[str, typer.Option(help="Where mails for this person go.")] = "",
    superuser: Annotated[bool, typer.Option("--superuser", help="Holds every permission.")] = False,
    channel: Annotated[
        list[int] | None,
        typer.Option(help="Key of a channel that its program works for; again for another. It sees these only."),
    ] = None,
) -> None:
    """Make a staff member: a person, or with --channel the program of a channel, which the console does not let in."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import people

        people.create(username, password, email=email, is_superuser=superuser, channels=channel or None)
    typer.echo(f"{username} may sign in.")


@staff.command("token")
def staff_token(
    username: str,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    expires: Annotated[int | None, typer.Option(help="Days until it expires.", min=1, max=3650)] = None,
) -> None:
    """Make a token for a staff member and print it; it is shown this once."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import people

        typer.echo(people.token(username, name, expires))


@staff.command("reset-totp")
def staff_reset_totp(username: str) -> None:
    """Take away the two-step sign-in of somebody who lost app and recovery codes; their sign-ins end."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import people

        people.reset_totp(username)
    typer.echo(f"{username} signs in with the password alone.")


@settings.command("list")
def settings_list(
    reveal: Annotated[bool, typer.Option("--reveal", help="Show passwords and secrets too.")] = False,
) -> None:
    """Print every setting with its value."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import knobs

        for name, value in knobs.everything(reveal=reveal):
            typer.echo(f"{name} = {value}")


@settings.command("get")
def settings_get(
    name: str, reveal: Annotated[bool, typer.Option("--reveal", help="Show passwords and secrets too.")] = False
) -> None:
    """Print the value of one setting as JSON."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import knobs

        typer.echo(knobs.read(name, reveal=reveal))


@settings.command("set", context_settings={"ignore_unknown_options": True})  # -1 is a value
def settings_set(name: str, value: Annotated[str, typer.Argument(metavar="JSON")]) -> None:
    """Change a setting; it is checked, audited, and in force everywhere within five seconds."""
    from patron.config import start

    with start.database(environment.read()):
        from patron.operations import knobs

        knobs.write(name, value)


def _one_of_many() -> Environment:
    """A process for an init system: database given and up to date, counters shared with the others of this machine."""
    from patron.config import start
    from patron.operations import counting

    env = environment.read()
    if env.database_url is None:
        raise CannotStart("Set DATABASE_URL, or use `patron run`, which brings a database of its own.")
    counting.prepare(env.data_dir / "metrics")
    start.choose(env)
    start.open_database(env, None)
    start.load_django()
    start.refuse_unready()
    return env


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()


def _fail(line: str) -> None:
    sys.stderr.write(f"patron: {' '.join(line.split())}\n")
    sys.exit(1)
