"""The commands that say how good a dataset is: ``extract verify``, ``evaluate``, ``diff`` and ``check``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from typer.core import TyperCommand

from .counts import counted
from .errors import UsageError
from .options import FAILED, AliasesOption, read_decisions
from .terminal import err, show_evaluation, tell


def verify_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    paths: Annotated[list[Path], typer.Argument(help="Its articles: files or folders.", show_default=False)],
) -> None:
    """Check every quote, offset and reference of a dataset against its articles again, without a model.

    Exit status: 0 all holds, 1 something does not, 2 wrong use.
    """
    from .dataset import load
    from .verification import verify

    read = load(dataset, unchecked=True)
    found = verify(read, paths)
    for discrepancy in found:
        typer.echo(str(discrepancy))
    quotes = sum(1 for _ in read.evidence())
    what = f"{counted(len(read.articles), 'article')}, {counted(quotes, 'quote')}"
    tell(f"{what}: {f'{len(found):,} wrong' if found else 'all hold'}")
    if found:
        raise typer.Exit(FAILED)


def evaluate_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    gold: Annotated[Path, typer.Option(help="Folder with the gold (gold/*.json or *.json).", show_default=False)],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write everything there as JSON; - for standard output.")
    ] = None,
    errors: Annotated[int, typer.Option(min=0, help="How many errors of each kind to list.")] = 10,
    minimum: Annotated[
        list[str] | None, typer.Option("--min", help="MEASURE=SHARE that must be reached.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the intervals.")] = 0,
) -> None:
    """Measure a dataset against gold: what is right, false and missed, with 95 % intervals, and every error.

    Exit status: 0 measured, 1 a --min was not reached, 2 wrong use.
    """
    from .dataset import STDOUT, check_writable, load
    from .evaluation import evaluate

    floors = [_floor(text) for text in minimum or ()]
    to_stdout = str(json_file) == STDOUT
    if json_file and not to_stdout:
        check_writable(json_file)
    evaluation = evaluate(load(dataset), gold, seed=seed)
    show_evaluation(evaluation, errors, err if to_stdout else Console())
    if json_file:
        text = json.dumps(evaluation.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
        if to_stdout:
            sys.stdout.write(text)
        else:
            json_file.write_text(text, "utf-8")
    missed = [(name, floor, evaluation.measures[name].value) for name, floor in floors]
    missed = [(name, floor, value) for name, floor, value in missed if value is None or value < floor]
    for name, floor, value in missed:
        tell(f"{name}: {'nothing to measure' if value is None else f'{value:.4f}'}, but at least {floor} is demanded")
    if missed:
        raise typer.Exit(FAILED)


def _floor(text: str) -> tuple[str, float]:
    """MEASURE=SHARE."""
    from .scores import MEASURES

    name, _, value = text.partition("=")
    if name not in MEASURES:
        raise UsageError(f"--min {text}: no such measure; there are {', '.join(MEASURES)}")
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--min {text}: give MEASURE=SHARE with a share from 0 to 1, e.g. {name}=0.9")
    return name, share


class SeveralValues(TyperCommand):
    """``--noise A B C``: the option takes all values up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the option's name in front of each of its values."""
        spread: list[str] = []
        within = False
        for arg in args:
            if arg.startswith("-"):
                within = arg == "--noise"
                spread += [] if within else [arg]
            else:
                spread += ["--noise", arg] if within else [arg]
        return super().parse_args(ctx, spread)


def diff_command(
    old: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    form: Annotated[Literal["text", "markdown", "json"], typer.Option("--format", help="How to tell it.")] = "text",
    noise: Annotated[
        list[Path] | None,
        typer.Option(help="Datasets of repeated runs of one configuration, two or more.", show_default=False),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Status 0 even where they differ.")] = False,
) -> None:
    """Say what differs between two datasets, and why in all likelihood.

    Exit status: 0 no difference (none beyond the noise of the repeated runs, where given), 1 differences, 2 wrong use.
    """
    from .dataset import load
    from .difference import diff
    from .rendering import render

    difference = diff(load(old), load(new), [load(path) for path in noise or ()])
    typer.echo(render(difference, form), nl=False)
    if difference.beyond_floor and not exit_zero:
        raise typer.Exit(FAILED)


def check_command(
    paths: Annotated[list[Path], typer.Argument(help="Article files, or folders of .txt files.", show_default=False)],
    cassettes: Annotated[Path, typer.Option(help="Folder of recorded answers to replay.", show_default=False)],
    expect: Annotated[Path, typer.Option(help="The dataset that they should give.", show_default=False)],
    update: Annotated[bool, typer.Option("--update", help="Rewrite the expected dataset.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Also write what they give now.")] = None,
    metadata: Annotated[Path | None, typer.Option(help="As for the run.")] = None,
    model: Annotated[str | None, typer.Option(help="Model name. [that of the expected dataset]")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="What people decided, beside what the expected dataset holds.")
    ] = None,
    aliases: AliasesOption = None,
) -> None:
    """Replay recorded answers and compare with the expected dataset; nothing is sent anywhere.

    Exit status: 0 same, 1 differs or an article has no recording, 2 wrong use.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .articles import load_metadata
    from .dataset import check_writable, save
    from .regression import check

    if output:
        check_writable(output)
    checked = check(
        paths,
        cassettes,
        expect,
        update=update,
        model=model,
        metadata=load_metadata(metadata) if metadata else None,
        decisions=read_decisions(decisions)[0] if decisions else (),
        aliases=load_aliases(aliases) if aliases else NO_ALIASES,
    )
    if output:
        save(checked.dataset, output)
    typer.echo(str(checked))
    if not (checked.same or checked.updated):
        raise typer.Exit(FAILED)
