"""`patron openapi`: writes `openapi.yaml`, or says whether it is out of date. Needs no database."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer


def openapi(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when the file is out of date.")] = False,
    file: Annotated[Path, typer.Option(help="The document.")] = Path("openapi.yaml"),
) -> None:
    """Write the description of the API."""
    _load()
    from patron.operations.openapi import document

    try:
        if check:
            document.check(file)
        else:
            document.write(file)
    except (document.NotDescribed, document.OutOfDate) as error:
        typer.echo(f"patron: {error}", err=True)
        raise typer.Exit(1) from None


def _load() -> None:
    import django

    # The document says all that Patron can do, so the sandbox is part of it; nothing is signed, so any key will do.
    os.environ["PATRON_SANDBOX"] = "1"
    os.environ.setdefault("PATRON_SECRET_KEY", secrets.token_hex(32))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patron.config.settings")
    django.setup()
