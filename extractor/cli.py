"""The command ``extract``: reads arguments, calls one library function, prints."""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from .errors import ExtractorError, Stopped, UsageError
from .export_cli import export_command, show_command
from .report_cli import report_command
from .review_cli import DECISIONS, review_command
from .store_cli import app as store_app
from .terminal import ProgressDisplay, err, show_evaluation, show_summary, tell, usd

if TYPE_CHECKING:
    from .schemas import Dataset, Decision
    from .stopping import Stop

FAILED = 1
"""Something failed and is accounted for."""
WRONG_USE = 2
"""A wrong path, option or configuration; nothing was started."""
WAITING = 3
"""Batches have not arrived yet; nothing is lost, and the same command looks again."""
INTERRUPTED = 128
"""Stopped by a signal, whose number is added: 130 for Ctrl-C. No dataset was written; answers are in the store."""


_Paths = Annotated[list[Path], typer.Argument(help="Article files, or folders of .txt files.", show_default=False)]
_Output = Annotated[Path, typer.Option("-o", "--output", help="Dataset file (JSON); - for standard output.")]
_Model = Annotated[str | None, typer.Option("--model", help="Model name, as the server knows it. [EXTRACT_MODEL]")]
_BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Root of an OpenAI-compatible API. [OPENAI_BASE_URL]")]
_Replay = Annotated[
    Path | None, typer.Option("--replay", help="Replay recorded answers from this folder; send nothing.")
]
_Record = Annotated[Path | None, typer.Option("--record", help="Record every answer in this folder.")]
_Metadata = Annotated[
    Path | None,
    typer.Option("--metadata", help='JSON list of {"file", "published", "outlet", …}: what the texts do not tell.'),
]
_Concurrency = Annotated[
    int | None, typer.Option("--concurrency", help="Calls in flight at once, at most. [EXTRACT_CONCURRENCY]")
]
_Reasks = Annotated[int | None, typer.Option("--reasks", help="How often an answer that does not hold is asked again.")]
_Passes = Annotated[
    int | None, typer.Option("--passes", help="How often an article is read: again for what was missed. [1]")
]
_Check = Annotated[
    str | None,
    typer.Option("--check", metavar="[MODEL]", help="Ask a model, or the same one, whether each record is supported."),
]
_Store = Annotated[
    Path | None,
    typer.Option(
        "--store", help="Folder where every answer is kept and not paid for twice. [EXTRACT_STORE, or .extract]"
    ),
]
_Rpm = Annotated[int | None, typer.Option("--rpm", help="Requests per minute, at most.")]
_Tpm = Annotated[int | None, typer.Option("--tpm", help="Tokens per minute, at most.")]
_Budget = Annotated[float | None, typer.Option("--budget", help="US dollars; no call is sent that could pass them.")]
_Price = Annotated[
    str | None,
    typer.Option("--price", help="IN,OUT: US dollars per million tokens sent and answered. [public price list]"),
]
_LogJson = Annotated[
    Path | None, typer.Option("--log-json", help="Append a JSON object for every call and article to this file.")
]
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
        except Stopped as error:
            tell(f"extract: {error}")
            raise typer.Exit(INTERRUPTED + (signal.SIGTERM if "SIGTERM" in str(error) else signal.SIGINT)) from None
        except ExtractorError as error:
            tell(f"extract: {error}")
            raise typer.Exit(WRONG_USE) from None
        except KeyboardInterrupt:
            tell("extract: cut off; no dataset was written. What had been answered is in the store, if there is one")
            raise typer.Exit(INTERRUPTED + signal.SIGINT) from None


class _CheckingCommand(TyperCommand):
    """``--check`` alone means the same model. What follows it is a model's name, unless it is an option or a path that exists."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give the option its value."""
        followed = zip(args, [*args[1:], "-"], strict=False)
        alone = {
            n for n, (arg, then) in enumerate(followed) if arg == "--check" and (then[:1] == "-" or Path(then).exists())
        }
        if not alone:
            return super().parse_args(ctx, args)
        from .settings import SAME

        return super().parse_args(ctx, [f"--check={SAME}" if n in alone else arg for n, arg in enumerate(args)])


app = typer.Typer(cls=_DefaultCommand, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


app.add_typer(store_app, name="store")
app.command("review")(review_command)
app.command("report")(report_command)
app.command("export")(export_command)
app.command("show")(show_command)


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


@app.command("run", cls=_CheckingCommand)
def run(
    paths: _Paths,
    output: _Output,
    model: _Model = None,
    base_url: _BaseUrl = None,
    replay: _Replay = None,
    record: _Record = None,
    metadata: _Metadata = None,
    concurrency: _Concurrency = None,
    reasks: _Reasks = None,
    passes: _Passes = None,
    check: _Check = None,
    store: _Store = None,
    rpm: _Rpm = None,
    tpm: _Tpm = None,
    budget: _Budget = None,
    price: _Price = None,
    decisions: _Decisions = None,
    aliases: _Aliases = None,
    link: _Link = None,
    adjudicate: _Adjudicate = None,
    log_json: _LogJson = None,
) -> None:
    """Extract the allegations of all articles into one dataset (the default command).

    The key comes from OPENAI_API_KEY, and settings from \\[tool.extractor] in pyproject.toml or from extractor.toml.

    Ctrl-C ends it once what is in flight is answered and kept; the same command goes on from there.

    Exit status: 0 all well, 1 something failed and is accounted for, 2 wrong use or configuration, 130 stopped.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .articles import load_metadata
    from .dataset import STDOUT, check_writable
    from .pipeline import extract
    from .settings import build, store_folder

    settings = build(
        model=model,
        base_url=base_url,
        replay=replay,
        record=record,
        concurrency=concurrency,
        reasks=reasks,
        passes=passes,
        check=check,
        store=store_folder(store),
        rpm=rpm,
        tpm=tpm,
        budget=budget,
        price=_price(price),
        link=link,
        adjudicate=adjudicate,
    )
    if str(output) != STDOUT:
        check_writable(output)
    known = load_metadata(metadata) if metadata else None
    decided, broken = _read_decisions(decisions)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    if settings.source == "replay" and not replay:
        tell(f"no key and no server given: replaying the recorded answers in {settings.recordings}")
    collect_less()
    with _logged(log_json), _stoppable() as stop, ProgressDisplay() as display:
        dataset = extract(
            paths,
            settings=settings,
            metadata=known,
            decisions=decided,
            aliases=names,
            progress=display.show,
            stop=stop,
        )
    _write(dataset, output)
    display.show_spending(settings)
    lapses = any(a.lapses for a in dataset.accounting.extractions)
    if dataset.accounting.failures or dataset.accounting.unlinked or broken or lapses:
        raise typer.Exit(FAILED)


@app.command("ask", cls=_CheckingCommand)
def ask_command(
    paths: _Paths,
    model: _Model = None,
    base_url: _BaseUrl = None,
    metadata: _Metadata = None,
    concurrency: _Concurrency = None,
    reasks: _Reasks = None,
    passes: _Passes = None,
    check: _Check = None,
    store: _Store = None,
    rpm: _Rpm = None,
    tpm: _Tpm = None,
    budget: _Budget = None,
    price: _Price = None,
    log_json: _LogJson = None,
) -> None:
    """Put the answers to all articles into the store and make no dataset: for more articles than fit into memory.

    Exit status: 0 all answered, 1 some failed, 2 wrong use or configuration, 130 stopped.
    """
    from .articles import load_metadata
    from .pipeline import ask
    from .settings import build, store_folder

    settings = build(
        model=model,
        base_url=base_url,
        concurrency=concurrency,
        reasks=reasks,
        passes=passes,
        check=check,
        store=store_folder(store),
        rpm=rpm,
        tpm=tpm,
        budget=budget,
        price=_price(price),
    )
    known = load_metadata(metadata) if metadata else None
    collect_less()
    with _logged(log_json), _stoppable() as stop, ProgressDisplay() as display:
        asked = ask(paths, settings=settings, metadata=known, progress=display.show, stop=stop)
    for failure in asked.failures:
        tell(f"failed: {failure.path}: {failure.kind}: {failure.message.removeprefix(f'{failure.path}: ')}")
    for lapse in asked.lapses:
        tell(f"incomplete: {lapse}")
    tell(f"{asked.given} articles: {asked.given - len(asked.failures)} answered, {len(asked.failures)} failed")
    display.show_spending(settings)
    if asked.failures or asked.lapses:
        raise typer.Exit(FAILED)


@app.command("submit", cls=_CheckingCommand)
def submit_command(
    paths: _Paths,
    model: _Model = None,
    base_url: _BaseUrl = None,
    metadata: _Metadata = None,
    reasks: _Reasks = None,
    passes: _Passes = None,
    check: _Check = None,
    store: _Store = None,
    budget: _Budget = None,
    price: _Price = None,
) -> None:
    """Put what the articles need into batches at the provider, which answers within a day at half price.

    What is in the store, or in a batch already, is not sent. Then: extract collect.

    Exit status: 0 all submitted, 1 some failed, 2 wrong use or configuration.
    """
    from .articles import load_metadata
    from .batching import submit
    from .settings import build, store_folder

    settings = build(
        model=model,
        base_url=base_url,
        reasks=reasks,
        passes=passes,
        check=check,
        store=store_folder(store),
        budget=budget,
        price=_price(price),
    )
    known = load_metadata(metadata) if metadata else None
    submitted = submit(paths, settings=settings, metadata=known, told=tell)
    for failed in submitted.failures:
        tell(f"failed: {failed.path}: {failed.message}")
    tell(
        f"{submitted.articles} articles: {submitted.stored} complete, {submitted.waiting} in batches, "
        f"{len(submitted.failures)} failed"
    )
    tell(
        f"submitted: {submitted.requests} requests in {submitted.batches} batches, about {usd(submitted.usd)} (estimated "
        "from their length, at half of the price; re-asks come on top)"
    )
    if submitted.failures:
        raise typer.Exit(FAILED)


@app.command("collect")
def collect_command(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Dataset file (JSON), once all has arrived; - for standard output."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Look again until everything has arrived.")] = False,
    base_url: _BaseUrl = None,
    store: _Store = None,
    decisions: _Decisions = None,
    aliases: _Aliases = None,
    link: _Link = None,
) -> None:
    """Take in what has arrived of everything submitted, and ask again, in further batches, for what does not hold.

    Exit status: 0 everything has arrived, 1 it has and something failed and is accounted for, 2 wrong use or
    configuration, 3 still waiting, 130 stopped.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .batching import collect
    from .dataset import STDOUT, check_writable
    from .settings import store_folder

    if output and str(output) != STDOUT:
        check_writable(output)
    decided, broken = _read_decisions(decisions) if output else ([], False)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    with _stoppable() as stop:
        collected = collect(
            store_folder(store),
            dataset=output is not None,
            wait=wait,
            base_url=base_url,
            decisions=decided,
            aliases=names,
            link=link,
            told=tell,
            stop=stop,
        )
    if output and collected.dataset:
        _write(collected.dataset, output)
        tell(f"paid for its batches: {usd(collected.dataset_usd)}; the list price above is that of ordinary calls")
    else:
        for failed in collected.failures:
            tell(f"failed: {failed.path}: {failed.message}")
    tell(f"arrived now: {collected.usage.calls} answers for {usd(collected.usd)}, at half of the ordinary price")
    if collected.waiting:
        tell(f"{collected.waiting} of {collected.articles} articles are waiting; the same command looks again later")
        raise typer.Exit(WAITING)
    if output is None:
        tell("everything has arrived: `extract collect -o FILE` makes the dataset, without another call")
    unlinked = collected.dataset and collected.dataset.accounting.unlinked
    if collected.failures or (collected.dataset and collected.dataset.accounting.failures) or unlinked or broken:
        raise typer.Exit(FAILED)


def _price(text: str | None) -> tuple[float, float] | None:
    """IN,OUT."""
    if text is None:
        return None
    try:
        sent, answered = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--price {text}: give IN,OUT in US dollars per million tokens, e.g. 0.75,4.5") from None
    return sent, answered


@contextmanager
def _logged(path: Path | None) -> Iterator[None]:
    """Within the block, the log is appended to a file."""
    if path is None:
        yield
        return
    from .telemetry import log_json

    try:
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another file for --log-json") from error
    with stream:
        stop_logging = log_json(stream)
        try:
            yield
        finally:
            stop_logging()


def collect_less() -> None:
    """Look for cyclic garbage rarely: a run makes hundreds of thousands of small objects, hardly any of them in cycles, and
    looking took an eighth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def _stoppable() -> Iterator[Stop]:
    """Within the block, the first Ctrl-C or SIGTERM asks the run to end, and the second one cuts it off."""
    from .stopping import Stop

    stop = Stop()

    def wanted(number: int, _: FrameType | None) -> None:
        if stop.wanted:
            raise KeyboardInterrupt
        tell("extract: stopping once what is in flight is answered (again: at once)")
        stop.set(f"stopped by {signal.Signals(number).name}")

    before = {number: signal.signal(number, wanted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@app.command("merge")
def merge_command(
    datasets: Annotated[list[Path], typer.Argument(help="Dataset files.", show_default=False)],
    output: _Output,
    decisions: _Decisions = None,
    aliases: _Aliases = None,
    link: _Link = None,
    adjudicate: _Adjudicate = None,
    model: Annotated[str | None, typer.Option(help="Model to adjudicate. [EXTRACT_MODEL]")] = None,
    base_url: Annotated[str | None, typer.Option(help="Root of its OpenAI-compatible API. [OPENAI_BASE_URL]")] = None,
    replay: _Replay = None,
    record: _Record = None,
    store: _Store = None,
) -> None:
    """Merge datasets into one: the same as extracting all their articles at once.

    Exit status: 0 all well, 1 something failed and is accounted for, 2 wrong use.
    """
    from .aliases import NO_ALIASES, load_aliases
    from .dataset import STDOUT, check_writable, load
    from .pipeline import merge
    from .settings import build, store_folder

    settings = None
    if link or adjudicate:
        settings = build(
            model=model,
            base_url=base_url,
            replay=replay,
            record=record,
            store=store_folder(store),
            link=link,
            adjudicate=adjudicate,
        )
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
    tell(f"{decision.id}: {verb} {' '.join(s.id for s in decision.subjects)}, written to {path}")


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
        tell(str(line))
    return decided, bool(broken)


def _write(dataset: Dataset, output: Path) -> None:
    from .dataset import STDOUT, save, serialise

    to_stdout = str(output) == STDOUT
    if to_stdout:
        sys.stdout.write(serialise(dataset))
    else:
        save(dataset, output)
    show_summary(dataset, None if to_stdout else output)


@app.command("doctor")
def doctor_command(
    model: _Model = None,
    base_url: _BaseUrl = None,
    store: _Store = None,
    budget: _Budget = None,
    price: _Price = None,
) -> None:
    """Check key, URL, model and schema with one small call, and say in words what is wrong.

    Exit status: 0 all well, 1 something is wrong, 2 wrong use or configuration.
    """
    from .doctor import diagnose
    from .settings import store_folder

    found = diagnose(model=model, base_url=base_url, store=store_folder(store), budget=budget, price=_price(price))
    for finding in found:
        typer.echo(str(finding))
    if any(finding.verdict == "wrong" for finding in found):
        raise typer.Exit(FAILED)


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
    tell(f"{len(read.articles)} articles, {quotes} quotes: {f'{len(found)} do not hold' if found else 'all hold'}")
    if found:
        raise typer.Exit(FAILED)


@app.command("evaluate")
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


class _SeveralValues(TyperCommand):
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


@app.command("diff", cls=_SeveralValues)
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


@app.command("check")
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
    aliases: _Aliases = None,
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
        decisions=_read_decisions(decisions)[0] if decisions else (),
        aliases=load_aliases(aliases) if aliases else NO_ALIASES,
    )
    if output:
        save(checked.dataset, output)
    typer.echo(str(checked))
    if not (checked.same or checked.updated):
        raise typer.Exit(FAILED)


def main() -> None:
    """Entry point of the command; ends the process with its exit status."""
    app(prog_name="extract")


if __name__ == "__main__":
    main()
