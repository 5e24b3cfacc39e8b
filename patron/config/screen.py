"""What `patron run` shows when everything answers."""

import importlib.util

from rich.console import Console
from rich.table import Table

from patron.config.environment import Environment


def show(env: Environment, url: str, seconds: float) -> None:
    """One screen: where things are, who may sign in, where the logs go, how it is stopped."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(env, url):
        table.add_row(name, value)
    console.print(f"\n[bold green]Patron[/] is ready at [bold]{url}[/] [dim](after {seconds:.1f} s)[/]\n")
    console.print(table)
    console.print("\n[dim]Ctrl-C stops it.[/]")


def _rows(env: Environment, url: str) -> list[tuple[str, str]]:
    rows = [("API", f"{url}/docs/"), ("Console", f"{url}/console/"), ("Health", f"{url}/healthz  {url}/readyz")]
    if env.sandbox:
        rows.append(("Sandbox", f"{url}/sandbox/   captured SMS and mail, clock, faults"))
        rows += _logins()
    else:
        rows.append(("Metrics", f"{url}/metrics"))
    rows.append(("Logs", str(env.data_dir / "logs")))
    return rows


def _logins() -> list[tuple[str, str]]:
    if importlib.util.find_spec("patron.sandbox.demo") is None:
        return []
    from patron.sandbox import demo

    return [
        ("Shopper", f"{demo.SHOPPER_EMAIL}   password {demo.SHOPPER_PASSWORD}"),
        ("Staff", f"{demo.STAFF_USERNAME}   password {demo.staff_password()}"),
    ]
