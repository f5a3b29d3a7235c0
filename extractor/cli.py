"""The command ``extract``: reads arguments, calls one library function, prints."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from typer.core import TyperGroup

from .errors import ExtractorError, UsageError

if TYPE_CHECKING:
    from .pipeline import Progress
    from .schemas import Dataset, Decision

FAILED = 1
"""Something failed and is accounted for."""
WRONG_USE = 2
"""A wrong path, option or configuration; nothing was started."""
INTERRUPTED = 130
"""Stopped by Ctrl-C: nothing was written (128 + SIGINT)."""

DECISIONS = Path("decisions.jsonl")
"""Where decisions are looked for and written by default."""

err = Console(stderr=True)

_Decisions = Annotated[
    Path | None,
    typer.Option("--decisions", help="What people decided (JSON lines). [decisions.jsonl, if it is there]"),
]
_Aliases = Annotated[
    Path | None, typer.Option("--aliases", help="Your own names: CSV with the columns name and same_as.")
]
_Link = Annotated[
    str | None, typer.Option("--link", help="URL of a yente server: link actors to OpenSanctions. [EXTRACT_LINK]")
]
_Adjudicate = Annotated[
    bool | None, typer.Option("--adjudicate", help="Put doubtful pairs of claims to the model.", show_default=False)
]


class _DefaultCommand(TyperGroup):
    """``extract PATHS`` runs the default command: whatever is no subcommand is its first argument."""

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command's name in front, where no other command's stands."""
        if args and args[0] not in self.commands and args[0] not in {"--help", "--version"}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The default command's help first, as if it were the only one."""
        default = self.commands[self.default]
        with default.make_context(ctx.info_name, [], resilient_parsing=True) as alone:
            default.format_help(alone, formatter)
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Every error of ours is one sentence and an exit status."""
        try:
            return super().invoke(ctx)
        except ExtractorError as error:
            _note(f"extract: {error}")
            raise typer.Exit(WRONG_USE) from None
        except KeyboardInterrupt:
            _note("extract: stopped; nothing was written")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(cls=_DefaultCommand, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"armsledger {version('armsledger')}")
        raise typer.Exit


@app.callback(epilog="A folder that bears a command's name is reached as ./name.")
def _extract(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """News articles in, one validated dataset out. Commands beside the default one:"""


@app.command("run")
def run(
    paths: Annotated[list[Path], typer.Argument(help="Article files, or folders of .txt files.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Dataset file (JSON); - for standard output.")],
    model: Annotated[str | None, typer.Option(help="Model name, as the server knows it. [EXTRACT_MODEL]")] = None,
    base_url: Annotated[str | None, typer.Option(help="Root of an OpenAI-compatible API. [OPENAI_BASE_URL]")] = None,
    replay: Annotated[Path | None, typer.Option(help="Replay recorded answers from this folder; send nothing.")] = None,
    record: Annotated[Path | None, typer.Option(help="Record every answer in this folder.")] = None,
    metadata: Annotated[
        Path | None, typer.Option(help='JSON list of {"file", "published", "outlet", …}: what the texts do not tell.')
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="Articles in flight at once. [EXTRACT_CONCURRENCY]")] = None,
    reasks: Annotated[int | None, typer.Option(help="How often an answer that does not hold is asked again.")] = None,
    decisions: _Decisions = None,
    aliases: _Aliases = None,
    link: _Link = None,
    adjudicate: _Adjudicate = None,
) -> None:
    """Extract the allegations of all articles into one dataset (the default command).

    The key comes from OPENAI_API_KEY, and settings from \\[tool.extractor] in pyproject.toml or from extractor.toml.

    Exit status: 0 all well, 1 something failed and is accounted for, 2 wrong use or configuration.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .articles import load_metadata
    from .dataset import STDOUT, check_writable
    from .pipeline import extract
    from .settings import build

    settings = build(
        model=model,
        base_url=base_url,
        replay=replay,
        record=record,
        concurrency=concurrency,
        reasks=reasks,
        link=link,
        adjudicate=adjudicate,
    )
    if str(output) != STDOUT:
        check_writable(output)
    known = load_metadata(metadata) if metadata else None
    decided, broken = _read_decisions(decisions)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    if settings.source == "replay" and not replay:
        _note(f"no key and no server given: replaying the recorded answers in {settings.recordings}")
    with _ProgressDisplay() as display:
        dataset = extract(
            paths, settings=settings, metadata=known, decisions=decided, aliases=names, progress=display.show
        )
    _write(dataset, output)
    if dataset.accounting.failures or dataset.accounting.unlinked or broken:
        raise typer.Exit(FAILED)


@app.command("merge")
def merge_command(
    datasets: Annotated[list[Path], typer.Argument(help="Dataset files.", show_default=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Dataset file (JSON); - for standard output.")],
    decisions: _Decisions = None,
    aliases: _Aliases = None,
    link: _Link = None,
    adjudicate: _Adjudicate = None,
    model: Annotated[str | None, typer.Option(help="Model to adjudicate. [EXTRACT_MODEL]")] = None,
    base_url: Annotated[str | None, typer.Option(help="Root of its OpenAI-compatible API. [OPENAI_BASE_URL]")] = None,
    replay: Annotated[Path | None, typer.Option(help="Replay recorded answers from this folder; send nothing.")] = None,
    record: Annotated[Path | None, typer.Option(help="Record every answer in this folder.")] = None,
) -> None:
    """Merge datasets into one: the same as extracting all their articles at once.

    Exit status: 0 all well, 1 something failed and is accounted for, 2 wrong use.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .dataset import STDOUT, check_writable, load
    from .pipeline import merge
    from .settings import build

    settings = None
    if link or adjudicate:
        settings = build(model=model, base_url=base_url, replay=replay, record=record, link=link, adjudicate=adjudicate)
    if str(output) != STDOUT:
        check_writable(output)
    decided, broken = _read_decisions(decisions)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    dataset = merge((load(path) for path in datasets), decisions=decided, aliases=names, settings=settings)
    _write(dataset, output)
    if dataset.accounting.failures or dataset.accounting.unlinked or broken:
        raise typer.Exit(FAILED)


@app.command("decide")
def decide_command(
    dataset: Annotated[Path, typer.Argument(help="Dataset file.", show_default=False)],
    verb: Annotated[
        str, typer.Argument(help="same, different, accept, reject, edit, grade or note.", show_default=False)
    ],
    ids: Annotated[list[str], typer.Argument(help="Ids of the records it is about.", show_default=False)],
    decisions: _Decisions = None,
    value: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE for edit; a list as JSON.", show_default=False)
    ] = None,
    reliability: Annotated[str | None, typer.Option(help="A to F, for grade (Admiralty code).")] = None,
    credibility: Annotated[str | None, typer.Option(help="1 to 6, for grade of a claim.")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides.")] = None,
    replaces: Annotated[str | None, typer.Option(help="Id of an earlier decision that no longer holds.")] = None,
) -> None:
    """Write down a decision about records of a dataset; the next merge honours it.

    Exit status: 0 written, 2 wrong use.
    """
    from datetime import UTC, datetime

    from .dataset import load
    from .decisions import append_decision, decide

    path = decisions or DECISIONS
    choice: dict[str, Any] = {"verb": verb, "reliability": reliability, "credibility": credibility}
    decision = decide(
        load(dataset),
        ids=ids,
        edit=dict(_assigned(v) for v in value or ()),
        note=note,
        by=by,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        replaces=replaces,
        **choice,
    )
    append_decision(path, decision)
    _note(f"{decision.id}: {verb} {' '.join(s.id for s in decision.subjects)}, written to {path}")


def _assigned(text: str) -> tuple[str, Any]:
    """FIELD=VALUE; what is no JSON is a string."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: give FIELD=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _read_decisions(path: Path | None) -> tuple[list[Decision], bool]:
    """The decisions of a file, by default of the one in the working folder; whether a line of it is broken."""
    from .decisions import load_decisions

    if path is None and not DECISIONS.is_file():
        return [], False
    decided, broken = load_decisions(path or DECISIONS)
    for line in broken:
        _note(str(line))
    return decided, bool(broken)


def _write(dataset: Dataset, output: Path) -> None:
    from .dataset import STDOUT, save, serialise

    to_stdout = str(output) == STDOUT
    if to_stdout:
        sys.stdout.write(serialise(dataset))
    else:
        save(dataset, output)
    _summary(dataset, None if to_stdout else output)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of the dataset."""
    from .schemas import Dataset

    typer.echo(json.dumps(Dataset.model_json_schema(), ensure_ascii=False, indent=1))


@app.command("verify")
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
    _note(f"{len(read.articles)} articles, {quotes} quotes: {f'{len(found)} do not hold' if found else 'all hold'}")
    if found:
        raise typer.Exit(FAILED)


class _ProgressDisplay:
    """A bar on a terminal, a line an article elsewhere."""

    def __enter__(self) -> Self:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("extracting"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[last]}"),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task("articles", total=None, last="")
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """One article has ended."""
        self._bar.update(self._task, completed=progress.done, total=progress.total, last=progress.path)
        if not err.is_terminal or progress.outcome == "failed":
            _note(f"[{progress.done}/{progress.total}] {progress.path}: {progress.outcome}: {progress.message}")


def _summary(dataset: Dataset, output: Path | None) -> None:
    from rich.table import Table

    from .judging import OPEN

    told = dataset.accounting
    n, records = told.articles, {r.record: r for r in told.records}
    contested = sum(a.contested != "none" for a in dataset.allegations)
    several = sum(a.corroboration.origins > 1 for a in dataset.allegations)
    claims = sum(len(a.claims) for a in dataset.allegations)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    others = f", {n.duplicate} duplicate, {n.skipped} skipped" if n.duplicate or n.skipped else ""
    table.add_row("articles", f"{n.given} in: {n.extracted} extracted, {n.empty} empty, {n.failed} failed{others}")
    table.add_row("allegations", f"{len(dataset.allegations)} (from {claims} claims), {contested} contested")
    table.add_row("denials", f"{len(dataset.denials)} ({records['denials'].kept} statements)")
    table.add_row("responses", str(len(dataset.responses)))
    table.add_row(
        "origins", f"{several} of {len(dataset.allegations)} allegations have more than one independent origin"
    )
    asked = sum(a.outcome == "adjudicated" for a in told.extractions)
    left_open = sum(j.rule.startswith(f"{OPEN}; ") for j in dataset.judgements)
    if asked or left_open:
        table.add_row("adjudicated", f"{asked} pairs, {left_open} left without a verdict (see judgements)")
    if dataset.decisions:
        became = Counter(d.status for d in dataset.decisions)
        table.add_row("decisions", ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in sorted(became.items())))
    table.add_row("quarantined", f"{len(dataset.quarantine)} of {sum(r.written for r in records.values())} records")
    cost = "price unknown" if told.cost_usd is None else f"{told.cost_usd:.4f} USD by list price"
    usage = told.usage
    tokens = f"{usage.prompt_tokens:,} sent ({usage.cached_tokens:,} cached), {usage.completion_tokens:,} answered"
    table.add_row("tokens", f"{tokens}, {usage.calls} calls")
    table.add_row("cost", cost)
    asked = ", ".join(sorted({r.model or "?" for r in dataset.runs}))
    table.add_row("model", f"{asked} (answered by {', '.join(told.models_answering) or 'nobody'})")
    err.print(table)
    for failure in dataset.accounting.failures:
        _note(f"failed: {failure.path}: {failure.kind}: {failure.message.removeprefix(f'{failure.path}: ')}")
    if told.unlinked:
        _note(f"not linked: {told.unlinked}")
    for decided in dataset.decisions:
        if decided.status not in {"applied", "replaced"}:
            _note(
                f"{decided.decision.id} ({decided.decision.verb}): {decided.status.replace('_', ' ')}: {decided.detail}"
            )
    if output:
        _note(f"written: {output}")


def _note(text: str) -> None:
    """A line for people, on standard error: without markup, since it may hold words of an article."""
    err.print(text, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Entry point of the command; ends the process with its exit status."""
    app(prog_name="extract")


if __name__ == "__main__":
    main()
