"""Articles in, one dataset out: the only module that joins reading, extraction, merging and accounting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from . import articles
from .aliases import NO_ALIASES, Aliases
from .dataset import assemble, run_record
from .errors import ReferenceFailed, UsageError
from .extraction import AnswersMessages, extract_document
from .ledger import Ledger
from .llm import Model, Tally
from .merging import merge_ledger
from .prices import Prices, Spending
from .recordings import recordings
from .running import Progress, Running
from .schemas import Dataset, Decision, Extraction, Failure
from .settings import Settings, build
from .stopping import Stop
from .store import Store
from .support import GivesVerdicts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of articles whose answers were only put into the store."""

    given: int
    """Articles."""
    stored: int
    """Of them, answered without a call: their answers were there."""
    calls: int
    """Calls that were paid for."""
    usd: float | None
    """What they cost; None where the price is unknown."""
    failures: list[Failure]
    """Articles that gave no answer."""
    lapses: list[str]
    """Further passes and checks that failed, with their articles; the same call makes up for them."""


@dataclass(frozen=True)
class _Open:
    """What a run needs while it lasts."""

    model: AnswersMessages
    store: Store | None
    spending: Spending
    stop: Stop
    checker: GivesVerdicts | None
    """What says whether records are supported, if anything is to."""


async def aextract(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
    stop: Stop | None = None,
) -> Dataset:
    """The dataset of all articles that ``paths`` name: files, or folders of ``.txt`` files.

    ``settings`` default to what environment and configuration files give. ``metadata`` tells what is known from outside
    an article's text, by file name (fields as in :func:`extractor.articles.load_metadata`); ``decisions`` what people
    decided about records (:func:`extractor.load_decisions`), ``aliases`` which names an analyst holds to be one actor's
    (:func:`extractor.load_aliases`). ``progress`` is called as each article ends. ``model`` stands in for the server,
    e.g. a scripted one in tests. Once ``stop`` is set, what is in flight ends and nothing new begins.

    An article that fails is accounted for in the dataset and stops nothing. Raises UsageError or NoModel before anything
    is sent; ProviderRejected where the server refuses key, model or request altogether, StoreUnusable, and Stopped, once
    what was in flight has ended: with a store, the same call goes on from there.
    """
    chosen = settings or build()
    if chosen.link:
        from . import linking

        linking.check(chosen.link, dataset=chosen.link_dataset, api_key=chosen.link_key)
    files, skipped = articles.find(paths)
    async with _opened(chosen, model, stop) as opened:
        running = _running(chosen, opened, metadata, progress, keep=True)
        await running.work_through(files)
        ledger = running.ledger(skipped)
        await _link(ledger, chosen)
        return await _finish(ledger, decisions, aliases, chosen, opened)


def extract(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
    stop: Stop | None = None,
) -> Dataset:
    """The same as :func:`aextract`, for callers without an event loop; inside one it raises UsageError."""
    return run_to_end(
        aextract(
            paths,
            settings=settings,
            metadata=metadata,
            decisions=decisions,
            aliases=aliases,
            progress=progress,
            model=model,
            stop=stop,
        ),
        "aextract",
    )


async def aask(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
    stop: Stop | None = None,
) -> Asked:
    """Put the answers to all articles into the store, and make no dataset: memory does not grow with their number.
    :func:`aextract` with the same store makes the dataset without another call.

    Arguments and errors are those of :func:`aextract`; raises UsageError where the settings name no store.
    """
    chosen = settings or build()
    if chosen.store is None or chosen.recordings:
        raise UsageError("answers can only be put into a store: name its folder (store), and no recordings")
    files, _ = articles.find(paths)
    async with _opened(chosen, model, stop) as opened:
        running = _running(chosen, opened, metadata, progress, keep=False)
        await running.work_through(files)
        return Asked(
            given=running.total,
            stored=running.stored,
            calls=opened.spending.usage.calls,
            usd=opened.spending.usd,
            failures=running.failures,
            lapses=running.lapses,
        )


def ask(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
    stop: Stop | None = None,
) -> Asked:
    """The same as :func:`aask`, for callers without an event loop; inside one it raises UsageError."""
    work = aask(paths, settings=settings, metadata=metadata, progress=progress, model=model, stop=stop)
    return run_to_end(work, "aask")


async def extract_article(
    text: str,
    *,
    path: str = "article.txt",
    settings: Settings | None = None,
    metadata: Mapping[str, str] | None = None,
    model: AnswersMessages | None = None,
) -> Extraction:
    """What one article gives, from its text; ``path`` names it in messages. Raises the article errors of
    :mod:`extractor.errors` where :func:`aextract` would account for them."""
    chosen = settings or build()
    document = articles.read(text, path, metadata)
    async with _opened(chosen, model, None) as opened:
        return await extract_document(
            document, opened.model, run=run_record(chosen), tally=Tally(article=path), checker=opened.checker
        )


async def amerge(
    parts: Iterable[Extraction | Dataset],
    *,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    settings: Settings | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """One dataset from extractions of single articles and from datasets, in any order and in as many steps as you like.

    ``decisions`` and ``aliases`` (as for :func:`aextract`) are added to those that the datasets hold. ``settings`` are
    only needed to link actors to a reference database or to put doubtful pairs to a model. Raises DatasetInvalid where a
    statement has no evidence or two articles of different content bear one id.
    """
    ledger = Ledger(parts)
    if settings is None:
        return assemble(ledger, merge_ledger(ledger, decisions=decisions, aliases=aliases))
    await _link(ledger, settings)
    if not settings.adjudicate:
        return assemble(ledger, merge_ledger(ledger, decisions=decisions, aliases=aliases))
    async with _opened(settings, model, None) as opened:
        return await _finish(ledger, decisions, aliases, settings, opened)


def merge(
    parts: Iterable[Extraction | Dataset],
    *,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    settings: Settings | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The same as :func:`amerge`, for callers without an event loop; inside one it raises UsageError."""
    return run_to_end(amerge(parts, decisions=decisions, aliases=aliases, settings=settings, model=model), "amerge")


def run_to_end(work: Coroutine[Any, Any, T], instead: str) -> T:
    """What the work gives, for callers without an event loop. Inside one it raises UsageError, which names what to await
    instead."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise UsageError(f"this cannot run inside an event loop; await {instead}() instead")


@asynccontextmanager
async def _opened(settings: Settings, model: AnswersMessages | None, stop: Stop | None) -> AsyncIterator[_Open]:
    """What answers: the model given, else the server of the settings, recorded or replayed as they say; and the store."""
    stop = stop or Stop()
    spending = Spending(
        Prices(settings.model, settings.price),
        None if settings.source == "replay" else settings.budget,
        checker=settings.checker,
    )
    async with AsyncExitStack() as stack:
        store = None
        if folder := settings.recordings:
            stack.enter_context(recordings(folder, "replay" if settings.source == "replay" else "record"))
        elif settings.store:
            store = stack.enter_context(Store(settings.store))
            store.reserve()
        checker: object = model
        if model is None:
            checker = model = await stack.enter_async_context(
                Model(settings, store=store, spending=spending, stop=stop)
            )
            if settings.checker not in {None, settings.model}:
                other = settings.model_copy(update={"model": settings.checker})
                checker = await stack.enter_async_context(Model(other, store=store, spending=spending, stop=stop))
        yield _Open(model, store, spending, stop, _checking(checker) if settings.checker else None)


def _checking(model: object) -> GivesVerdicts:
    """The model, if it can check records. Raises UsageError."""
    if not isinstance(model, GivesVerdicts):
        raise UsageError(
            f"{type(model).__name__} cannot check records: it has no complete_as() (see extractor.llm.Model); leave `check` "
            "out, or use another model"
        )
    return model


def _running(
    settings: Settings,
    opened: _Open,
    metadata: Mapping[str, Mapping[str, str]] | None,
    progress: Callable[[Progress], None] | None,
    *,
    keep: bool,
) -> Running:
    return Running(
        settings,
        opened.model,
        metadata=metadata or {},
        progress=progress,
        store=opened.store,
        spending=opened.spending,
        stop=opened.stop,
        keep=keep,
        checker=opened.checker,
    )


async def _finish(
    ledger: Ledger,
    decisions: Iterable[Decision],
    aliases: Aliases,
    settings: Settings,
    opened: _Open,
) -> Dataset:
    """The dataset of a ledger, after the model was asked about doubtful pairs, if the settings say so."""
    decided = list(decisions)
    if not settings.adjudicate:
        return assemble(ledger, merge_ledger(ledger, decisions=decided, aliases=aliases))
    from .adjudication import adjudicate, reported

    unjudged = copy(ledger)
    unjudged.judged = []  # what to ask must not depend on what was answered before
    by_rules = merge_ledger(unjudged, decisions=decided, aliases=aliases)
    done = await adjudicate(
        ledger,
        by_rules,
        opened.model,
        run_record(settings),
        concurrency=settings.concurrency,
        limit=settings.adjudications,
    )
    ledger.add_judgements(done.judgements, done.accounts, done.run)
    merged = merge_ledger(ledger, decisions=decided, aliases=aliases)
    return assemble(ledger, reported(merged, done.unsettled))


async def _link(ledger: Ledger, settings: Settings) -> None:
    """Link the actors of a ledger to the reference database that the settings name. What was extracted is paid for: a
    database that fails costs the links and nothing else."""
    if not settings.link:
        return
    from .linking import link

    actors = list(ledger.actors.values())
    try:
        links = await link(actors, settings.link, dataset=settings.link_dataset, api_key=settings.link_key)
    except (ReferenceFailed, UsageError) as error:
        ledger.unlinked = str(error)
    else:
        ledger.add_links(links)
