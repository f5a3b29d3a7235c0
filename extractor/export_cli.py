"""The command ``extract export``: a dataset for the tools that people already use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .errors import UsageError
from .terminal import tell


def export_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="csv, xlsx, jsonl, parquet, duckdb, ftm, graphml, gexf, timeline-csv, timeline-json, webannotation or stix.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file; for parquet a folder.", show_default=False)],
) -> None:
    """Write a dataset in another format; docs/exports.md says what each one carries and what it cannot say.

    Exit status: 0 written, 2 wrong use.
    """
    from .dataset import load
    from .exports import check, export

    check(to, output)
    if output.exists() and output.resolve() == dataset.resolve():
        raise UsageError(f"{output}: this is the dataset itself; name another file with -o")
    export(load(dataset), to, output)
    tell(f"written: {output}")


def show_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A record's id, or its beginning.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the allegations of a dataset, or one record with its quotes, denials, conflicts and origins.

    Exit status: 0 shown, 2 wrong use.
    """
    from .dataset import load
    from .showing import json_text, page

    loaded = load(dataset)
    if as_json:
        typer.echo(json_text(loaded, id_))
    else:
        page(loaded, id_)
