"""Works through article files: read each, get its answers, make its records, account for it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from . import articles
from .articles import Document
from .counts import counted
from .dataset import failed_account, run_record
from .errors import ArticleError, ExtractorError, Stopped
from .extraction import AnswersMessages, ask
from .ledger import Ledger, Rest
from .llm import Tally
from .pacing import Turns
from .prices import Spending
from .publication import article_record
from .schemas import NO_USAGE, Extraction, Failure, Skipped, Usage
from .settings import Settings
from .stopping import Stop
from .store import Store
from .support import GivesVerdicts

log = logging.getLogger(__name__)

Outcome = Literal["started", "extracted", "empty", "answered", "duplicate", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """The work begins, or one article has ended."""

    path: str
    """The article; empty where the work begins."""
    outcome: Outcome
    """started: the work begins. answered: its answers are in the store, no records were made of them yet."""
    message: str
    """What was found, or what failed and what to do."""
    done: int
    total: int
    usage: Usage
    """What all answers so far took, those from the store included."""
    paid: Usage
    """What was paid for in this run."""
    usd: float | None
    """What that cost; None where the price is unknown."""
    stored: int
    """Articles so far that needed no call."""


class Running:
    """One run over some files.

    With ``keep`` it keeps every extraction in memory for a ledger; without, answers go into the store and nothing is kept,
    so that memory does not grow with the number of articles.
    """

    def __init__(
        self,
        settings: Settings,
        model: AnswersMessages,
        *,
        metadata: Mapping[str, Mapping[str, str]],
        progress: Callable[[Progress], None] | None,
        store: Store | None,
        spending: Spending,
        stop: Stop,
        keep: bool,
        checker: GivesVerdicts | None = None,
    ) -> None:
        self._settings = settings
        self._model = model
        self._checker = checker
        self._metadata = metadata
        self._progress = progress
        self._store = store
        self._spending = spending
        self._stop = stop
        self._keep = keep
        self._run = run_record(settings)
        self._choices = [self._run.id, settings.server, rules_sha256()]
        self._extractions: list[Extraction] = []
        self._rest = Rest(runs=[self._run])
        self._seen: dict[str, str] = {}
        self._error: Exception | None = None
        self._usage = NO_USAGE
        self._turns = Turns()
        self.total = self.done = self.stored = 0
        self.lapses: list[str] = []
        """Further passes and checks that failed, with their articles."""

    async def work_through(self, files: list[Path]) -> None:
        """Work through the files, so many at once. What stops the run (ProviderRejected, StoreUnusable, Stopped) is raised
        once everything in flight has ended."""
        self.total = len(files)
        self._tell("", "started", "")
        waiting = iter(files)
        # twice as many as calls in flight, so that a call never waits for an article to be read
        workers = min(2 * self._settings.concurrency, len(files))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._work(waiting))
        except BaseExceptionGroup as group_error:
            raise group_error.exceptions[0] from None  # the first one stopped the others
        if isinstance(self._error, Stopped):
            kept = "everything that was answered is in the store, and the same command goes on from there"
            told = kept if self._store else "nothing was kept"
            raise Stopped(f"{self._error}: {self.done} of {self.total} articles have ended; {told}")
        if self._error:
            raise self._error

    @property
    def failures(self) -> list[Failure]:
        """Articles that gave nothing."""
        return self._rest.failures

    def ledger(self, skipped: list[Skipped]) -> Ledger:
        """What came out."""
        self._rest.skipped = skipped
        return Ledger(self._extractions, self._rest)

    async def _work(self, waiting: Iterator[Path]) -> None:
        for path in waiting:  # shared by all workers: each takes the next
            if self._stop.wanted:
                self._error = self._error or self._stop.error()
                return
            try:
                await self._article(path)
            except ArticleError as error:
                self._fail(articles.name_of(path), None, error)
            except Stopped as error:
                self._error = self._error or error
            except ExtractorError as error:  # no article can succeed: what is in flight ends
                self._end(error)
            except Exception as error:  # noqa: BLE001 - a fault of ours, or of a caller's `progress`: the same
                self._end(error)

    def _end(self, error: Exception) -> None:
        """What is in flight is paid for: it ends and is kept before this is raised."""
        self._error = error if isinstance(self._error, Stopped | None) else self._error
        self._stop.set(str(error))

    async def _article(self, path: Path) -> None:
        name = articles.name_of(path)
        data = articles.load_bytes(path)
        known = self._metadata.get(name) or self._metadata.get(path.name) or {}
        sha256 = hashlib.sha256(data).hexdigest()
        if (first := self._seen.setdefault(sha256, name)) != name:
            self._rest.articles.append(article_record(articles.decode(data, name, known), None, duplicate_of=first))
            self._tell(name, "duplicate", f"same content as {first}")
            return
        key = self._key(sha256, name, known)
        if self._store and self._found(key, name):
            return
        await self._turns.take()
        document = articles.decode(data, name, known)
        tally = Tally(article=name)
        try:
            await self._ask(document, key, tally)
        except ArticleError as error:
            if self._keep:
                article = article_record(document, None)
                self._rest.articles.append(article)
                self._rest.accounts.append(failed_account(self._run, article, tally.usage, tally.models))
            self._usage += tally.usage
            self._fail(name, document.id, error)

    def _key(self, sha256: str, name: str, known: Mapping[str, str]) -> str:
        """Everything that the records of an article depend on."""
        choices = [sha256, name, dict(known), *self._choices]
        return hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()

    def _found(self, key: str, name: str) -> bool:
        """Whether the article needs no call; its records are taken from the store if they are kept."""
        assert self._store  # noqa: S101 - the caller has looked
        if not self._keep:
            if found := self._store.settled(key):
                self.stored += 1
                self._tell(name, "answered", "in the store")
            return found
        packed = self._store.extraction(key)
        if packed is None:
            return False
        self.stored += 1
        self._take(name, Extraction.model_validate_json(packed))
        return True

    async def _ask(self, document: Document, key: str, tally: Tally) -> None:
        written = await ask(
            document,
            self._model,
            reasks=self._run.reasks,
            tally=tally,
            passes=self._settings.passes,
            checker=self._checker,
        )
        self.stored += tally.stored == tally.usage.calls
        if not self._keep:
            if self._store and written.complete:
                self._store.settle(key, document.path, None)
            self._usage += tally.usage
            self.lapses += [f"{document.path}: {lapse}" for lapse in written.lapses]
            self._tell(document.path, "answered", "; ".join([counted(tally.usage.calls, "call"), *written.lapses]))
            return
        extraction = written.extraction(self._run, tally)
        if self._store and written.complete:
            packed = extraction.model_dump_json().encode()
            self._store.settle(key, document.path, packed)
        self._take(document.path, extraction)

    def _take(self, path: str, extraction: Extraction) -> None:
        self._extractions.append(extraction)
        self._usage += extraction.usage
        n = {"claim": len(extraction.claims), "denial": len(extraction.denials), "response": len(extraction.responses)}
        found = ", ".join(counted(number, noun) for noun, number in n.items())
        found += f", {len(extraction.quarantine)} quarantined"
        self._tell(path, "extracted" if any(n.values()) else "empty", "; ".join([found, *extraction.lapses]))

    def _fail(self, path: str, article_id: str | None, error: ArticleError) -> None:
        message = str(error)
        self._rest.failures.append(
            Failure(path=path, article_id=article_id, kind=error.kind, message=message, run=self._run.id)
        )
        self._tell(path, "failed", message.removeprefix(f"{path}: "))

    def _tell(self, path: str, outcome: Outcome, message: str) -> None:
        self.done += outcome != "started"
        log.info(outcome, extra={"article": path, "done": self.done, "total": self.total})
        if self._progress:
            paid, usd = self._spending.usage, self._spending.usd
            self._progress(Progress(path, outcome, message, self.done, self.total, self._usage, paid, usd, self.stored))


@cache
def rules_sha256() -> str:
    """Hash of this package's own sources: what it makes of an answer may change with any of them."""
    hashed = hashlib.sha256()
    for path, content in sorted(_sources(files("extractor"), "")):
        hashed.update(f"{path}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _sources(entry, name)
        elif entry.name.endswith((".py", ".toml", ".md", ".json", ".txt")):
            yield name, entry.read_bytes()
