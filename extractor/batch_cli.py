"""The commands that ask a model within a day, at half price: ``extract submit`` and ``extract collect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    FAILED,
    WAITING,
    AliasesOption,
    BaseUrlOption,
    BudgetOption,
    CheckOption,
    DecisionsOption,
    LinkOption,
    MetadataOption,
    ModelOption,
    PassesOption,
    Paths,
    PriceOption,
    ReasksOption,
    StoreOption,
    price_of,
    read_decisions,
    stoppable,
    write,
)
from .terminal import tell, usd


def submit_command(
    paths: Paths,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    metadata: MetadataOption = None,
    reasks: ReasksOption = None,
    passes: PassesOption = None,
    check: CheckOption = None,
    store: StoreOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
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
        price=price_of(price),
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


def collect_command(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Dataset file (JSON), once all has arrived; - for standard output."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Look again until everything has arrived.")] = False,
    base_url: BaseUrlOption = None,
    store: StoreOption = None,
    decisions: DecisionsOption = None,
    aliases: AliasesOption = None,
    link: LinkOption = None,
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
    decided, broken = read_decisions(decisions) if output else ([], False)
    names = load_aliases(aliases) if aliases else NO_ALIASES
    with stoppable() as stop:
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
        write(collected.dataset, output)
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
