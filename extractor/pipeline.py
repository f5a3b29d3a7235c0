"""Articles in, one dataset out: the only module that joins reading, extraction, merging and accounting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from . import articles
from .aliases import NO_ALIASES, Aliases
from .articles import Document
from .dataset import assemble, failed_account, run_record
from .errors import ArticleError, ReferenceFailed, UsageError
from .extraction import AnswersMessages, extract_document
from .ledger import Ledger, Rest
from .llm import Model, Tally
from .merging import merge_ledger
from .recordings import recordings
from .resolution import article_record
from .schemas import NO_USAGE, Dataset, Decision, Extraction, Failure, Skipped, Usage
from .settings import Settings, build

Outcome = Literal["extracted", "empty", "duplicate", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One article has ended."""

    path: str
    outcome: Outcome
    message: str
    """What was found, or what failed and what to do."""
    done: int
    total: int
    usage: Usage
    """What all calls took so far."""


async def aextract(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The dataset of all articles that ``paths`` name: files, or folders of ``.txt`` files.

    ``settings`` default to what environment and configuration files give. ``metadata`` tells what is known from outside
    an article's text, by file name (fields as in :func:`extractor.articles.load_metadata`); ``decisions`` what people
    decided about records (:func:`extractor.load_decisions`), ``aliases`` which names an analyst holds to be one actor's
    (:func:`extractor.load_aliases`). ``progress`` is called as each article ends. ``model`` stands in for the server,
    e.g. a scripted one in tests.

    An article that fails is accounted for in the dataset and stops nothing. Raises UsageError or NoModel before anything
    is sent, and ProviderRejected where the server refuses key, model or request altogether.
    """
    chosen = settings or build()
    if chosen.link:
        from . import linking

        linking.check(chosen.link, dataset=chosen.link_dataset, api_key=chosen.link_key)
    files, skipped = articles.find(paths)
    async with _opened(chosen, model) as opened:
        ledger = await _Run(chosen, opened, files, skipped, metadata or {}, progress).ledger()
    await _link(ledger, chosen)
    return await _finish(ledger, decisions, aliases, chosen, model)


def extract(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The same as :func:`aextract`, for callers without an event loop; inside one it raises UsageError."""
    return _run(
        aextract(
            paths,
            settings=settings,
            metadata=metadata,
            decisions=decisions,
            aliases=aliases,
            progress=progress,
            model=model,
        ),
        "aextract",
    )


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
    async with _opened(chosen, model) as opened:
        return await extract_document(document, opened, run=run_record(chosen), tally=Tally())


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
    return await _finish(ledger, decisions, aliases, settings, model)


def merge(
    parts: Iterable[Extraction | Dataset],
    *,
    decisions: Iterable[Decision] = (),
    aliases: Aliases = NO_ALIASES,
    settings: Settings | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The same as :func:`amerge`, for callers without an event loop; inside one it raises UsageError."""
    return _run(amerge(parts, decisions=decisions, aliases=aliases, settings=settings, model=model), "amerge")


def _run(work: Coroutine[Any, Any, Dataset], instead: str) -> Dataset:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise UsageError(f"this cannot run inside an event loop; await {instead}() instead")


@asynccontextmanager
async def _opened(settings: Settings, model: AnswersMessages | None) -> AsyncIterator[AnswersMessages]:
    """The model that answers: the one given, else the server of the settings, recorded or replayed as they say."""
    if model:
        yield model
        return
    source, folder = settings.source, settings.recordings
    with recordings(folder, "replay" if source == "replay" else "record") if folder else nullcontext():
        async with Model(settings) as server:
            yield server


class _Run:
    def __init__(
        self,
        settings: Settings,
        model: AnswersMessages,
        files: list[Path],
        skipped: list[Skipped],
        metadata: Mapping[str, Mapping[str, str]],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._settings = settings
        self._model = model
        self._files = files
        self._run = run_record(settings)
        self._metadata = metadata
        self._report = progress or (lambda _: None)
        self._extractions: list[Extraction] = []
        self._rest = Rest(runs=[self._run], skipped=skipped)
        self._seen: dict[str, str] = {}
        self._done = 0
        self._usage = NO_USAGE

    async def ledger(self) -> Ledger:
        """Work through the files, so many at once, and collect what came out."""
        waiting = iter(self._files)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._settings.concurrency, len(self._files))):
                    workers.create_task(self._work(waiting))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None  # the first one stopped the others
        return Ledger(self._extractions, self._rest)

    async def _work(self, waiting: Iterator[Path]) -> None:
        for path in waiting:  # shared by all workers: each takes the next
            try:
                document = articles.load(path, self._metadata.get(path.as_posix()) or self._metadata.get(path.name))
            except ArticleError as error:
                self._fail(path.as_posix(), None, error)
                continue
            if (first := self._seen.setdefault(document.sha256, document.path)) != document.path:
                article = article_record(document, None, duplicate_of=first)
                self._rest.articles.append(article)
                self._tell(document.path, "duplicate", f"same content as {first}")
                continue
            await self._extract(document)

    async def _extract(self, document: Document) -> None:
        tally = Tally()
        try:
            extraction = await extract_document(document, self._model, run=self._run, tally=tally)
        except ArticleError as error:
            article = article_record(document, None)
            self._rest.articles.append(article)
            self._rest.accounts.append(failed_account(self._run, article, tally.usage, tally.models))
            self._usage += tally.usage
            self._fail(document.path, document.id, error)
            return
        self._extractions.append(extraction)
        self._usage += tally.usage
        told = (len(extraction.claims), len(extraction.denials), len(extraction.responses), len(extraction.quarantine))
        found = "{} claims, {} denials, {} responses, {} quarantined".format(*told)
        self._tell(document.path, "extracted" if any(told[:3]) else "empty", found)

    def _fail(self, path: str, article_id: str | None, error: ArticleError) -> None:
        message = str(error)
        self._rest.failures.append(
            Failure(path=path, article_id=article_id, kind=error.kind, message=message, run=self._run.id)
        )
        self._tell(path, "failed", message.removeprefix(f"{path}: "))

    def _tell(self, path: str, outcome: Outcome, message: str) -> None:
        self._done += 1
        self._report(Progress(path, outcome, message, self._done, len(self._files), self._usage))


async def _finish(
    ledger: Ledger,
    decisions: Iterable[Decision],
    aliases: Aliases,
    settings: Settings,
    model: AnswersMessages | None,
) -> Dataset:
    """The dataset of a ledger, after the model was asked about doubtful pairs, if the settings say so."""
    decided = list(decisions)
    if not settings.adjudicate:
        return assemble(ledger, merge_ledger(ledger, decisions=decided, aliases=aliases))
    from .adjudication import adjudicate, reported

    unjudged = copy(ledger)
    unjudged.judged = []  # what to ask must not depend on what was answered before
    by_rules = merge_ledger(unjudged, decisions=decided, aliases=aliases)
    async with _opened(settings, model) as opened:
        done = await adjudicate(
            ledger,
            by_rules,
            opened,
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
