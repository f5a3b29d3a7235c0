"""Articles in, one dataset out: the only module that joins reading, extraction, merging and accounting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from . import articles
from .articles import Document
from .dataset import accounting, run_record, usage_of
from .errors import ArticleError, UsageError
from .extraction import AnswersMessages, extract_document
from .llm import Model, Tally
from .merging import merge_records
from .recordings import recordings
from .resolution import article_record
from .schemas import NO_USAGE, SCHEMA_VERSION, Article, Dataset, Extraction, Failure, Skipped, Usage
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
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The dataset of all articles that ``paths`` name: files, or folders of ``.txt`` files.

    ``settings`` default to what environment and configuration files give. ``metadata`` tells what is known from outside
    an article's text, by file name (fields as in :func:`extractor.articles.load_metadata`). ``progress`` is called as
    each article ends. ``model`` stands in for the server, e.g. a scripted one in tests.

    An article that fails is accounted for in the dataset and stops nothing. Raises UsageError or NoModel before anything
    is sent, and ProviderRejected where the server refuses key, model or request altogether.
    """
    chosen = settings or build()
    files, skipped = articles.find(paths)
    async with _opened(chosen, model) as opened:
        return await _Run(chosen, opened, files, skipped, metadata or {}, progress).dataset()


def extract(
    paths: Iterable[str | Path],
    *,
    settings: Settings | None = None,
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[Progress], None] | None = None,
    model: AnswersMessages | None = None,
) -> Dataset:
    """The same as :func:`aextract`, for callers without an event loop; inside one it raises UsageError."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(aextract(paths, settings=settings, metadata=metadata, progress=progress, model=model))
    raise UsageError("extract() cannot run inside an event loop; await aextract() instead")


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
        return await extract_document(document, opened, reasks=chosen.reasks, tally=Tally())


def merge(extractions: Iterable[Extraction], *, settings: Settings | None = None) -> Dataset:
    """One dataset from the extractions of single articles, in any order."""
    return _assemble(settings or build(), _Ended(extractions=list(extractions)), [])


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


@dataclass
class _Ended:
    """What became of the articles so far."""

    extractions: list[Extraction] = field(default_factory=list)
    duplicates: list[Article] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    failed: list[Article] = field(default_factory=list)
    """Articles that could be read, and gave nothing all the same."""
    failed_usage: Usage = NO_USAGE


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
        self._skipped = skipped
        self._metadata = metadata
        self._report = progress or (lambda _: None)
        self._ended = _Ended()
        self._seen: dict[str, str] = {}
        self._done = 0
        self._usage = NO_USAGE

    async def dataset(self) -> Dataset:
        """Work through the files, so many at once, and put together what came out."""
        waiting = iter(self._files)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._settings.concurrency, len(self._files))):
                    workers.create_task(self._work(waiting))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None  # the first one stopped the others
        return _assemble(self._settings, self._ended, self._skipped)

    async def _work(self, waiting: Iterator[Path]) -> None:
        for path in waiting:  # shared by all workers: each takes the next
            try:
                document = articles.load(path, self._metadata.get(path.as_posix()) or self._metadata.get(path.name))
            except ArticleError as error:
                self._fail(path.as_posix(), None, error)
                continue
            if (first := self._seen.setdefault(document.sha256, document.path)) != document.path:
                article = article_record(document, None, duplicate_of=first)
                self._ended.duplicates.append(article)
                self._tell(document.path, "duplicate", f"same content as {first}")
                continue
            await self._extract(document)

    async def _extract(self, document: Document) -> None:
        tally = Tally()
        try:
            extraction = await extract_document(document, self._model, reasks=self._settings.reasks, tally=tally)
        except ArticleError as error:
            self._ended.failed.append(article_record(document, None))
            self._ended.failed_usage += tally.usage
            self._usage += tally.usage
            self._fail(document.path, document.id, error)
            return
        self._ended.extractions.append(extraction)
        self._usage += tally.usage
        told = (len(extraction.claims), len(extraction.denials), len(extraction.responses), len(extraction.quarantine))
        found = "{} claims, {} denials, {} responses, {} quarantined".format(*told)
        self._tell(document.path, "extracted" if any(told[:3]) else "empty", found)

    def _fail(self, path: str, article_id: str | None, error: ArticleError) -> None:
        message = str(error)
        self._ended.failures.append(Failure(path=path, article_id=article_id, kind=error.kind, message=message))
        self._tell(path, "failed", message.removeprefix(f"{path}: "))

    def _tell(self, path: str, outcome: Outcome, message: str) -> None:
        self._done += 1
        self._report(Progress(path, outcome, message, self._done, len(self._files), self._usage))


def _assemble(settings: Settings, ended: _Ended, skipped: list[Skipped]) -> Dataset:
    merged = merge_records(ended.extractions)
    everything = [*merged.articles, *ended.duplicates, *ended.failed]
    quarantine = [q for e in ended.extractions for q in e.quarantine]
    return Dataset(
        schema_version=SCHEMA_VERSION,
        run=run_record(
            settings,
            usage_of(ended.extractions) + ended.failed_usage,
            {m for e in ended.extractions for m in e.models},
        ),
        accounting=accounting(ended.extractions, ended.duplicates, ended.failures, skipped),
        articles=sorted(everything, key=lambda a: (a.path, a.id)),
        actors=merged.actors,
        weapons=merged.weapons,
        sources=merged.sources,
        allegations=merged.allegations,
        denials=merged.denials,
        responses=merged.responses,
        judgements=merged.judgements,
        quarantine=sorted(quarantine, key=lambda q: (q.article_id, q.record, q.local_id)),
    )
