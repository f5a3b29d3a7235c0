"""The commands that ask a model about articles now: ``extract PATHS`` and ``extract ask``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from .counts import counted
from .options import (
    FAILED,
    AdjudicateOption,
    AliasesOption,
    BaseUrlOption,
    BudgetOption,
    CheckOption,
    ConcurrencyOption,
    DecisionsOption,
    LinkOption,
    LogJsonOption,
    MetadataOption,
    ModelOption,
    OutputOption,
    PassesOption,
    Paths,
    PriceOption,
    ReasksOption,
    RecordOption,
    ReplayOption,
    RpmOption,
    StoreOption,
    TpmOption,
    logged,
    price_of,
    read_decisions,
    stoppable,
    write,
)
from .terminal import ProgressDisplay, tell


class CheckingCommand(TyperCommand):
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


def run(
    paths: Paths,
    output: OutputOption,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    replay: ReplayOption = None,
    record: RecordOption = None,
    metadata: MetadataOption = None,
    concurrency: ConcurrencyOption = None,
    reasks: ReasksOption = None,
    passes: PassesOption = None,
    check: CheckOption = None,
    store: StoreOption = None,
    rpm: RpmOption = None,
    tpm: TpmOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
    decisions: DecisionsOption = None,
    aliases: AliasesOption = None,
    link: LinkOption = None,
    adjudicate: AdjudicateOption = None,
    log_json: LogJsonOption = None,
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
        price=price_of(price),
        link=link,
        adjudicate=adjudicate,
    )
    if str(output) != STDOUT:
        check_writable(output)
    known = load_metadata(metadata) if metadata else None
    decided, broken = read_decisions(decisions)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    if settings.source == "replay" and not replay:
        tell(f"no key and no server given: replaying the recorded answers in {settings.recordings}")
    collect_less()
    with logged(log_json), stoppable() as stop, ProgressDisplay() as display:
        dataset = extract(
            paths,
            settings=settings,
            metadata=known,
            decisions=decided,
            aliases=names,
            progress=display.show,
            stop=stop,
        )
    write(dataset, output)
    display.show_spending(settings)
    lapses = any(a.lapses for a in dataset.accounting.extractions)
    if dataset.accounting.failures or dataset.accounting.unlinked or broken or lapses:
        raise typer.Exit(FAILED)


def ask_command(
    paths: Paths,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    metadata: MetadataOption = None,
    concurrency: ConcurrencyOption = None,
    reasks: ReasksOption = None,
    passes: PassesOption = None,
    check: CheckOption = None,
    store: StoreOption = None,
    rpm: RpmOption = None,
    tpm: TpmOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
    log_json: LogJsonOption = None,
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
        price=price_of(price),
    )
    known = load_metadata(metadata) if metadata else None
    collect_less()
    with logged(log_json), stoppable() as stop, ProgressDisplay() as display:
        asked = ask(paths, settings=settings, metadata=known, progress=display.show, stop=stop)
    for failure in asked.failures:
        tell(f"failed: {failure.path}: {failure.kind}: {failure.message.removeprefix(f'{failure.path}: ')}")
    for lapse in asked.lapses:
        tell(f"incomplete: {lapse}")
    tell(
        f"{counted(asked.given, 'article')}: {asked.given - len(asked.failures)} answered, {len(asked.failures)} failed"
    )
    display.show_spending(settings)
    if asked.failures or asked.lapses:
        raise typer.Exit(FAILED)


def collect_less() -> None:
    """Look for cyclic garbage rarely: a run makes hundreds of thousands of small objects, hardly any of them in cycles, and
    looking took an eighth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
