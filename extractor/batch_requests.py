"""What articles need next from the model, in files for the batches of a provider."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import articles
from .batch_desk import Desk, Failed, Work
from .batch_prices import estimated, most_usd, prices
from .batches import MOST_BYTES, MOST_REQUESTS, Asked, Batch, RequestFile, line
from .errors import AnswerInvalid, ArticleError, BudgetSpent, ProviderFailed, UnreadableArticle
from .extraction import ask
from .llm import Tally
from .prices import BATCH_SHARE, DIGITS, OUTPUT_LIMIT
from .replies import Request
from .unsent import StoredModels, Unsent, Wanted

ROUNDS = 3
"""How often a request is put into a batch before it counts as failed."""


@dataclass
class Found:
    """What the articles of a submission need."""

    waiting: int = 0
    requests: int = 0
    usd: float | None = 0.0
    failures: list[Failed] = field(default_factory=list)


class Requests:
    """Batches that are being prepared, of at most so many requests and bytes each."""

    def __init__(self, desk: Desk, most_requests: int, most_bytes: int) -> None:
        self._desk = desk
        self._most = most_requests, most_bytes
        self._preparing: dict[tuple[str, str, int], tuple[str, RequestFile]] = {}
        self._most_usd: dict[str, float] = {}
        self._made = 0

    async def gather(self, work: Work, *, anew: bool) -> Found:
        """Put into new batches what the articles of a submission need next. ``anew``: also what had failed."""
        failure = _none if anew else failure_of(self._desk, work)
        models = StoredModels(work.settings, self._desk.store if anew else self._desk.kept, Unsent(failure))
        found = Found()
        waiting = self._desk.books.waiting()
        seen: set[str] = set()
        for name, sha256 in work.submission.files.items():
            if sha256 and sha256 in seen:
                work.complete.add(name)  # the same content: nothing is asked
                continue
            seen.add(sha256)
            if name in work.complete or name in work.failed:
                continue
            if name in waiting and not anew:
                found.waiting += 1
                continue
            try:
                request = await self._wanted(work, name, models, anew=anew)
                if request is None:
                    work.complete.add(name)
                else:
                    await self._want(work, request, name, found, anew=anew)
            except ArticleError as error:
                work.failed[name] = Failed(name, str(error).removeprefix(f"{name}: "))
        if work.submission.unsent:
            await self._desk.books.keep_submission(work.name, work.submission)
        found.failures = list(work.failed.values())
        return found

    async def _wanted(self, work: Work, name: str, models: StoredModels, *, anew: bool) -> Request | None:
        """The next request of an article; None once it has everything. Raises ArticleError where it gives nothing."""
        path = Path(name)
        data = articles.load_bytes(path)
        if work.submission.files[name] not in {"", hashlib.sha256(data).hexdigest()}:
            raise UnreadableArticle(f"{name}: changed since it was submitted; submit it again")
        known = work.submission.metadata.get(name) or work.submission.metadata.get(path.name) or {}
        document = articles.decode(data, name, known)
        settings = work.settings
        checker = models if settings.checker else None
        for last in (not anew, True):
            try:
                written = await ask(
                    document,
                    models,
                    reasks=settings.reasks,
                    tally=Tally(article=name),
                    passes=settings.passes,
                    checker=checker,
                )
            except Wanted as wanted:
                return wanted.request
            except AnswerInvalid:
                if last:
                    raise
            else:
                if written.complete:
                    return None
                if last:
                    why = [written.remark.strip(" ()")] if written.remark else written.lapses
                    work.failed[name] = Failed(name, f"incomplete: {'; '.join(why)}")
                    return None
            if last:
                break
            self._desk.store.flush()  # invalid answers were forgotten: they are asked for anew
        return None

    async def _want(self, work: Work, request: Request, name: str, found: Found, *, anew: bool) -> None:
        """Put a request into a batch, if it is in none. Raises BudgetSpent."""
        key = request.key(self._desk.settings.server)
        last = self._desk.books.last(key)
        found.waiting += 1
        if any(key in file.requests for _, file in self._preparing.values()) or (last and last.open):
            return
        asked, most = Asked(name, 1), self._most[0]
        if last and last.refusal and not anew:
            if last.refusal.full and self._desk.books.in_state("preparing", "uploaded", "sent"):
                return  # held until the provider is done with others
            asked = Asked(name, last.round + (not last.refusal.full or last.refusal.alone))
            most = max(1, last.size // 2) if last.refusal.alone else most
        if work.settings.budget and not request.longest:
            request = replace(request, output_limit=OUTPUT_LIMIT)
        try:
            self._afford(work, request, key)
        except BudgetSpent:
            found.waiting -= 1
            raise
        await self._add(work, request, key, asked, most)
        found.requests += 1
        usd = prices(work.settings, request.model).usd(estimated(request))
        found.usd = None if usd is None or found.usd is None else round(found.usd + usd * BATCH_SHARE, DIGITS)

    def _afford(self, work: Work, request: Request, key: str) -> None:
        """Put aside what a request can cost. Raises BudgetSpent where the budget has no room for it."""
        if not (budget := work.settings.budget):
            return
        most = most_usd(work.settings, request)
        spent = self._desk.books.usd(work.name, lambda model: prices(work.settings, model))
        spent += sum(self._most_usd.get(name, 0.0) for name, _ in self._preparing.values())
        if spent + most > budget:
            work.submission.unsent = sorted({*work.submission.unsent, key})
            raise _over_budget(budget)

    async def _add(self, work: Work, request: Request, key: str, asked: Asked, most: int) -> None:
        written = line(key, request)
        place = (work.name, request.model, most)
        if place in self._preparing and not self._preparing[place][1].fits(written):
            await self._close(place)
        if place not in self._preparing:
            name = f"batch-{uuid.uuid4().hex}"
            self._preparing[place] = (name, RequestFile(self._desk.file(name), requests=most, size=self._most[1]))
        name, file = self._preparing[place]
        file.add(key, asked, written)
        if work.settings.budget:
            self._most_usd[name] = self._most_usd.get(name, 0.0) + most_usd(work.settings, request)

    async def _close(self, place: tuple[str, str, int]) -> None:
        name, file = self._preparing.pop(place)
        file.close()
        submission, model, _ = place
        batch = Batch(
            submission=submission,
            server=self._desk.settings.server,
            model=model,
            requests=file.requests,
            most_usd=self._most_usd.pop(name, 0.0),
        )
        await self._desk.books.keep(name, "preparing", batch)
        self._made += 1

    async def prepared(self) -> int:
        """Note all batches that are being prepared; how many were."""
        for place in list(self._preparing):
            await self._close(place)
        made, self._made = self._made, 0
        return made

    def abandon(self) -> None:
        """Close files of requests that an error has left unfinished."""
        for _, file in self._preparing.values():
            file.abandon()


@contextmanager
def preparing(desk: Desk, most_requests: int = MOST_REQUESTS, most_bytes: int = MOST_BYTES) -> Iterator[Requests]:
    """New batches; what an error leaves of them is dropped."""
    made = Requests(desk, most_requests, most_bytes)
    try:
        yield made
    finally:
        made.abandon()


def failure_of(desk: Desk, work: Work) -> Callable[[Request], ArticleError | None]:
    """Why a request that is in no open batch will get no reply, if it will not."""

    def failure(request: Request) -> ArticleError | None:
        key = request.key(desk.settings.server)
        last = desk.books.last(key)
        if key in work.submission.unsent:
            return _over_budget(work.settings.budget or 0.0)
        if last is None or last.open:
            return None
        if last.refusal is None:
            return ProviderFailed("its answer was dropped from the store; submit the article again")
        if last.refusal.again and last.round < ROUNDS:
            return None
        rounds = f" (in {last.round} batches)" if last.round > 1 else ""
        return ProviderFailed(f"{last.refusal.message}{rounds}")

    return failure


def _none(_: Request) -> None:
    return None


def _over_budget(budget: float) -> BudgetSpent:
    return BudgetSpent(f"not sent: it could pass the budget of {budget:g} USD; raise --budget and submit it again")
