"""`patron import` and `patron export`. Run again after it was stopped, an import goes on where it was."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from django.utils.translation import gettext as _

from patron.config import environment
from patron.operations.errors import CannotStart

imports = typer.Typer(help="Bring files in.", no_args_is_help=True)
exports = typer.Typer(help="Write files out.", no_args_is_help=True)

_STDIO: Final = Path("-")
File = Annotated[Path, typer.Argument(help="The file, or - for standard input; what is gzipped is unpacked.")]
Names = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="A column of another name; repeatable.")
]
Ignored = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="A column to pass over; repeatable.")
]
Errors = Annotated[Path | None, typer.Option(help="Where refused rows are written; FILE.errors unless said.")]
Encoding = Annotated[str | None, typer.Option(help="As latin-1; found out unless said.")]
Kind = Annotated[str | None, typer.Option("--format", help="csv or ndjson; found out unless said.")]
Delimiter = Annotated[str | None, typer.Option(help="What stands between columns; found out unless said.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Restart = Annotated[bool, typer.Option("--restart", help="Begin anew though a stopped import of the file is there.")]


@imports.command("customers")
def import_customers(
    file: File,
    *,
    channel: Annotated[int | None, typer.Option(help="The channel of every row.")] = None,
    names: Names = None,
    ignored: Ignored = None,
    errors: Errors = None,
    encoding: Encoding = None,
    kind: Kind = None,
    delimiter: Delimiter = None,
    dry_run: DryRun = False,
    restart: Restart = False,
) -> None:
    """Make and change customers, found by channel and channel_code."""
    columns, passed = _pairs(names), list(ignored or ())

    def target() -> Any:
        from patron.customers.file_import import CustomerFile

        return CustomerFile(channel=channel, names=columns, ignored=passed)

    reading = {"encoding": encoding, "kind": _format(kind), "delimiter": _delimiter(delimiter)}
    _import(target, file, errors, is_rehearsal=dry_run, restart=restart, **reading)


@imports.command("shoppers")
def import_shoppers(
    file: File,
    *,
    names: Names = None,
    ignored: Ignored = None,
    errors: Errors = None,
    encoding: Encoding = None,
    kind: Kind = None,
    delimiter: Delimiter = None,
    dry_run: DryRun = False,
    restart: Restart = False,
) -> None:
    """Make shoppers who come from another system, with the passwords they had there."""
    columns, passed = _pairs(names), list(ignored or ())

    def target() -> Any:
        from patron.accounts.file_import import ShopperFile

        return ShopperFile(names=columns, ignored=passed, is_rehearsal=dry_run)

    reading = {"encoding": encoding, "kind": _format(kind), "delimiter": _delimiter(delimiter)}
    _import(target, file, errors, is_rehearsal=dry_run, restart=restart, **reading)


@exports.command("customers")
def export_customers(
    file: Annotated[Path, typer.Argument(help="Where to, or - for standard output; gzipped when it ends in .gz.")],
    channel: Annotated[int | None, typer.Option(help="Of this channel alone.", min=1)] = None,
    kind: Annotated[str | None, typer.Option("--format", help="csv or ndjson; by the name unless said.")] = None,
) -> None:
    """Write customers as `patron import customers` reads them."""
    from patron.config import start

    chosen = _format(kind) or ("ndjson" if {".ndjson", ".jsonl"} & set(file.suffixes) else "csv")
    with start.database(environment.read()):
        from patron.channels.models import Channel
        from patron.customers import file_export
        from patron.operations import bulk

        if channel is not None and not Channel.objects.filter(pk=channel).exists():
            raise CannotStart(_("There is no channel %(channel)d.") % {"channel": channel})
        path = None if file == _STDIO else file
        count = bulk.send_out(lambda tell: file_export.write(path, chosen, channel=channel, progress=tell))
    typer.echo(f"{count:,} customers were written.", err=True)


def _import(target: Any, file: Path, errors: Path | None, **wishes: Any) -> None:
    from patron.config import start

    path = None if file == _STDIO else file
    with start.database(environment.read()):
        from patron.operations import bulk

        refused = errors or Path(f"{path or 'stdin'}.errors")
        run = bulk.bring_in(target, bulk.Asked(path, refused, **wishes))
        typer.echo(("Nothing was changed. " if wishes["is_rehearsal"] else "") + bulk.summary(run))
        if run.refusals_bytes:
            typer.echo(f"Rows that were refused or overridden, with the reason: {refused}")
        if run.refused_rows:
            raise typer.Exit(1)


def _pairs(names: list[str] | None) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name in names or ():
        field, equals, column = name.partition("=")
        if not equals or not field or not column:
            raise CannotStart(f"--map {name}: write FIELD=COLUMN, as --map email=E-Mail.")
        if column in pairs.values():
            raise CannotStart(f"--map {name}: the column is another field's already.")
        pairs[field] = column
    return pairs


def _format(kind: str | None) -> str | None:
    if kind not in (None, "csv", "ndjson"):
        raise CannotStart("--format is csv or ndjson.")
    return kind


def _delimiter(delimiter: str | None) -> str | None:
    delimiter = "\t" if delimiter == "\\t" else delimiter
    if delimiter is not None and len(delimiter) != 1:
        raise CannotStart("--delimiter is one character.")
    return delimiter
