"""`patron provider …`: for those who connect a loyalty program."""

from typing import Annotated

import typer

app = typer.Typer(help="The loyalty program behind the cards.", no_args_is_help=True)


@app.callback()
def provider() -> None:
    """The loyalty program behind the cards."""


@app.command("check")
def check(
    url: Annotated[str, typer.Argument(help="Where /accounts is answered, as http://127.0.0.1:8000/sandbox/loyalty")],
    username: Annotated[str, typer.Option(help="Of Basic auth.")] = "simulator",
    password: Annotated[str, typer.Option(help="Of Basic auth.", envvar="PROVIDER_PASSWORD")] = "simulator",  # noqa: S107 -- published
    timeout: Annotated[float, typer.Option(help="Seconds each answer may take.", min=0.1, max=60)] = 2.0,
) -> None:
    """Call every operation of the published protocol and say which rules are kept. Opens and closes test accounts.

    Exit status 0 when all are kept, 1 when one is not.
    """
    from rich.console import Console
    from rich.markup import escape

    from patron.operations import provider_check, provider_rules

    console = Console(highlight=False, soft_wrap=True)
    broken = 0
    for verdict in provider_check.check(
        provider_check.Provider(url, (username, password), timeout), provider_rules.RULES
    ):
        console.print(f"[{'green]pass' if verdict.is_kept else 'bold red]FAIL'}[/] {escape(verdict.rule)}")
        if not verdict.is_kept:
            broken += 1
            console.print(f"     {escape(verdict.seen)}\n     [dim]{escape(verdict.hint)}[/]")
    kept = len(provider_rules.RULES) - broken
    console.print(f"\n{kept} of {len(provider_rules.RULES)} rules are kept.")
    raise typer.Exit(1 if broken else 0)
